"""A draft is one document many write at once; what was acknowledged is never lost, what is hostile never joins."""

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pycrdt import Doc, Text, XmlElement, XmlFragment, XmlText

from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Sealed, TooLarge
from services.entries.adapters.drafts.living import YjsDrafts
from services.entries.domain import drafts
from services.entries.use_cases import sync_draft
from services.entries.use_cases.sync_draft import ClientSide
from services.entries.use_cases.written import NamedDraft
from tests.builders.entries import Institution, caller, page


class Browser:
    """One open page: a Yjs document that syncs as the web app does."""

    def __init__(self, lab: Institution, entry: Any, person: Any) -> None:
        self.lab, self.entry, self.person = lab, entry, person
        self.doc = Doc()
        self.fragment = self.doc.get("default", type=XmlFragment)
        self.title: Any = self.doc.get("title", type=Text)
        self.epoch = self.cursor = 0
        self.server = b""

    def sync(self, *, update: bytes | None = None) -> Any:
        """Sync once; without ``update`` with all that the server lacks."""
        unsent = self.doc.get_update(self.server or b"\x00") if self.epoch else b""
        client = ClientSide(self.epoch, self.cursor, self.doc.get_state(), unsent if update is None else update)
        answer = self.lab.write.sync_draft(caller(self.person), entry=self.entry, client=client)
        for each in answer.updates:
            self.doc.apply_update(each)
        self.epoch, self.cursor, self.server = answer.draft.epoch, answer.cursor, answer.draft.state_vector
        return answer

    def write(self, text: str) -> None:
        """Add a paragraph."""
        with self.doc.transaction():
            paragraph = XmlElement("paragraph")
            self.fragment.children.append(paragraph)
            paragraph.children.append(XmlText(text))

    def save(self, head: int, **changes: Any) -> Any:
        """Save a version from the draft."""
        written = page(**{"document": None, "draft": NamedDraft(self.epoch, self.server), **changes})
        return self.lab.write.append_revision(
            caller(self.person, key=changes.get("reason"), method="append_revision"), entry=self.entry,
            expected_head=head, written=written,
        )  # fmt: skip


@pytest.fixture
def entry(lab: Institution) -> Any:
    """A page with a first revision."""
    return lab.entry(lab.notebook().id).entry.id


def opened(lab: Institution, entry: Any, person: Any = None) -> Browser:
    """A browser that has the page open."""
    browser = Browser(lab, entry, person or lab.researcher)
    browser.sync()
    return browser


def texts(lab: Institution, entry: Any, number: int) -> list[str]:
    """What the paragraphs of a revision say."""
    shown = lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None)
    assert shown.revision is not None
    assert number == shown.revision.number
    from services.entries.adapters.machine import JcsCanonical

    document = JcsCanonical().decode(shown.revision.record)["document"]
    return ["".join(part["text"] for part in block.get("content", ())) for block in document["content"]]


def test_a_draft_begins_with_the_newest_revision_and_the_same_for_all(lab: Institution, entry: Any) -> None:
    """Two browsers that open a page at once must not each bring its text: it would be there twice."""
    one, two = opened(lab, entry), opened(lab, entry)

    assert str(one.fragment) == str(two.fragment) == "<paragraph>Température 37 °C</paragraph>"
    assert one.doc.get_state() == two.doc.get_state()


def test_two_who_write_offline_end_with_the_same_page(lab: Institution, entry: Any) -> None:
    """This is what a train without network costs: nothing."""
    one, two = opened(lab, entry), opened(lab, entry)
    one.write("dans le train")
    two.write("à la paillasse")

    for browser in (one, two, one):
        browser.sync()

    assert str(one.fragment) == str(two.fragment)
    assert "dans le train" in str(one.fragment)
    assert "à la paillasse" in str(one.fragment)


def test_an_update_may_come_twice(lab: Institution, entry: Any) -> None:
    """A repeat after a lost answer has no second effect, and costs no row."""
    one = opened(lab, entry)
    one.write("une fois")
    update = one.doc.get_update(one.server)

    first, again = one.sync(update=update), one.sync(update=update)

    assert first.draft == again.draft
    assert str(opened(lab, entry).fragment).count("une fois") == 1


def test_what_rests_on_changes_the_server_lacks_waits_for_them(lab: Institution, entry: Any) -> None:
    """Calls overtake each other; the later one is not kept, and says so."""
    one = opened(lab, entry)
    one.write("avant")
    between = one.doc.get_state()
    one.write("après")

    late = one.sync(update=one.doc.get_update(between))
    whole = one.sync()

    assert (False, True) == (late.taken, whole.taken)
    assert "avant" in str(opened(lab, entry).fragment)


