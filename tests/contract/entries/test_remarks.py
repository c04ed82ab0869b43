"""What people say beside a page is kept, told to those concerned, and raises what search goes by."""

from functools import partial
from typing import Any

import pytest

from contracts.errors import Forbidden, Invalid, NotFound
from contracts.identifiers import CommentId, PersonId
from services.entries.domain.remarks import TAGS_LIMIT, Said
from services.entries.domain.views import Sought
from services.entries.use_cases.sync_draft import ClientSide
from tests.builders.entries import Institution, caller, page


@pytest.fixture
def entry(lab: Institution) -> Any:
    """A page with a first revision."""
    return lab.entry(lab.notebook().id).entry.id


def say(lab: Institution, entry: Any, text: str, *, by: Any = None, key: str | None = None, **more: Any) -> Any:
    """Comment on a page."""
    asked = caller(by or lab.researcher, key=key, method="add_comment")
    return lab.write.add_comment(asked, entry=entry, said=Said(text, **more))


def change_number(lab: Institution, entry: Any) -> int:
    """What search goes by."""
    (found,) = lab.read.list_indexable(after=None, limit=1)
    assert entry == found.described.entry.id
    return found.described.entry.change_number


def test_an_answer_to_an_answer_belongs_to_the_same_thread(lab: Institution, entry: Any) -> None:
    """Two people at one thought must not end in a tree nobody reads."""
    first = say(lab, entry, "Pourquoi 37 °C ?", by=lab.colleague, anchor='{"type":1}', quote="37 °C")
    answer = say(lab, entry, "Le protocole", thread=first.id)
    third = say(lab, entry, "D'accord", by=lab.colleague, thread=answer.id)

    shown = lab.read.list_comments(caller(lab.lead), entry=entry, after=None, limit=50)

    assert [first, answer, third] == shown
    assert {first.id} == {one.thread for one in shown}
    assert ("37 °C", 1) == (shown[0].said.quote, shown[0].revision)


def test_a_repeated_comment_is_one_comment(lab: Institution, entry: Any) -> None:
    """A lost answer must not make people say things twice."""
    assert say(lab, entry, "Bien", key="k") == say(lab, entry, "Bien", key="k")


def test_a_thread_is_resolved_and_opened_again(lab: Institution, entry: Any) -> None:
    """What is settled leaves the margin, not the notebook; an answer cannot be resolved alone."""
    first = say(lab, entry, "À revoir", by=lab.colleague)
    answer = say(lab, entry, "Revu", thread=first.id)

    done = lab.write.resolve_comment(caller(lab.researcher), entry=entry, comment=first.id, reopen=False)
    again = lab.write.resolve_comment(caller(lab.colleague), entry=entry, comment=first.id, reopen=False)
    opened = lab.write.resolve_comment(caller(lab.colleague), entry=entry, comment=first.id, reopen=True)

    assert done == again
    assert done.resolved_by is not None
    assert (lab.researcher, None) == (done.resolved_by.id, opened.resolved_at)
    with pytest.raises(Invalid):
        lab.write.resolve_comment(caller(lab.researcher), entry=entry, comment=answer.id, reopen=False)


def test_only_readers_can_be_mentioned_and_only_commenters_speak(lab: Institution, entry: Any) -> None:
    """A mention must not tell a stranger that a page exists."""
    stranger = lab.person("Étrangère")

    with pytest.raises(Invalid) as refused:
        say(lab, entry, "Regarde", mentions=(stranger,))
    with pytest.raises(NotFound):
        say(lab, entry, "Bonjour", by=stranger)
    with pytest.raises(Invalid):
        say(lab, entry, "Bonjour", thread=CommentId("0192f3a0-0000-7000-8000-000000000001"))

    assert ["mentions"] == [field.name for field in refused.value.fields]
    assert (lab.colleague,) == say(lab, entry, "Regarde", mentions=(lab.colleague,)).said.mentions


def test_a_reader_by_share_does_not_speak(lab: Institution, entry: Any) -> None:
    """Reader, commenter, contributor: three levels, three rights."""
    from services.entries.domain.grants import Beneficiary, Target

    guest = lab.person("Invitée", "partner")
    share = {"target": Target(entry=entry), "beneficiary": Beneficiary(person=guest), "until_date": None}
    lab.write.give_grant(caller(lab.lead), level="reader", **share)

    with pytest.raises(Forbidden):
        say(lab, entry, "Bonjour", by=guest)
    lab.write.give_grant(caller(lab.lead), level="commenter", **share)
    assert "Bonjour" == say(lab, entry, "Bonjour", by=guest).said.text


def test_remarks_raise_the_change_number_and_are_indexed(lab: Institution, entry: Any) -> None:
    """Search shows comments and tags, and knows the newer by this number alone."""
    before = change_number(lab, entry)
    say(lab, entry, "Étalonnage à refaire")
    lab.write.change_tags(caller(lab.researcher), entry=entry, add=("étalonnage",), remove=())
    after = change_number(lab, entry)
    lab.write.change_tags(caller(lab.researcher), entry=entry, add=("ÉTALONNAGE",), remove=("absent",))

    (found,) = lab.read.list_indexable(after=None, limit=1)
    assert (before + 2, after) == (after, found.described.entry.change_number)
    assert ("Étalonnage à refaire",) == tuple(text for text, _ in found.comments)
    assert ("étalonnage",) == found.described.entry.tags


