"""Rights inside the index: PostgreSQL agrees with brute force on random populations."""

import random
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import AccessLabel, NotebookId, PersonId
from services.search.domain.parser import parse
from services.search.domain.query import Filters, Query, ReadableBy
from services.search.store.index import PostgresIndex
from services.search.store.stems import Stemmer
from services.search.store.unit_of_work import PostgresUnitOfWork
from tests.builders.pages import held, page
from tests.fakes.search import FakeIndex, FakeUnitOfWork, Shelf

PEOPLE, PAGES, QUERIES = 30, 120, 150
# Words without endings: both stemmers leave them alone, so that only rights and operators are compared.
WORDS = ("gel", "bain", "fer", "lot7", "adn", "ph")
LABELS = [f"notebook:{n}" for n in range(8)] + [f"team:{n}" for n in range(4)] + [f"lead:{n}" for n in range(3)]
FACETS = ("state", "notebook", "author", "year_month")


@pytest.fixture
def seed() -> int:
    """Return the seed of this run; it is in the name of a failure."""
    return random.SystemRandom().randrange(10**6)


@pytest.fixture
def engines(house_database, seed: int) -> Iterator[tuple[PostgresIndex, FakeIndex]]:
    """Fill both indexes with the same random pages and labels."""
    chance = random.Random(seed)
    settings = DatabaseSettings.model_validate(house_database("search"))
    engine, stemmer, shelf = open_engine(settings, application_name="oracle"), Stemmer(), Shelf()
    population = [_page(chance, number) for number in range(PAGES)]
    labels = {PersonId(f"person-{n}"): _labels(chance) for n in range(PEOPLE)}
    denied = NotebookId(f"notebook-{chance.randrange(8)}")
    for open_unit in (partial(PostgresUnitOfWork, engine, stemmer), partial(FakeUnitOfWork, shelf)):
        with open_unit() as unit:
            for one in population:
                unit.put(one)
            for person, holds in labels.items():
                unit.put_labels(person, holds, ticket=unit.want_labels(person))
            unit.hide_notebook(denied)
            unit.commit()
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    yield PostgresIndex(engine, stemmer, "Europe/Paris"), FakeIndex(shelf, today)
    engine.dispose()


def _page(chance: random.Random, number: int):
    notebook = chance.randrange(8)
    labels = {f"notebook:{notebook}", f"team:{notebook % 4}", f"lead:{notebook % 3}", f"entry:{number}"}
    opened = tuple(AccessLabel(one) for one in labels if chance.random() < 0.7)
    return page(
        number, notebook=NotebookId(f"notebook-{notebook}"), notebook_reference=f"U1-2026-{notebook:03d}",
        title=" ".join(chance.choices(WORDS, k=3)), text=" ".join(chance.choices(WORDS, k=12)), labels=opened,
        state=chance.choice(("open", "sealed", "struck_out")), author=PersonId(f"person-{number % 7}"),
        author_name=f"P{number % 7}", notebook_title="",
    )  # fmt: skip


def _labels(chance: random.Random):
    few = chance.sample([*LABELS, *(f"entry:{n}" for n in range(PAGES))], k=chance.randrange(6))
    return tuple(
        held(one, days_ago=chance.choice((-1, 0, 5)), days_left=chance.choice((None, -1, 0, 3))) for one in few
    )


def _query(chance: random.Random) -> Query:
    q = chance.choice(("{a}", "{a} {b}", "{a} OR {b}", "{a} -{b}", '"{a} {b}"', "-{a}", "({a} OR {b}) {c}", ""))
    text = q.format(**dict(zip("abc", chance.sample(WORDS, 3), strict=True)))
    return Query(
        access=ReadableBy(PersonId(f"person-{chance.randrange(PEOPLE + 2)}")), expression=parse(text), facets=FACETS,
        filters=Filters(state=chance.choice((None, None, "open", "sealed"))), sort="newest", limit=200,
    )  # fmt: skip


def test_the_index_shows_and_counts_exactly_what_may_be_read(
    engines: tuple[PostgresIndex, FakeIndex], seed: int
) -> None:
    """Hits, total and every facet, with grants that begin, end and never were."""
    real, oracle = engines
    chance = random.Random(seed + 1)
    seen = 0
    for _ in range(QUERIES):
        query = _query(chance)
        found, expected = real.find(query), oracle.find(query)

        assert [hit.page.entry for hit in expected.hits] == [hit.page.entry for hit in found.hits], (seed, query)
        assert expected.total == found.total, (seed, query)
        assert expected.facets == found.facets, (seed, query)
        seen += found.total
    assert seen > 0