def test_who_may_only_read_pulls_and_does_not_push(lab: Institution, entry: Any) -> None:
    """Rights are decided on the verified actor; who may not read is told that there is nothing."""
    reader = opened(lab, entry, lab.colleague)
    reader.write("graffiti")

    with pytest.raises(Forbidden):
        reader.sync()
    with pytest.raises(NotFound):
        opened(lab, entry, lab.person("Étrangère"))


def test_a_browser_never_fills_an_empty_document(lab: Institution, entry: Any) -> None:
    """The server alone makes a draft; else its first text would be there twice."""
    stranger = Browser(lab, entry, lab.researcher)
    stranger.write("à moi")

    with pytest.raises(Invalid) as refused:
        stranger.sync(update=stranger.doc.get_update())
    assert ["epoch"] == [field.name for field in refused.value.fields]


def test_a_version_is_made_of_the_draft_as_the_server_has_it(lab: Institution, entry: Any) -> None:
    """What a browser rendered is never trusted; the draft goes on in the same life."""
    one = opened(lab, entry)
    one.write("Deux")
    with pytest.raises(Conflict, match="draft_behind"):
        one.save(1, draft=NamedDraft(one.epoch, one.doc.get_state()))
    one.sync()

    saved = one.save(1, reason="k")

    assert ["Température 37 °C", "Deux"] == texts(lab, entry, 2)
    assert saved == one.save(1, reason="k")
    one.write("Trois")
    assert one.sync().draft.ahead
    assert "Trois" in str(opened(lab, entry).fragment)


def test_a_revision_beside_an_unsaved_draft_is_refused(lab: Institution, entry: Any) -> None:
    """An instrument must not bury what somebody is writing."""
    one = opened(lab, entry)
    one.write("pas encore enregistré")
    one.sync()

    with pytest.raises(Conflict, match="draft_ahead"):
        lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page("Autre"))


def test_a_revision_beside_a_saved_draft_begins_its_next_life(lab: Institution, entry: Any) -> None:
    """Who holds the old document keeps it as a copy: it would not merge with the new one."""
    one = opened(lab, entry)
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page("Restauré"))
    one.write("écrit sans savoir")

    with pytest.raises(Conflict, match="draft_epoch"):
        one.sync()

    fresh = opened(lab, entry)
    assert (2, "<paragraph>Restauré</paragraph>") == (fresh.epoch, str(fresh.fragment))


def test_the_title_is_written_by_many_too(lab: Institution, entry: Any) -> None:
    """Two who word it at once lose nothing of each other; a revision beside gives the next life its own title."""
    one, two = opened(lab, entry), opened(lab, entry)
    assert "Culture cellulaire" == str(one.title)
    one.title.insert(0, "Essai : ")
    two.title.insert(len(str(two.title)), ", suite")
    for browser in (one, two, one):
        browser.sync()
    assert "Essai : Culture cellulaire, suite" == str(one.title) == str(two.title)

    one.save(1, title=str(one.title))
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=2, written=page(title="Restauré"))

    assert "Restauré" == str(opened(lab, entry).title)


