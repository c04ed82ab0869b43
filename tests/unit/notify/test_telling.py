"""Who is told what (product.md §7)."""

from contracts.identifiers import EntryId, PersonId
from services.notify.domain.telling import Commented, Returned, Sealed, Signed, Telling, TurnCame, tellings

PAGE = EntryId("entry-1")
ADA, WIM, LEA = PersonId("ada"), PersonId("wim"), PersonId("lea")


def test_a_signer_is_told_that_it_is_their_turn() -> None:
    """Nothing waits unseen."""
    assert tellings(TurnCame(PAGE, WIM, "witness")) == (Telling(WIM, "to_sign", "signer"),)


def test_an_author_is_told_of_others_signatures_not_of_their_own() -> None:
    """Mails that say what one just did are noise."""
    assert tellings(Signed(PAGE, WIM, ADA, "witness")) == (Telling(ADA, "signed", "author"),)
    assert tellings(Signed(PAGE, ADA, ADA, "author")) == ()


def test_an_author_is_always_told_of_a_return() -> None:
    """It is a legal notice, even when they returned it themselves."""
    assert tellings(Returned(PAGE, ADA, ADA)) == (Telling(ADA, "returned", "author"),)


def test_a_seal_tells_author_signers_and_leads_each_once() -> None:
    """Who is two of them is told once, in the nearer capacity."""
    sealed = Sealed(PAGE, ADA, signers=(ADA, WIM, LEA), alone=False)

    told = tellings(sealed, leads=(LEA, PersonId("max")))

    assert told == (
        Telling(ADA, "sealed", "author"),
        Telling(WIM, "sealed", "signer"),
        Telling(LEA, "sealed", "signer"),
        Telling(PersonId("max"), "sealed", "lead"),
    )


def test_a_comment_tells_who_is_named_and_who_has_a_part_in_it() -> None:
    """Each once, and never whoever said it."""
    said = Commented(PAGE, by=WIM, mentioned=(LEA, WIM), others=(ADA, LEA), author=ADA)

    assert tellings(said) == (Telling(LEA, "mentioned", "reader"), Telling(ADA, "commented", "author"))
