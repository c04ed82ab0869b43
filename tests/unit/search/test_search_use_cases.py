"""How the index follows entries, and how a search waits for fresh rights."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from contracts.errors import Invalid, Unavailable
from contracts.identifiers import EntryId, PersonId
from services.search.domain.cursor import read_cursor, write_cursor
from services.search.domain.parser import parse
from services.search.domain.query import After, Query, ReadableBy
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.follow_notebook import FollowNotebook, PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.rebuild import Rebuild
from services.search.use_cases.refresh_reader_labels import DistrustAllLabels, RefreshReaderLabels
from tests.builders.pages import held, page
from tests.fakes.search import FakeEntries, FakeIndex, FakeUnitOfWork, Shelf

ADA = PersonId("ada")


class House:
    """A house of fakes."""

    def __init__(self) -> None:
        self.shelf, self.entries = Shelf(), FakeEntries(labels={ADA: (held(),)})
        open_unit = partial(FakeUnitOfWork, self.shelf)
        self.index_entries = IndexEntries(open_unit, self.entries)
        self.refresh = RefreshReaderLabels(open_unit, self.entries)
        self.distrust = DistrustAllLabels(open_unit)
        self.find_entries = FindEntries(
            open_unit, FakeIndex(self.shelf, datetime.now(ZoneInfo("Europe/Paris")).date()), self.refresh
        )
        self.follow, self.pull = FollowNotebook(open_unit), PullQueued(open_unit, self.entries)
        self.rebuild = Rebuild(open_unit, self.entries)

    def knows(self, *pages) -> None:
        """Let entries know pages."""
        self.entries.pages.update({one.entry: one for one in pages})

    def total(self, q: str = "") -> int:
        """Count what Ada finds."""
        return self.find_entries(Query(access=ReadableBy(ADA), expression=parse(q))).total


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


def test_a_rebuild_resumes_and_overwrites_nothing_newer(house: House) -> None:
    """It may die at any slice, and events go on meanwhile."""
    house.knows(*(page(number) for number in range(1, 6)))
    assert house.rebuild()
    house.shelf.pages[page(5).entry] = page(5, change_number=9, title="Neuf")
    while house.rebuild():
        pass

    assert (5, 1) == (house.total(), house.total("neuf"))
    assert not house.rebuild()

    house.rebuild.start_over()
    assert house.rebuild()


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