def test_rows_are_merged_when_they_are_many(lab: Institution, entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page written for weeks opens as fast as a new one, and nobody misses a row meanwhile."""
    monkeypatch.setattr(drafts, "UPDATES_KEPT", 5)
    one, slow = opened(lab, entry), opened(lab, entry)
    for number in range(9):
        one.write(f"ligne {number}")
        answer = one.sync()

    slow.sync()

    assert answer.draft.update_count <= 5
    assert str(one.fragment) == str(slow.fragment)


def test_a_draft_has_a_limit_and_says_so(lab: Institution, entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data belongs in a file; the text before it stays."""
    monkeypatch.setattr(drafts, "DRAFT_LIMIT_BYTES", 400)
    one = opened(lab, entry)
    one.write("x" * 500)

    with pytest.raises(TooLarge):
        one.sync()
    assert "37 °C" in str(opened(lab, entry).fragment)


def test_a_struck_out_page_takes_no_more(lab: Institution, entry: Any) -> None:
    """It can still be looked at."""
    one = opened(lab, entry)
    lab.write.strike_out(caller(lab.researcher), entry=entry, reason="erreur")
    one.write("encore")

    with pytest.raises(Sealed):
        one.sync()
    assert opened(lab, entry).epoch == 1


HOSTILE = {
    "noise": b"\xff\xfe\xfd" * 9,
    "too short": b"\x01\x05\x01\x00\x04",
    "a foreign root": b"\x01\x01\x09\x00\x04\x01\x05other\x01x\x00",
    "a foreign node": b"\x01\x01\x09\x00\x07\x01\x07default\x03\x06script\x00",
    "a shared map": b"\x01\x01\x09\x00\x07\x01\x07default\x01\x00",
    "another document": b"\x01\x01\x09\x00\x09\x01\x07default\x01g\x76\x00\x00",
    "a length beyond all memory": b"\x01\x01\x09\x00\x04\x01\x07default\xff\xff\xff\xff\xff\xff\x0fx\x00",
}


@pytest.mark.parametrize("update", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_update_is_refused_and_leaves_no_trace(lab: Institution, entry: Any, update: bytes) -> None:
    """One bad tab must not poison the page of everybody."""
    one = opened(lab, entry)

    with pytest.raises(Invalid) as refused:
        one.sync(update=update)

    assert ["update"] == [field.name for field in refused.value.fields]
    one.write("tout va bien")
    one.sync()
    assert "tout va bien" in str(opened(lab, entry).fragment)


def nest(browser: Browser, depth: int, *, step: int) -> None:
    """Quote quotes in quotes, syncing every so many."""
    inner: Any = browser.fragment
    for number in range(depth):
        deeper = XmlElement("blockquote")
        inner.children.append(deeper)
        inner = deeper
        if number % step == 0:
            browser.sync()
    browser.sync()


@pytest.mark.parametrize("step", [1, 1000], ids=["step by step", "at once"])
def test_nesting_beyond_any_page_is_refused(lab: Institution, entry: Any, step: int) -> None:
    """What nests deep enough overflows the stack of whoever reads it."""
    with pytest.raises(Invalid):
        nest(opened(lab, entry), 80, step=step)
    assert "37 °C" in str(opened(lab, entry).fragment)


def test_a_version_of_a_draft_nobody_made_is_of_another_life(lab: Institution, entry: Any) -> None:
    """The server makes drafts; who names one it never made holds a copy of something else."""
    written = page(document=None, draft=NamedDraft(1, b"\x00"))

    with pytest.raises(Conflict, match="draft_epoch"):
        lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=written)


def test_a_version_is_made_by_a_process_that_never_saw_the_draft(lab: Institution, entry: Any) -> None:
    """Whoever serves a draft is nobody special (ADR-0010): its rows say everything."""
    one = opened(lab, entry)
    one.write("écrit ailleurs")
    one.sync()
    lab.write = replace(lab.write, append_revision=replace(lab.write.append_revision, living=YjsDrafts()))

    one.save(1)

    assert ["Température 37 °C", "écrit ailleurs"] == texts(lab, entry, 2)


def test_two_who_open_a_page_for_the_first_time_at_once_get_one_draft(lab: Institution, entry: Any) -> None:
    """Between the look that finds none and the commit that makes one, another made it."""
    sync = lab.write.sync_draft
    first: list[Browser] = []

    def look(_readings: Any = sync.readings) -> Any:
        if not first:
            first.append(Browser(lab, entry, lab.researcher))
            lab.write = replace(lab.write, sync_draft=sync)
            with _readings() as store:
                before = store.drafts.show(entry, person=lab.researcher)
            first[0].sync()
            return nullcontext(SimpleNamespace(drafts=SimpleNamespace(show=lambda *_, **__: before)))
        return _readings()

    late = Browser(lab, entry, lab.colleague)
    lab.write = replace(lab.write, sync_draft=replace(sync, readings=look))
    late.sync()

    assert late.doc.get_state() == first[0].doc.get_state()
    assert "<paragraph>Température 37 °C</paragraph>" == str(late.fragment)


def test_a_long_draft_comes_in_several_answers(lab: Institution, entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer fits into a message; the next call goes on where it ended, and nothing is missed."""
    monkeypatch.setattr(sync_draft, "UPDATE_LIMIT_BYTES", 300)
    one, late = opened(lab, entry), Browser(lab, entry, lab.researcher)
    for number in range(5):
        one.write(f"{number}" * 150)
        one.sync()

    answers = [late.sync()]
    while answers[-1].more:
        answers.append(late.sync())

    assert len(answers) > 2
    assert all(sum(map(len, answer.updates)) <= 300 for answer in answers)
    assert str(one.fragment) == str(late.fragment)
