"""Rights inside the index: every engine agrees with brute force on random populations."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import get_args

import pytest

from contracts.identifiers import AccessLabel, NotebookId, PersonId, StructureId
from services.search.domain.page import IndexedField, IndexedPage
from services.search.domain.parser import parse
from services.search.domain.query import FacetName, Filters, Query, ReadableBy
from tests.builders.libraries import Library, fake_library, library_on
from tests.builders.pages import attached, held, page

# Words without endings: all stemmers leave them alone, so that only rights and operators are compared.
WORDS = ("gel", "bain", "fer", "lot7", "adn", "ph")
NOTEBOOKS = 12
LABELS = [f"notebook:{n}" for n in range(NOTEBOOKS)] + [f"team:{n}" for n in range(4)] + [f"lead:{n}" for n in range(3)]
FACETS = get_args(FacetName)
SHAPES = (
    "{a}", "{a} {b}", "{a} OR {b}", "{a} -{b}", '"{a} {b}"', "-{a}", "({a} OR {b}) {c}", "", "{a} author:{p}", "f*",
    "notebook:{n} {a}", "-notebook:{n}", "in:attachments {a}", "has:attachment -{a}", "tag:{a} OR state:sealed",
    "field.ph:>{x} {a}", "field.ph:<={x} OR type:pdf", "on:2026-0{m} {a}", "after:2026-0{m} -has:comment",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large a population is, and how much it is asked."""

    people: int
    pages: int
    queries: int


@pytest.fixture
def seed() -> int:
    """Return the seed of this run; it is in the name of a failure."""
    return random.SystemRandom().randrange(10**6)


@pytest.fixture(params=["postgresql", "opensearch"])
def engine(request: pytest.FixtureRequest) -> Iterator[Library]:
    """Return an empty index of each engine."""
    with library_on(request.param, request) as made:
        yield made


def _page(chance: random.Random, number: int) -> IndexedPage:
    notebook = chance.randrange(NOTEBOOKS)
    month = 1 + number % 6
    plain = page(number, title=" ".join(chance.choices(WORDS, k=3)), text=" ".join(chance.choices(WORDS, k=12)))
    return replace(
        plain, state=chance.choice(("open", "sealed", "struck_out")), author=PersonId(f"person-{number % 7}"),
        author_name=f"P{number % 7}", tags=tuple(chance.sample(WORDS, k=chance.randrange(3))),
        files=tuple(attached(f"{one}.{chance.choice(('pdf', 'csv'))}") for one in chance.sample(WORDS, chance.randrange(3))),
        fields=(IndexedField("pH", str(chance.randrange(14))),) if chance.random() < 0.5 else (),
        comments=("vu",) if chance.random() < 0.2 else (), created_at=plain.created_at.replace(month=month),
        **_place(chance, number, notebook),
    )  # fmt: skip


def _place(chance: random.Random, number: int, notebook: int) -> dict[str, object]:
    """Put a page into a notebook of a team; a restricted one is opened by its own label alone."""
    team = notebook % 4
    labels = {f"notebook:{notebook}", f"entry:{number}"}
    if chance.random() < 0.8:
        labels |= {f"team:{team}", f"lead:{notebook % 3}"}
    return {
        "notebook": NotebookId(f"notebook-{notebook}"), "notebook_reference": f"U1-2026-{notebook:03d}",
        "notebook_title": "", "team": StructureId(f"team-{team}"), "team_name": f"T{team}",
        "labels": tuple(AccessLabel(one) for one in sorted(labels)),
    }  # fmt: skip


def _labels(chance: random.Random, pages: int):
    few = chance.sample([*LABELS, *(f"entry:{n}" for n in range(pages))], k=chance.randrange(6))
    return tuple(
        held(one, days_ago=chance.choice((-1, 0, 5)), days_left=chance.choice((None, -1, 0, 3))) for one in few
    )


def _populate(chance: random.Random, size: Size, library: Library) -> None:
    """Write pages, move some, restrict and deny notebooks, and give people labels for a time."""
    pages = [_page(chance, number) for number in range(size.pages)]
    moved = [
        replace(one, change_number=2, **_place(chance, number, chance.randrange(NOTEBOOKS)))
        for number, one in enumerate(pages)
        if chance.random() < 0.2
    ]
    library.put(*pages)
    library.put(*moved)
    library.put(*chance.sample(pages, k=size.pages // 10))
    for number in range(size.people):
        library.let(PersonId(f"person-{number}"), *_labels(chance, size.pages))
    denied = NotebookId(f"notebook-{chance.randrange(NOTEBOOKS)}")
    with library.open_unit() as unit:
        unit.hide_notebook(denied)
        unit.queue_notebook(denied)
        unit.commit()


def _query(chance: random.Random, size: Size) -> Query:
    words = dict(zip("abc", chance.sample(WORDS, 3), strict=True))
    text = chance.choice(SHAPES).format(
        **words, p=f"p{chance.randrange(8)}", n=f"U1-2026-{chance.randrange(NOTEBOOKS):03d}", x=chance.randrange(14),
        m=1 + chance.randrange(6),
    )  # fmt: skip
    return Query(
        access=ReadableBy(PersonId(f"person-{chance.randrange(size.people + 2)}")), expression=parse(text), facets=FACETS,
        filters=Filters(state=chance.choice((None, None, "open", "sealed"))), sort="newest", limit=200,
    )  # fmt: skip


@pytest.mark.parametrize(
    "size", [Size(25, 120, 120), pytest.param(Size(200, 600, 1000), marks=[pytest.mark.full, pytest.mark.timeout(600)])]
)
def test_the_index_shows_and_counts_exactly_what_may_be_read(engine: Library, size: Size, seed: int) -> None:
    """Hits, total and every facet, with grants that begin, end and never were, moves and restrictions."""
    with ExitStack() as stack:
        oracle = stack.enter_context(fake_library())
        for library in (engine, oracle):
            _populate(random.Random(seed), size, library)
        engine.refresh()
        chance, seen = random.Random(seed + 1), 0
        for _ in range(size.queries):
            query = _query(chance, size)
            found, expected = engine.index.find(query), oracle.index.find(query)

            assert [hit.page.entry for hit in expected.hits] == [hit.page.entry for hit in found.hits], (seed, query)
            assert expected.total == found.total, (seed, query)
            assert expected.facets == found.facets, (seed, query)
            seen += found.total
        assert seen > 0
