"""What a search betrays: exactly what one SQL statement, straight from the rule of visibility, says may be read."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from sqlalchemy import Engine, text

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import Actor, EntryId, PersonId
from contracts.search import calls
from services.entries.service import EntriesRead
from services.entries.store.unit_of_work import SqlReadings, SqlUnits, autocommit
from services.entries.wiring import build_reads, build_writing
from services.search.adapters.entries import BusEntries
from services.search.domain.query import FacetName
from services.search.service import Search
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.follow_notebook import FollowNotebook, PullQueued
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.refresh_reader_labels import DistrustAllLabels, RefreshReaderLabels
from tests.builders.direct_bus import DirectBus, hear
from tests.builders.entries import ZONE, StorageDouble
from tests.builders.libraries import Library, library_on
from tests.builders.populations import WORDS, Population, ShiftedClock, Size

FACETS = get_args(FacetName)
# What is typed, and what it means of a page's words.
SHAPES = (
    ("{a}", "'{a}' = ANY (words)"),
    ("{a} {b}", "'{a}' = ANY (words) AND '{b}' = ANY (words)"),
    ("{a} OR {b}", "'{a}' = ANY (words) OR '{b}' = ANY (words)"),
    ("{a} -{b}", "'{a}' = ANY (words) AND NOT '{b}' = ANY (words)"),
    ("-{a}", "NOT '{a}' = ANY (words)"),
    ("({a} OR {b}) -{c}", "('{a}' = ANY (words) OR '{b}' = ANY (words)) AND NOT '{c}' = ANY (words)"),
    ("", "true"),
)
ROUNDS = 12

# The rule of visibility in the tables of record alone: no label, no view, nothing the product derives.
READABLE = """
WITH today AS (SELECT CAST(timezone(:zone, now()) AS date) AS day),
reader AS (SELECT id FROM person WHERE id = :reader AND status = 'active'),
my_role AS (
  SELECT r.name, r.structure FROM role r JOIN reader ON r.person = reader.id, today
  WHERE today.day BETWEEN r.from_date AND coalesce(r.until_date, 'infinity')),
my_place AS (
  SELECT a.structure FROM affiliation a JOIN reader ON a.person = reader.id, today
  WHERE today.day BETWEEN a.from_date AND coalesce(a.until_date, 'infinity')
  UNION SELECT structure FROM my_role WHERE name IN ('researcher', 'lead')),
my_share AS (
  SELECT g.notebook, g.entry FROM access_grant g, today
  WHERE today.day BETWEEN g.from_date AND coalesce(g.until_date, 'infinity')
    AND (g.person IN (SELECT id FROM reader) OR EXISTS (
      SELECT FROM my_place p JOIN structure s ON s.id = p.structure WHERE g.structure = ANY (s.path)))),
readable AS (
  SELECT e.*, n.unit, n.path[cardinality(n.path)] AS team, to_char(timezone(:zone, e.created_at), 'YYYY-MM') AS year_month,
    string_to_array(concat_ws(' ', r.text, array_to_string(e.tags, ' '),
      (SELECT string_agg(c.text, ' ') FROM comment c WHERE c.entry = e.id)), ' ') AS words
  FROM entry e JOIN notebook n ON n.id = e.notebook JOIN revision r ON r.entry = e.id AND r.number = e.head
  WHERE EXISTS (SELECT FROM notebook_holder h JOIN reader ON h.person = reader.id WHERE h.notebook = n.id)
     OR EXISTS (SELECT FROM my_role WHERE name = 'researcher' AND structure = n.path[cardinality(n.path)]
                AND NOT n.restricted)
     OR EXISTS (SELECT FROM my_role WHERE name = 'lead' AND structure = ANY (n.path))
     OR EXISTS (SELECT FROM my_share s WHERE s.notebook = n.id OR s.entry = e.id))
