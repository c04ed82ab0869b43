"""Give each promise of the index to the fake and to PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import PersonId
from services.search.domain.page import Found, IndexedPage, ReaderLabel
from services.search.domain.parser import parse
from services.search.domain.query import Query, ReadableBy
from services.search.ports import Index, UnitOfWork
from services.search.store.index import PostgresIndex
from services.search.store.stems import Stemmer
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
            for page in pages:
                unit.put(page)
            unit.commit()

    def let(self, person: PersonId, *labels: ReaderLabel) -> None:
        """Give a person exactly these labels."""
        with self.open_unit() as unit:
            unit.put_labels(person, labels, ticket=unit.want_labels(person))
            unit.commit()

    def find(self, q: str = "", *, person: PersonId = READER, **more: object) -> Found:
        """Search as a person types."""
        return self.index.find(Query(access=ReadableBy(person), expression=parse(q), **more))

    def titles(self, q: str) -> list[str]:
        """Return the titles found, best first."""
        return [hit.page.title for hit in self.find(q).hits]


@pytest.fixture(params=["fake", "postgresql"])
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    """Return an empty library of each kind."""
    if request.param == "fake":
        shelf = Shelf()
        today = datetime.now(ZoneInfo(TIME_ZONE)).date()
        yield Library(partial(FakeUnitOfWork, shelf), FakeIndex(shelf, today))
        return
    database = DatabaseSettings.model_validate(request.getfixturevalue("house_database")("search"))
    engine, stemmer = open_engine(database, application_name="search-test"), Stemmer()
    yield Library(partial(PostgresUnitOfWork, engine, stemmer), PostgresIndex(engine, stemmer, TIME_ZONE))
    engine.dispose()
