"""Build indexes of every kind: an engine, and the way to feed and ask it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import PersonId
from services.search.domain.page import Found, IndexedPage, ReaderLabel
from services.search.domain.parser import parse
from services.search.domain.query import Query, ReadableBy
from services.search.ports import Index, RebuildProgress, UnitOfWork
from services.search.store.postgresql.index import PostgresIndex
from services.search.store.postgresql.shelf import PostgresShelf
from services.search.store.postgresql.stems import Stemmer
from services.search.store.unit_of_work import PostgresUnitOfWork
from tests.fakes.search import FakeIndex, FakeUnitOfWork, Shelf

TIME_ZONE = "Europe/Paris"
READER = PersonId("reader")


@dataclass
class Library:
    """An index and the way to feed it."""

    open_unit: Callable[[], UnitOfWork]
    index: Index

    def put(self, *pages: IndexedPage) -> None:
        """Index pages."""
        with self.open_unit() as unit:
            unit.put(pages)
            unit.commit()

    def save(self, progress: RebuildProgress) -> None:
        """Say how far a walk came."""
        with self.open_unit() as unit:
            unit.save_rebuild_progress(progress)
            unit.commit()

    def let(self, person: PersonId, *labels: ReaderLabel) -> None:
        """Give a person exactly these labels."""
        with self.open_unit() as unit:
            unit.put_labels(person, labels, ticket=unit.want_labels(person))
            unit.commit()

    def find(self, q: str = "", *, person: PersonId = READER, **more: object) -> Found:
        """Search as a person types."""
        return self.index.find(Query(access=ReadableBy(person), expression=parse(q), **more))

    def refresh(self) -> None:
        """Make what was put searchable; most engines need no asking."""

    def titles(self, q: str) -> list[str]:
        """Return the titles found, best first."""
        return [hit.page.title for hit in self.find(q).hits]


def library_on(engine: str, request: pytest.FixtureRequest) -> AbstractContextManager[Library]:
    """Return an empty library of an engine (``fake``, ``postgresql``, ``opensearch``) on the servers of the tests."""
    if engine == "fake":
        return fake_library()
    database = request.getfixturevalue("house_database")("search")
    if engine == "postgresql":
        return postgres_library(database)
    return opensearch_library(database, request.getfixturevalue("opensearch_server"))


@contextmanager
def fake_library() -> Iterator[Library]:
    """Return an empty library in memory."""
    shelf = Shelf()
    yield Library(partial(FakeUnitOfWork, shelf), FakeIndex(shelf, datetime.now(ZoneInfo(TIME_ZONE)).date()))


@contextmanager
def postgres_library(database: dict[str, Any]) -> Iterator[Library]:
    """Return an empty library in a fresh database of search."""
    engine, stemmer = open_engine(DatabaseSettings.model_validate(database), application_name="search-test"), Stemmer()
    open_shelf = partial(PostgresShelf, stemmer=stemmer)
    try:
        yield Library(partial(PostgresUnitOfWork, engine, open_shelf), PostgresIndex(engine, stemmer, TIME_ZONE))
    finally:
        engine.dispose()


@contextmanager
def opensearch_library(database: dict[str, Any], url: str) -> Iterator[Library]:
    """Return an empty library in OpenSearch, with a fresh database for all that is no page."""
    name = f"test-{secrets.token_hex(4)}"
    with opensearch_library_of(database, url, name=name) as library:
        library.index.begin(1)
        try:
            yield library
        finally:
            library.index.client.indices.delete(index=f"{name}-*")


@contextmanager
def opensearch_library_of(database: dict[str, Any], url: str, *, name: str) -> Iterator["OpenSearchLibrary"]:
    """Return the library of that name, as it is; another process may have left it."""
    from services.search.store.opensearch.client import open_client
    from services.search.store.opensearch.documents import Documents
    from services.search.store.opensearch.index import OpenSearchIndex
    from services.search.store.opensearch.shelf import OpenSearchShelf

    engine = open_engine(DatabaseSettings.model_validate(database), application_name="search-test")
    client = open_client(url, timeout_seconds=30)
    open_shelf = partial(OpenSearchShelf, client=client, name=name, documents=Documents(TIME_ZONE))
    index = OpenSearchIndex(client, engine, name, time_zone=TIME_ZONE, refresh_interval="-1")
    try:
        yield OpenSearchLibrary(partial(PostgresUnitOfWork, engine, open_shelf), index)
    finally:
        client.close()
        engine.dispose()


class OpenSearchLibrary(Library):
    """A library whose pages are searchable once it was refreshed."""

    def find(self, q: str = "", *, person: PersonId = READER, **more: object) -> Found:
        """Search what was put until now."""
        self.refresh()
        return super().find(q, person=person, **more)

    def refresh(self) -> None:
        """Make what was put searchable."""
        self.index.client.indices.refresh(index=f"{self.index.name}-*")