SELECT id, notebook, unit, team, author, year_month, state, tags FROM readable WHERE ({condition}) AND ({narrowed})"""


@dataclass
class Houses:
    """Entries and search, joined without a bus; ``told`` facts of entries search knows of already."""

    population: Population
    engine: Engine
    search: Search
    pull: PullQueued
    library: Library
    told: int = 0

    def hear(self, chance: random.Random) -> None:
        """Let search act on every fact since, in any order, some of them twice."""
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT * FROM outbox WHERE id > :told ORDER BY id"), {"told": self.told})
            facts = list(rows.mappings())
        self.told = facts[-1]["id"] if facts else self.told
        facts += chance.sample(facts, k=len(facts) // 10)
        chance.shuffle(facts)
        hear(self.search, facts)
        self.library.refresh()

    def catch_up(self) -> None:
        """Let search do what it left for later."""
        while self.pull():
            pass
        self.library.refresh()

    def may_read(self, reader: PersonId, condition: str = "true", **narrowed: str) -> list[Any]:
        """Return what the statement says."""
        clause = " AND ".join(f"{name} = :{name}" for name in narrowed) or "true"
        statement = text(READABLE.format(condition=condition, narrowed=clause))
        with self.engine.connect() as connection:
            return list(connection.execute(statement, {"reader": reader, "zone": ZONE, **narrowed}))

    def find(self, reader: PersonId, **asked: Any) -> calls.Found:
        """Search as the gateway asks, on behalf of a person."""
        answer = DirectBus(self.search, Actor(issuer="gateway", person=reader))
        return answer.call(calls.FindEntries(**asked), timeout_seconds=30)  # type: ignore[return-value]  # its reply


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Return the luck of this run; its seed is shown with a failure."""
    seed = random.SystemRandom().randrange(10**6)
    request.node.add_report_section("setup", "seed", str(seed))
    return random.Random(seed)


@pytest.fixture(params=["postgresql", "opensearch"])
def houses(request: pytest.FixtureRequest, chance: random.Random) -> Iterator[Houses]:
    """Return entries without a soul, and an empty index of each engine."""
    database = request.getfixturevalue("house_database")("entries")
    engine = open_engine(DatabaseSettings(**database), application_name="test")
    clock, storage = ShiftedClock(), StorageDouble()
    readings = SqlReadings(autocommit(engine), ZONE)
    writing = build_writing(SqlUnits(engine, ZONE, clock), readings, files=storage, clock=clock)
    entries = EntriesRead()
    entries.house = SimpleNamespace(read=build_reads(readings, files=storage))
    bus = BusEntries(DirectBus(entries, Actor(issuer="search")), timeout_seconds=30)
    with library_on(request.param, request) as library:
        search, pull = _search(library, bus)
        yield Houses(Population(writing, clock, chance), engine, search, pull, library)
    engine.dispose()


def _search(library: Library, entries: BusEntries) -> tuple[Search, PullQueued]:
    refresh = RefreshReaderLabels(library.open_unit, entries)
    search = Search()
    search.house = SimpleNamespace(
        find_entries=FindEntries(library.open_unit, library.index, refresh_reader_labels=refresh),
        index_entries=IndexEntries(library.open_unit, entries),
        follow_notebook=FollowNotebook(library.open_unit), refresh_reader_labels=refresh,
        distrust_all_labels=DistrustAllLabels(library.open_unit), feeder=SimpleNamespace(wake=lambda: None),
    )  # fmt: skip
    return search, PullQueued(library.open_unit, entries)