def test_tags_are_words_and_are_suggested_where_they_are_used(lab: Institution, entry: Any) -> None:
    """One word for one thing: the notebook's own first, and never a word of a page one may not read."""
    notebook = lab.notebook().id
    hidden = lab.entry(lab.notebook(restricted=True).id).entry.id
    here = lab.entry(notebook).entry.id
    lab.write.change_tags(caller(lab.researcher), entry=entry, add=("PCR", "pH  7"), remove=())
    lab.write.change_tags(caller(lab.researcher), entry=here, add=("pcr-temps-réel",), remove=())
    lab.write.change_tags(caller(lab.researcher), entry=hidden, add=("projet secret",), remove=())

    assert ["pcr-temps-réel", "PCR"] == lab.read.suggest_tags(caller(lab.colleague), notebook=notebook, start="pc")
    assert "projet secret" not in lab.read.suggest_tags(caller(lab.colleague), notebook=notebook, start="p")
    with pytest.raises(NotFound):
        lab.read.suggest_tags(caller(lab.admin), notebook=notebook, start="pc")
    with pytest.raises(Invalid):
        lab.write.change_tags(caller(lab.researcher), entry=entry, add=("  ",), remove=())
    assert ("pH 7",) == lab.write.change_tags(caller(lab.researcher), entry=entry, add=(), remove=("pcr",))


def test_contents_are_filtered_and_counted(lab: Institution) -> None:
    """A notebook of a thousand pages is found in by state, author, tag and words, from either end."""
    notebook = lab.notebook().id
    titles = ("Dosage protéique", "Western blot", "Dosage de l'ADN")
    pages = [
        lab.write.create_entry(caller(lab.researcher), notebook=notebook, entry=None, title=title, first=page(title=title)).entry.id
        for title in titles
    ]  # fmt: skip
    say(lab, pages[0], "Bien")
    lab.write.strike_out(caller(lab.researcher), entry=pages[1], reason="erreur")
    lab.write.change_tags(caller(lab.researcher), entry=pages[2], add=("ADN",), remove=())

    def contents(*, after: int | None = None, limit: int = 10, **sought: Any) -> list[int]:
        asked = caller(lab.colleague)
        found = lab.read.list_entries(asked, notebook=notebook, sought=Sought(**sought), after=after, limit=limit)
        return [one.number for one in found]

    assert [1, 3] == contents(words="dosage")
    assert [1] == contents(words="PROTEIQUE dos")
    assert [2] == contents(states=("struck_out", "sealed"))
    assert [3] == contents(tag="adn")
    assert [] == contents(author=PersonId("personne"))
    assert [3, 2] == contents(newest_first=True, limit=2)
    assert [1] == contents(newest_first=True, after=2)
    (first, *_) = lab.read.list_entries(caller(lab.colleague), notebook=notebook, sought=Sought(), after=None, limit=1)
    assert (1, 1, False) == (first.comment_count, first.open_comment_count, first.draft_ahead)


def test_today_shows_what_waits_and_no_page_one_may_no_longer_read(lab: Institution, entry: Any) -> None:
    """Text that is in no version yet is the first thing to be seen in the morning."""
    from pycrdt import Doc, XmlElement, XmlFragment

    asked = caller(lab.researcher)
    answer = lab.write.sync_draft(asked, entry=entry, client=ClientSide())
    document = Doc()
    for update in answer.updates:
        document.apply_update(update)
    document.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    update = document.get_update(answer.draft.state_vector)
    lab.write.sync_draft(asked, entry=entry, client=ClientSide(1, answer.cursor, b"", update))

    mine, theirs = (lab.read.show_today(caller(one), limit=5) for one in (lab.researcher, lab.colleague))

    assert ([entry], [entry]) == ([one.entry.id for one in mine.unsaved], [one.entry.id for one in mine.recent])
    assert mine.unsaved[0].draft_ahead
    assert ((), ()) == (theirs.unsaved, theirs.recent)


def test_a_page_has_so_many_tags_and_no_more(lab: Institution) -> None:
    """A tag that gathers everything gathers nothing; the page keeps those it has."""
    entry = lab.entry(lab.notebook().id).entry.id
    change = partial(lab.write.change_tags, caller(lab.researcher), entry=entry)
    kept = change(add=[f"t{number:02}" for number in range(TAGS_LIMIT)], remove=[])

    with pytest.raises(Invalid) as refused:
        change(add=["one too many"], remove=[])

    assert ["add"] == [field.name for field in refused.value.fields]
    assert kept == lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry.tags
    assert "one too many" in change(add=["one too many"], remove=["t00"])
