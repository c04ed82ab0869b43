"""
Write the one statement that matches, filters by rights, counts, cuts the slice and brings its pages.

As text: to build it of objects took the house longer than PostgreSQL to answer it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.search.domain.lexemes import Stems
from services.search.domain.marking import SCANNED_CHARACTERS
from services.search.domain.query import FacetName, Filters, Node, Query, words_only
from services.search.store.facets import FACETS, MOST_FACET_VALUES
from services.search.store.postgresql.conditions import YEAR_MONTH, Compiler, Values, is_of_words
from services.search.store.postgresql.vectors import tsquery
from services.search.store.tables import document

TOTAL, HIT = "total", "hit"
# Scores travel as integers, so that a cursor compares them exactly.
SCORE_UNIT = 1_000_000
# Of D, C, B, A (PostgreSQL manual §12.3.3); 1 = divide by 1 + log(length): long pages do not win by length alone.
_RANK = "ts_rank(CAST('{0.1,0.2,0.5,1.0}' AS real[]), document.words, %s, 1)"
# Facets of which a page shows several values.
_MANY = frozenset({"file_type", "tag"})
# Columns that no hit shows; of the text only what snippets are cut from is read.
_UNSHOWN = frozenset({"words", "text", "blobs", "file_types", "numbers", "generation"})
_SHOWN = ", ".join(f"document.{column.name}" for column in document.c if column.name not in _UNSHOWN)
# The reader's labels of today: the institution's day, on the database's clock.
_READABLE = """
    document.labels && ARRAY(
        SELECT label FROM reader_label, (SELECT CAST(timezone(CAST(:zone AS text), now()) AS date) AS day) AS today
        WHERE person = CAST(:person AS text) AND from_date <= today.day
          AND (until_date IS NULL OR until_date >= today.day))
    AND NOT document.denied AND document.notebook NOT IN (SELECT notebook FROM denied_notebook)"""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement that returns rows ``kind, value, label, count, changed_at, entry, page``.

    Those are the total, each facet's counts, and the hits, whose ``count`` is their score. One hit more than the slice
    holds tells whether another slice follows. ``lasting`` ones are of few shapes, and worth preparing.
    """

    sql: str
    row: Mapping[str, Any]
    lasting: bool


def statement(query: Query, expression: Node | None, stems: Mapping[str, Stems], time_zone: str) -> Statement:
    """Write the statement of a query."""
    values = Values({"zone": time_zone, "person": query.access.person})
    found = _found(query, expression, Compiler(stems, time_zone, values), values)
    parts = [_total(), *(_facet(name) for name in query.facets), _hits(query, values)]
    sql = f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(parts)}"
    return Statement(sql, values.row, lasting=expression is None or is_of_words(expression))


def _found(query: Query, expression: Node | None, compiler: Compiler, values: Values) -> str:
    conditions = [_READABLE, *_filters(query.filters, values)]
    score = "0"
    if expression is not None:
        conditions.append(compiler.condition(expression))
        ranked = words_only(expression)
        if query.order == "relevance" and ranked is not None:
            rank = _RANK % values.place(tsquery(ranked, compiler.stems), "tsquery")
            score = f"round({rank} * {SCORE_UNIT})"
    counted = sorted({column for name in query.facets if name != "year_month" for column in FACETS[name]})
    columns = [f"document.{name}" for name in ("entry", "changed_at", *counted)]
    columns.append(f"CAST({score} AS bigint) AS score")
    if "year_month" in query.facets:
        columns.append(f"{YEAR_MONTH} AS year_month")
    return f"SELECT {', '.join(columns)} FROM document WHERE {' AND '.join(conditions)}"  # noqa: S608 -- our own words


def _filters(wanted: Filters, values: Values) -> Iterator[str]:
    for name in ("notebook", "unit", "team", "author", "state"):
        if (value := getattr(wanted, name)) is not None:
            yield f"document.{name} = {values.place(value, 'text')}"
    if wanted.tag is not None:
        yield f"{values.place(wanted.tag, 'text')} = ANY (document.tags)"
    if wanted.file_type is not None:
        yield f"{values.place(wanted.file_type, 'text')} = ANY (document.file_types)"
    if wanted.year_month is not None:
        yield f"{YEAR_MONTH} = {values.place(wanted.year_month, 'text')}"


def _total() -> str:
    return f"""
        SELECT '{TOTAL}' AS kind, CAST(NULL AS text) AS value, CAST(NULL AS text) AS label, count(*) AS count,
               CAST(NULL AS timestamptz) AS changed_at, CAST(NULL AS text) AS entry, CAST(NULL AS json) AS page
        FROM found"""  # noqa: S608 -- our own words


def _facet(name: FacetName) -> str:
    value, label = FACETS[name]
    rows = f"found, unnest(found.{value}) AS each" if name in _MANY else "found"
    if name in _MANY:
        value = label = "each"
    return f"""
        SELECT '{name}', value, label, count, NULL, NULL, NULL
        FROM (SELECT {value} AS value, max({label}) AS label, count(*) AS count FROM {rows} WHERE {value} IS NOT NULL
              GROUP BY {value} ORDER BY count(*) DESC, {value} COLLATE "C" LIMIT {MOST_FACET_VALUES}) AS counts"""  # noqa: S608 -- our own words


def _hits(query: Query, values: Values) -> str:
    """Bring the pages with their places: another statement might see what the reader may no longer read."""
    after = ""
    if query.after is not None:
        keys = (
            (int(query.after.score), "bigint"),
            (query.after.changed_at, "timestamptz"),
            (query.after.entry, "text"),
        )
        after = f"WHERE (score, changed_at, entry) < ({', '.join(values.place(*key) for key in keys)})"
    return f"""
        SELECT '{HIT}', NULL, NULL, score, changed_at, entry,
               (SELECT row_to_json(shown) FROM (
                   SELECT {_SHOWN}, left(document.text, {SCANNED_CHARACTERS}) AS text
                   FROM document WHERE document.entry = slice.entry) AS shown)
        FROM (SELECT score, changed_at, entry FROM found {after} ORDER BY score DESC, changed_at DESC, entry DESC
              LIMIT {values.place(query.limit + 1, "bigint")}) AS slice"""  # noqa: S608 -- our own words