@pytest.mark.parametrize(
    ("size", "changes", "searches"),
    [
        pytest.param(Size(people=24, notebooks=10, pages=60, shares=25), 120, 60, id="small"),
        pytest.param(
            Size(people=200, notebooks=45, pages=500, shares=150), 300, 1000, id="200 people",
            marks=[pytest.mark.full, pytest.mark.timeout(900)],
        ),
    ],
)  # fmt: skip
def test_a_search_betrays_nothing_and_misses_nothing(
    houses: Houses, chance: random.Random, size: Size, changes: int, searches: int
) -> None:
    """Hits, totals, facets and snippets, while people move and leave, notebooks close, shares begin, end, are revoked."""
    population, seen = houses.population, 0
    population.settle(size)
    for _ in range(ROUNDS):
        houses.hear(chance)
        for reader in population.moved:
            _ask_meanwhile(houses, reader)
        houses.catch_up()
        for reader in [*population.moved, *chance.choices(population.people, k=searches // ROUNDS)]:
            seen += _ask(houses, chance, reader)
        for reader in population.people:
            # What is known of people is what may be wrong of them after a change.
            houses.find(reader, limit=1)
        population.change(changes // ROUNDS)
    assert seen > 0


def _ask_meanwhile(houses: Houses, reader: PersonId) -> None:
    """While pages wait to be pulled again some are missing for a moment; none is there too long."""
    hits, _ = _walk(houses, reader, limit=200)
    assert set(hits) <= {row.id for row in houses.may_read(reader)}, reader


def _ask(houses: Houses, chance: random.Random, reader: PersonId) -> int:
    words = dict(zip("abc", chance.sample(WORDS, 3), strict=True))
    typed, condition = (part.format(**words) for part in chance.choice(SHAPES))
    narrowed = _narrowed(chance, houses.population)
    expected = houses.may_read(reader, condition, **narrowed)

    hits, answers = _walk(houses, reader, q=typed, facets=FACETS, limit=chance.choice((3, 200)), **narrowed)

    where = (reader, typed, narrowed)
    assert Counter(hits) == Counter(row.id for row in expected), where
    assert answers[0].total == len(expected), where
    for facet, counted in _counted(expected).items():
        shown = {value.value: value.count for value in answers[0].facets[facet]}
        assert shown == counted, (facet, where)
    _betrays_nothing(houses, reader, answers, chance)
    return len(hits)


def _narrowed(chance: random.Random, population: Population) -> dict[str, str]:
    values: dict[str, Sequence[str]] = {
        "notebook": list(population.notebooks), "unit": population.units, "team": population.teams,
        "author": list(population.researchers), "state": ("open", "struck_out"),
    }  # fmt: skip
    name = chance.choice([None, None, *values])
    return {name: chance.choice(values[name])} if name is not None else {}


def _walk(houses: Houses, reader: PersonId, **asked: Any) -> tuple[list[EntryId], list[calls.Found]]:
    answers = [houses.find(reader, **asked)]
    while (cursor := answers[-1].next_cursor) is not None:
        answers.append(houses.find(reader, **asked, cursor=cursor))
    return [item.entry for answer in answers for item in answer.items], answers


def _counted(rows: Sequence[Any]) -> dict[str, dict[str, int]]:
    single = ("unit", "team", "notebook", "author", "year_month", "state")
    counted = {name: dict(Counter(getattr(row, name) for row in rows)) for name in single}
    counted["tag"] = dict(Counter(tag for row in rows for tag in row.tags))
    return counted


def _betrays_nothing(houses: Houses, reader: PersonId, answers: Sequence[calls.Found], chance: random.Random) -> None:
    """No answer holds the word of a hidden page, and who searches for that very word is told that there is none."""
    readable = {row.id for row in houses.may_read(reader)}
    own_words = houses.population.own_words
    shown = {word for answer in answers for word in re.findall(r"zq\d+", answer.model_dump_json())}
    assert shown <= {own_words[entry] for entry in readable}

    entry = chance.choice(list(own_words))
    found = houses.find(reader, q=own_words[entry], facets=FACETS)
    assert found.total == len(found.items) == (1 if entry in readable else 0), (reader, entry)
    assert entry in readable or not any(found.facets.values())
    marked = [snippet for item in found.items for snippet in item.snippets]
    assert all(own_words[entry] in snippet.text for snippet in marked)
