"""Legal holds: who may, what they reach, and that nothing they reach goes."""

import pytest

from contracts.errors import Conflict, Forbidden, NotFound, Sealed
from contracts.identifiers import HoldId, NotebookId, RequestKey, Sha256
from services.storage.domain.facts import BytesBroken, Damage, HoldLifted, HoldPlaced
from services.storage.domain.hold import Scope
from services.storage.ports import BlobRef, Cause
from services.storage.use_cases.holds import Asked
from tests.builders.storage import ARCHIVIST, CURIE, ENTRIES, JOLIOT, Street, digest

DATA = b"pH 7.4"
FILE = BlobRef(digest(DATA), len(DATA))
NOTEBOOK = NotebookId("notebook-1")


def place(street: Street, scope: Scope, subject: str) -> HoldId:
    """Place a hold as the archivist."""
    asked = Asked(scope, subject, "procédure 2026-12")
    return street.place(asked, asker=ARCHIVIST, cause=Cause()).hold.id


def test_only_an_archivist_places_lifts_and_lists(street: Street) -> None:
    """A hold is evidence about evidence: whoever it concerns must not touch it."""
    hold = place(street, "notebook", NOTEBOOK)

    for asker in (CURIE, JOLIOT, ENTRIES):
        with pytest.raises(Forbidden):
            street.place(Asked("person", "x", "y"), asker=asker, cause=Cause())
        with pytest.raises(Forbidden):
            street.lift(hold, reason="y", asker=asker, cause=Cause())
        with pytest.raises(Forbidden):
            street.holds(after=None, limit=10, asker=asker)
    assert len(street.shelf.rows.published) == 1


def test_a_repeated_request_places_one_hold(street: Street) -> None:
    """A client that lost the answer asks again."""
    request, asked = RequestKey("p", "place_hold", "k", Sha256("0" * 64)), Asked("notebook", NOTEBOOK, "r")
    placed = [street.place(asked, asker=ARCHIVIST, cause=Cause(), request=request) for _ in range(2)]

    assert placed[0].hold == placed[1].hold
    assert len(street.holds(after=None, limit=10, asker=ARCHIVIST)) == 1


def test_a_hold_on_a_person_keeps_even_what_nobody_put_on_a_page(street: Street) -> None:
    """They cannot delete it, the sweep does not, and the store itself is locked until the hold is lifted."""
    upload = street.finished(DATA)
    hold = place(street, "person", str(CURIE.person))
    applied = [street.apply_holds(), street.apply_holds()]
    with pytest.raises(Sealed):
        street.discard(upload.id, asker=CURIE)
    street.clock.pass_time(days=30)
    street.expire()
    shown = street.holds(after=None, limit=10, asker=ARCHIVIST)[0]

    assert (applied, shown.files, shown.locked) == ([True, False], 1, 1)
    with pytest.raises(Sealed):
        street.store.remove(FILE)
    street.lift(hold, reason="fin de la procédure", asker=ARCHIVIST, cause=Cause())
    assert street.apply_holds()
    assert not street.store.lock_of(FILE).held
    street.discard(upload.id, asker=CURIE)
    assert street.store.blobs == {}


def test_a_hold_on_a_notebook_reaches_files_that_come_later(street: Street) -> None:
    """It is about the notebook, not about what it happened to hold that day."""
    street.keep([street.finished(DATA).id], asker=ENTRIES)
    place(street, "notebook", NOTEBOOK)
    before = street.apply_holds()
    street.note_revisions([(NOTEBOOK, [digest(DATA)])])

    assert (before, street.apply_holds()) == (False, True)
    assert street.store.lock_of(FILE).held


def test_a_hold_on_a_unit_reaches_notebooks_that_are_opened_later(street: Street) -> None:
    """Nobody escapes one by opening a new notebook."""
    street.entries.notebooks["unit-1"] = ()
    street.finished(DATA)
    street.note_revisions([(NOTEBOOK, [digest(DATA)])])
    place(street, "unit", "unit-1")
    before = street.apply_holds()
    street.entries.notebooks["unit-1"] = (NOTEBOOK,)
    for _ in range(2):
        street.note_notebook(NOTEBOOK)

    assert (before, street.apply_holds()) == (False, True)


def test_a_hold_is_lifted_once_and_both_ends_are_announced(street: Street) -> None:
    """Two leaves of the log say from when until when."""
    hold = place(street, "notebook", NOTEBOOK)
    lifted = street.lift(hold, reason="fin", asker=ARCHIVIST, cause=Cause()).hold

    assert [type(fact) for fact in street.shelf.rows.published] == [HoldPlaced, HoldLifted]
    assert (lifted.lifted_by, lifted.lifted_reason) == (ARCHIVIST.person, "fin")
    with pytest.raises(Conflict):
        street.lift(hold, reason="fin", asker=ARCHIVIST, cause=Cause())
    with pytest.raises(NotFound):
        street.lift(HoldId("none"), reason="fin", asker=ARCHIVIST, cause=Cause())


def test_the_sweep_waits_a_week_and_never_takes_what_is_named(street: Street) -> None:
    """A file nobody put on a page goes; what a revision names, a house sent or an import put aside stays."""
    loose, named = street.finished(b"loose"), street.finished(b"named")
    street.note_revisions([(NOTEBOOK, [digest(b"named")])])
    street.finished(b"crate", asker=ENTRIES)
    street.finished(b"import", asker=ENTRIES, tentative=True, purpose="import:1")
    street.clock.pass_time(days=6)
    street.expire()
    before = sorted(street.store.blobs.values())
    street.clock.pass_time(days=2)
    street.expire()

    assert before == [b"crate", b"import", b"loose", b"named"]
    assert sorted(street.store.blobs.values()) == [b"crate", b"import", b"named"]
    assert street.state(loose.id) == "discarded"
    street.discard(named.id, asker=CURIE)
    assert b"named" in street.store.blobs.values()


def test_nobody_learns_from_a_refusal_that_a_page_has_their_bytes(street: Street) -> None:
    """One who sends a file and takes it back is told the same, whether or not another's notebook names it."""
    street.note_revisions([(NOTEBOOK, [digest(DATA)])])
    place(street, "notebook", NOTEBOOK)
    upload = street.finished(DATA, asker=JOLIOT)
    street.discard(upload.id, asker=JOLIOT)

    assert street.state(upload.id) == "discarded"
    assert street.store.blobs == {digest(DATA): DATA}


def test_a_hold_that_finds_no_bytes_tells_of_the_damage_and_goes_on(street: Street) -> None:
    """One lost file must not keep the others from being locked."""
    other = b"pH 6.8"
    for data in (DATA, other):
        street.finished(data)
    place(street, "person", str(CURIE.person))
    del street.store.blobs[digest(DATA)]

    assert [True, False] == [street.apply_holds(), street.apply_holds()]
    assert BytesBroken(digest(DATA), Damage.MISSING) in street.shelf.rows.published
    assert street.store.lock_of(BlobRef(digest(other), len(other))).held


def test_a_revision_without_files_and_a_notebook_of_another_unit_change_nothing(street: Street) -> None:
    """Most pages have none, and most notebooks are nobody's concern."""
    street.entries.notebooks["unit-1"] = (NotebookId("notebook-2"),)
    place(street, "unit", "unit-1")
    street.finished(DATA)

    street.note_revisions([(NOTEBOOK, [])])
    street.note_notebook(NOTEBOOK)
    street.note_revisions([(NOTEBOOK, [digest(DATA)])])

    assert not street.apply_holds()
    assert {frozenset({NotebookId("notebook-2")})} == {frozenset(one) for one in street.shelf.rows.reached.values()}
