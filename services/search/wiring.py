"""Assemble the house of search."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.rounds import Rounds
from services.search.adapters.entries import BusEntries
from services.search.settings import SearchSettings
from services.search.store.index import PostgresIndex
from services.search.store.stems import Stemmer
from services.search.store.unit_of_work import PostgresUnitOfWork
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.follow_notebook import FollowNotebook, PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.rebuild import Rebuild
from services.search.use_cases.refresh_reader_labels import DistrustAllLabels, RefreshReaderLabels


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of search calls."""

    find_entries: FindEntries
    index_entries: IndexEntries
    follow_notebook: FollowNotebook
    refresh_reader_labels: RefreshReaderLabels
    distrust_all_labels: DistrustAllLabels
    rebuild: Rebuild
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
    stemmer = Stemmer()
    open_unit = partial(PostgresUnitOfWork, engine, stemmer)
    entries = BusEntries(bus, timeout_seconds=settings.entries_timeout_seconds)
    refresh = RefreshReaderLabels(open_unit, entries)
    rebuild = Rebuild(open_unit, BusEntries(bus, timeout_seconds=settings.rebuild_timeout_seconds))
    return House(
        find_entries=FindEntries(
            open_unit, PostgresIndex(engine, stemmer, settings.institution_time_zone), refresh_reader_labels=refresh
        ),
        index_entries=IndexEntries(open_unit, entries),
        follow_notebook=FollowNotebook(open_unit),
        refresh_reader_labels=refresh,
        distrust_all_labels=DistrustAllLabels(open_unit),
        rebuild=rebuild,
        feeder=Rounds("feeder", (PullQueued(open_unit, entries), rebuild), idle_seconds=settings.feed_idle_seconds),
        engine=engine,
        bus=bus,
    )
