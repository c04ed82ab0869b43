"""How the index follows entries, and how a search waits for fresh rights."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from contracts.errors import Invalid, Unavailable
from contracts.identifiers import EntryId, PersonId
from services.search.domain.cursor import read_cursor, write_cursor
from services.search.domain.page import FileText, TextPlace
from services.search.domain.parser import parse
from services.search.domain.query import After, Query, ReadableBy
from services.search.ports import PageSlice
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.follow_notebook import FollowNotebook, PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.read_files import PullTexts, TakeText
from services.search.use_cases.rebuild import Rebuild
from services.search.use_cases.refresh_reader_labels import DistrustAllLabels, RefreshReaderLabels
from services.search.use_cases.verify import Verify
from tests.builders.pages import attached, held, page
from tests.fakes.search import FakeEntries, FakeFiles, FakeIndex, FakeUnitOfWork, Shelf

ADA = PersonId("ada")


class House:
    """A house of fakes."""

    def __init__(self) -> None:
        self.shelf, self.entries = Shelf(), FakeEntries(labels={ADA: (held(),)})
        open_unit = partial(FakeUnitOfWork, self.shelf)
        self.index_entries = IndexEntries(open_unit, self.entries)
        self.refresh = RefreshReaderLabels(open_unit, self.entries)
        self.distrust = DistrustAllLabels(open_unit)
        self.open_unit = open_unit
        self.index = FakeIndex(self.shelf, datetime.now(ZoneInfo("Europe/Paris")).date())
        self.find_entries = FindEntries(open_unit, self.index, self.refresh)
        self.follow, self.pull = FollowNotebook(open_unit), PullQueued(open_unit, self.entries)
        self.pauses: list[float] = []
        self.rebuild = Rebuild(
            open_unit, self.entries, self.index, pages_a_second=4, pages_a_commit=1, pause=self.pauses.append
        )
        self.verify = Verify(open_unit, self.entries, self.index)
        self.files = FakeFiles()
        self.take_text, self.pull_texts = TakeText(open_unit, self.files), PullTexts(open_unit, self.files)

    def knows(self, *pages) -> None:
        """Let entries know pages."""
        self.entries.pages.update({one.entry: one for one in pages})

    def total(self, q: str = "") -> int:
        """Count what Ada finds."""
        return self.find_entries(Query(access=ReadableBy(ADA), expression=parse(q))).total


def walk_to_the_end(house: House) -> None:
    """Let the walk over all entries end."""
    while house.rebuild():
        pass


@pytest.fixture
def house() -> House:
    """Return an empty house."""
    return House()


def test_one_pull_serves_every_event_before_it(house: House) -> None:
    """Ten revisions in a row cost one pull."""
    house.knows(page(1, change_number=10))
    for change in range(1, 11):
        house.index_entries({page(1).entry: change})

    assert house.entries.pulls == 1


def test_an_event_is_tried_again_while_entries_lags_or_is_away(house: House) -> None:
    """Acting on an older page would lose the change for good."""
    with pytest.raises(Unavailable):
        house.index_entries({page(1).entry: 1})
    house.knows(page(1, change_number=1), page(2, change_number=2))
    with pytest.raises(Unavailable):
        house.index_entries({page(1).entry: 2, page(2).entry: 2})

    assert house.shelf.pages.keys() == {page(2).entry}


def test_a_strangers_labels_are_pulled_before_the_search(house: House) -> None:
    """Nobody waits for an event to find their own pages."""
    house.knows(page(1))
    house.index_entries({page(1).entry: 1})

    assert house.total() == 1


def test_a_search_never_uses_labels_known_to_be_stale(house: House) -> None:
    """A revoked right must not live on because entries is away."""
    house.total()
    house.distrust()
    house.entries.labels, house.entries.down = {}, True
    with pytest.raises(Unavailable):
        house.total()

    house.entries.down = False
    assert house.total() == 0


def test_a_denied_notebook_is_hidden_at_once_and_shown_again_by_its_pull(house: House) -> None:
    """Whatever the order of events, the pull tells the present."""
    house.knows(page(1), page(2))
    while house.rebuild():
        pass
    house.follow(page(1).notebook, denied=True)
    assert house.total() == 0

    assert house.pull()
    assert house.total() == 2
    assert not house.pull()


def test_a_queue_survives_silence_of_entries(house: House) -> None:
    """What could not be pulled stays queued."""
    house.knows(page(1))
    house.rebuild()
    house.follow(page(1).notebook, denied=False)
    house.entries.down = True
    with pytest.raises(Unavailable):
        house.pull()

    house.entries.down = False
    house.knows(page(1, change_number=2, title="Neuf"))
    house.pull()
    assert house.total("neuf") == 1


def test_pages_wait_for_an_engine_that_is_away_and_are_caught_up(house: House) -> None:
    """An outage may last longer than a message is tried: no event is given back, none is lost."""
    house.knows(page(1), page(2))
    house.shelf.away = True
    house.index_entries({page(2).entry: 1})
    house.index_entries({page(1).entry: 1})
    with pytest.raises(Unavailable):
        house.pull()

    house.shelf.away = False
    assert house.pull()
    assert 2 == house.total()
    assert not house.pull()


def test_a_rebuild_resumes_and_overwrites_nothing_newer(house: House) -> None:
    """It may die at any slice, and events go on meanwhile."""
    house.knows(*(page(number) for number in range(1, 6)))
    assert house.rebuild()
    with house.open_unit() as unit:
        unit.put([page(5, change_number=9, title="Neuf")])
        unit.commit()
    walk_to_the_end(house)

    assert (5, 1) == (house.total(), house.total("neuf"))
    assert [0.5, 0.5, 0.25] == house.pauses
    assert not house.rebuild()


def test_a_rebuild_brings_many_slices_at_once(house: House) -> None:
    """A small request costs an engine as much as a large one."""
    house.knows(*(page(number) for number in range(1, 6)))
    house.rebuild.pages_a_commit = 4
    walk_to_the_end(house)

    assert 5 == house.total()
    assert [1.0, 0.25] == house.pauses


def test_a_rebuild_forgets_pages_that_are_no_more(house: House) -> None:
    """The old generation serves until the new one has caught up."""
    house.knows(*(page(number) for number in range(1, 6)))
    walk_to_the_end(house)
    del house.entries.pages[page(2).entry]

    assert 2 == house.rebuild.start_over().building
    assert house.rebuild()
    assert 5 == house.total()

    walk_to_the_end(house)
    assert 4 == house.total()


def test_another_engine_or_version_is_filled_by_itself(house: House) -> None:
    """An upgrade that changes what is kept of a page needs no operator."""
    house.knows(page(1))
    walk_to_the_end(house)
    house.index.shape = "fake-2"
    again = Rebuild(
        house.open_unit, house.entries, house.index, pages_a_second=4, pages_a_commit=1, pause=house.pauses.append
    )

    assert again()
    while again():
        pass
    assert "fake-2" == house.shelf.progress.shape


def test_verification_names_what_is_missing_old_or_too_much(house: House) -> None:
    """Each entry is compared by the change it shows."""
    house.knows(*(page(number) for number in range(1, 6)))
    walk_to_the_end(house)
    assert house.verify().clean

    house.knows(page(2, change_number=2), page(9))
    del house.entries.pages[page(3).entry]
    found = house.verify()

    assert ((page(9).entry,), (page(2).entry,), (page(3).entry,)) == (found.missing, found.stale, found.surplus)
    assert not found.clean


def test_a_files_text_reaches_the_pages_that_name_it(house: House) -> None:
    """Whether an event tells of it or search must ask: it was read before search listened."""
    told, asked = attached("told.pdf"), attached("asked.pdf")
    house.knows(page(1, files=(told, asked)))
    walk_to_the_end(house)
    house.files.texts[asked.sha256] = FileText(asked.sha256, (TextPlace("p. 1", "caséine"),))

    assert house.pull_texts()
    assert not house.pull_texts()
    with pytest.raises(Unavailable):
        house.take_text(told.sha256)

    house.files.texts[told.sha256] = FileText(told.sha256, (TextPlace("p. 2", "lactose"),))
    house.take_text(told.sha256)
    assert house.pull()
    assert 1 == house.total("in:attachments caseine lactose")


def test_a_cursor_reads_back_as_it_was_written() -> None:
    """To the microsecond."""
    after = After("relevance", 123, datetime(2026, 3, 1, 12, 0, 0, 123456, UTC), EntryId("entry-1"))

    assert after == read_cursor(write_cursor(after))
    assert (None, None) == (write_cursor(None), read_cursor(None))


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "WyJ4IiwxLCIyMDI2IiwiZSJd", "WyJyIiwxLCIyMDI2LTAxLTAxIiwiZSJd"])
def test_a_forged_cursor_is_a_problem_not_an_accident(cursor: str) -> None:
    """It comes from outside."""
    with pytest.raises(Invalid):
        read_cursor(cursor)


def test_a_query_cannot_be_built_without_its_reader() -> None:
    """The access filter cannot be forgotten."""
    with pytest.raises(TypeError):
        Query(expression=None)  # type: ignore[call-arg]


def test_pages_entries_no_longer_tells_of_stay_queued_and_the_others_are_pulled(house: House) -> None:
    """Half an answer is no reason to forget the other half."""
    house.knows(page(1), page(2))
    walk_to_the_end(house)
    house.follow(page(1).notebook, denied=False)
    del house.entries.pages[page(2).entry]
    house.knows(page(1, change_number=2, title="Neuf"))

    with pytest.raises(Unavailable) as told:
        house.pull()

    assert ("1", 1) == (told.value.detail["count"], house.total("neuf"))
    assert {page(2).entry} == house.shelf.queue.keys()


def test_a_walk_that_was_begun_anew_forgets_the_slice_under_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator asks for a rebuild in the middle of one: its first slices are walked again, none is left out."""
    house.knows(*(page(number) for number in range(1, 6)))
    listed = house.entries.list_indexable

    def slow(cursor: EntryId | None) -> PageSlice:
        monkeypatch.setattr(house.entries, "list_indexable", listed)
        assert house.rebuild()
        return listed(cursor)

    monkeypatch.setattr(house.entries, "list_indexable", slow)
    assert house.rebuild()
    assert 2 == house.rebuild.progress().walked

    walk_to_the_end(house)
    assert (5, 5) == (house.rebuild.progress().walked, house.total())


def test_a_generation_that_another_process_finished_is_not_finished_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun anew between the swap and its note: the new walk must go on."""
    house.knows(page(1))
    assert house.rebuild()
    swap = house.index.swap

    def slow(generation: int) -> None:
        swap(generation)
        house.rebuild.start_over()

    monkeypatch.setattr(house.index, "swap", slow)
    assert not house.rebuild()
    monkeypatch.setattr(house.index, "swap", swap)

    assert 1 == house.rebuild.progress().building
    walk_to_the_end(house)
    assert (1, None) == ((known := house.rebuild.progress()).serving, known.building)


def test_an_engine_that_lost_its_index_is_filled_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restored machine comes back empty; what is sound is looked at once and then trusted."""
    house.knows(page(1))
    walk_to_the_end(house)
    sound = Rebuild(house.open_unit, house.entries, house.index, pages_a_second=4, pause=house.pauses.append)
    assert not sound()
    monkeypatch.setattr(house.index, "holds", lambda _: False)

    again = Rebuild(house.open_unit, house.entries, house.index, pages_a_second=4, pause=house.pauses.append)

    assert (False, True) == (sound(), again())
    assert 2 == again.progress().building
