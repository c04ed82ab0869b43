"""Assemble the house of search."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Engine

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.rounds import Rounds
from services.search.adapters.entries import BusEntries
from services.search.adapters.storage import BusFiles
from services.search.ports import Index
from services.search.settings import SearchSettings
from services.search.store.postgresql.index import PostgresIndex
from services.search.store.postgresql.shelf import PostgresShelf
from services.search.store.postgresql.stems import Stemmer
from services.search.store.shelves import Shelf
from services.search.store.unit_of_work import PostgresUnitOfWork
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.follow_notebook import FollowNotebook, PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.read_files import PullTexts, TakeText
from services.search.use_cases.rebuild import Rebuild
from services.search.use_cases.refresh_reader_labels import DistrustAllLabels, RefreshReaderLabels
from services.search.use_cases.verify import Verify

OpenShelf = Callable[[Connection], Shelf]


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of search calls."""

    find_entries: FindEntries
    index_entries: IndexEntries
    follow_notebook: FollowNotebook
    refresh_reader_labels: RefreshReaderLabels
    distrust_all_labels: DistrustAllLabels
    rebuild: Rebuild
    verify: Verify
    take_text: TakeText
    feeder: Rounds
    engine: Engine
    bus: BusClient

    def started(self) -> None:
        """Begin to feed the index, with the walk over all entries when it was never ended."""
        self.feeder.start()

    def close(self) -> None:
        """Stop feeding, and let go of the machines."""
        self.feeder.stop()
        self.bus.close()
        self.engine.dispose()


def assemble() -> House:
    """Read the settings and build the house."""
    settings = SearchSettings.load()
    engine = open_engine(settings.database, application_name="search")
    bus = BusClient(settings.bus, settings.identity)
    index, open_shelf = (
        _opensearch(settings, engine) if settings.search_engine == "opensearch" else _postgresql(settings, engine)
    )
    open_unit = partial(PostgresUnitOfWork, engine, open_shelf)
    entries = BusEntries(bus, timeout_seconds=settings.entries_timeout_seconds)
    refresh = RefreshReaderLabels(open_unit, entries)
    walked = BusEntries(bus, timeout_seconds=settings.rebuild_timeout_seconds)
    rebuild = Rebuild(open_unit, walked, index, pages_a_second=settings.rebuild_pages_a_second, pause=time.sleep)
    files = BusFiles(bus, timeout_seconds=settings.storage_timeout_seconds)
    steps = (PullQueued(open_unit, entries), rebuild, PullTexts(open_unit, files))
    return House(
        find_entries=FindEntries(open_unit, index, refresh_reader_labels=refresh),
        index_entries=IndexEntries(open_unit, entries),
        follow_notebook=FollowNotebook(open_unit),
        refresh_reader_labels=refresh,
        distrust_all_labels=DistrustAllLabels(open_unit),
        rebuild=rebuild,
        verify=Verify(open_unit, walked, index),
        take_text=TakeText(open_unit, files),
        feeder=Rounds("feeder", steps, idle_seconds=settings.feed_idle_seconds),
        engine=engine,
        bus=bus,
    )


def _postgresql(settings: SearchSettings, engine: Engine) -> tuple[Index, OpenShelf]:
    stemmer = Stemmer()
    index = PostgresIndex(engine, stemmer, settings.institution_time_zone)
    return index, partial(PostgresShelf, stemmer=stemmer)


def _opensearch(settings: SearchSettings, engine: Engine) -> tuple[Index, OpenShelf]:
    # Loaded only where it is chosen: its client takes 40 MB.
    from services.search.store.opensearch.client import open_client
    from services.search.store.opensearch.documents import Documents
    from services.search.store.opensearch.index import OpenSearchIndex
    from services.search.store.opensearch.shelf import OpenSearchShelf

    password = settings.opensearch_password.get_secret_value()
    client = open_client(
        settings.opensearch_url,
        timeout_seconds=settings.opensearch_timeout_seconds,
        login=(settings.opensearch_user, password) if settings.opensearch_user else None,
    )
    name, zone = settings.opensearch_index, settings.institution_time_zone
    index = OpenSearchIndex(
        client, engine, name, time_zone=zone, refresh_interval=settings.opensearch_refresh_interval,
        replicas=settings.opensearch_replicas,
    )  # fmt: skip
    return index, partial(OpenSearchShelf, client=client, name=name, documents=Documents(zone))
