"""What becomes of pages when OpenSearch is away, dies, or does not take one."""

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.errors import Unavailable
from onebox.servers import opensearch
from onebox.servers.ports import free_ports
from services.search.domain.query import Query, ReadableBy
from services.search.use_cases.follow_notebook import PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.verify import Verify
from tests.builders.libraries import READER, opensearch_library
from tests.builders.pages import held, page
from tests.fakes.search import FakeEntries
from tests.servers.processes import Process, scratch_folder

PAGES = tuple(page(number, text=f"gel lot{number} " * 200) for number in range(1, 601))
HANDFUL = 20


def test_a_page_the_mapping_refuses_is_buried_alone(house_database, opensearch_server: str) -> None:
    """Its neighbours are indexed, it is named with the reason, announced once, and a later change of it is welcome."""
    database = house_database("search")
    with opensearch_library(database, opensearch_server) as library:
        library.let(READER, held())
        # Longer than a keyword of Lucene may be.
        for _ in range(2):
            library.put(page(1), page(2, tags=("x" * 40_000,)), page(3))

        assert {1, 3} == {hit.page.number for hit in library.find().hits}
        with library.open_unit() as unit:
            (refusal,) = unit.refusals(10)
        assert (page(2).entry, 1) == (refusal.entry, refusal.change_number)
        assert "immense term" in refusal.reason
        assert [{"entry": page(2).entry, "change_number": 1}] == _announced(database)

        library.put(page(2, change_number=2))
        assert 3 == library.find().total
        with library.open_unit() as unit:
            assert unit.refusals(10) == ()


def _announced(database: dict[str, Any]) -> list[dict[str, Any]]:
    engine = open_engine(DatabaseSettings.model_validate(database), application_name="test")
    with engine.connect() as connection:
        payloads = list(connection.exec_driver_sql("SELECT payload FROM outbox WHERE type = 'PageRefused'").scalars())
    engine.dispose()
    return payloads


@pytest.mark.full
@pytest.mark.fault
@pytest.mark.timeout(600)
def test_a_death_amid_the_feeding_loses_nothing(house_database) -> None:
    """Kill −9 while pages stream in: a search says so, pages wait, and after the restart all are there."""
    opensearch.find_server()
    (port,) = free_ports(1)
    entries = FakeEntries(pages={one.entry: one for one in PAGES})
    with scratch_folder("opensearch") as folder:
        process = Process(opensearch.Node(folder, port).program(), folder / "log")
        process.start()
        try:
            with opensearch_library(house_database("search"), f"http://127.0.0.1:{port}") as library:
                library.let(READER, held())
                index = IndexEntries(library.open_unit, entries)
                some = threading.Event()
                feeding = threading.Thread(target=partial(_feed, index, some))
                feeding.start()
                assert some.wait(60)
                process.stop(kill=True)
                feeding.join(timeout=120)

                with pytest.raises(Unavailable) as caught:
                    library.index.find(Query(access=ReadableBy(READER), expression=None))
                assert "5" == caught.value.detail["retry_after_seconds"]

                process.start()
                pull = PullQueued(library.open_unit, entries)
                while pull():
                    pass
                assert Verify(library.open_unit, entries, library.index)().clean
                assert len(PAGES) == library.find().total
        finally:
            process.stop()


def _feed(index: IndexEntries, some: threading.Event) -> None:
    """Announce every page, a handful at a time; say when a few are on their way."""
    for begin in range(0, len(PAGES), HANDFUL):
        index({one.entry: 1 for one in PAGES[begin : begin + HANDFUL]})
        if begin >= 3 * HANDFUL:
            some.set()


def test_a_generation_is_made_with_the_copies_asked_for(house_database, opensearch_server: str) -> None:
    """Where there are several nodes one may go; one shard, as only there counts of facets are exact."""
    with opensearch_library(house_database("search"), opensearch_server) as library:
        replace(library.index, replicas=2).begin(2)
        settings = library.index.client.indices.get_settings(index=f"{library.index.name}-2")

    (made,) = (one["settings"]["index"] for one in settings.values())
    assert ("1", "2") == (made["number_of_shards"], made["number_of_replicas"])
