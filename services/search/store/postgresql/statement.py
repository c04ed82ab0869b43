"""Build the one statement that matches, filters by rights, counts and cuts the slice."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Select,
    Text,
    Tuple,
    and_,
    cast,
    collate,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.types import Float

from services.search.domain.lexemes import Stems
from services.search.domain.query import After, FacetName, Filters, Node, Query, words_only
from services.search.store.postgresql.conditions import Compiler, year_month
from services.search.store.postgresql.vectors import tsquery
from services.search.store.tables import denied_notebook, document, reader_label

TOTAL, HIT = "total", "hit"
# Scores travel as integers, so that a cursor compares them exactly.
SCORE_UNIT = 1_000_000
MOST_FACET_VALUES = 50
# Weights of D, C, B, A (PostgreSQL manual §12.3.3).
_WEIGHTS = [0.1, 0.2, 0.5, 1.0]
# 1 = divide by 1 + log(length): long pages do not win by length alone.
_BY_LENGTH = 1
_FACETS: dict[FacetName, tuple[str, str]] = {
    "unit": ("unit", "unit_code"),
    "team": ("team", "team_name"),
    "notebook": ("notebook", "notebook_reference"),
    "author": ("author", "author_name"),
    "year_month": ("year_month", "year_month"),
    "state": ("state", "state"),
    "file_type": ("file_types", "file_types"),
    "tag": ("tags", "tags"),
}
# Facets of which a page shows several values.
_MANY = frozenset({"file_type", "tag"})

# What a row of one kind leaves open for rows of another.
_UNNAMED = (cast(null(), Text).label("value"), cast(null(), Text).label("label"))
_NOWHERE = (cast(null(), DateTime(timezone=True)).label("changed_at"), cast(null(), Text).label("entry"))


def statement(
    query: Query, expression: Node | None, stems: Mapping[str, Stems], time_zone: str
) -> CompoundSelect[*tuple[Any, ...]]:
    """
    Return rows ``kind, value, label, count, changed_at, entry``: the total, each facet's counts, and the hits.

    One hit more than the slice holds tells whether another slice follows; a hit's ``count`` is its score.
    """
    found = _found(query, expression, stems, time_zone)
    counted = [_total(found), *(_facet(found, name) for name in query.facets)]
    return union_all(*counted, _hits(found, query))


def _readable(query: Query, time_zone: str) -> ColumnElement[bool]:
    """Open a page by the labels its reader holds today: the institution's day, on the database's clock."""
    today = cast(func.timezone(time_zone, func.now()), Date)
    held = (
        select(reader_label.c.label)
        .where(reader_label.c.person == query.access.person)
        .where(reader_label.c.from_date <= today)
        .where(or_(reader_label.c.until_date.is_(None), reader_label.c.until_date >= today))
    )
    labels = func.array(held.scalar_subquery(), type_=ARRAY(Text))
    hidden = select(denied_notebook.c.notebook)
    return and_(document.c.labels.op("&&")(labels), document.c.denied.is_(False), document.c.notebook.not_in(hidden))


def _found(query: Query, expression: Node | None, stems: Mapping[str, Stems], time_zone: str) -> CTE:
    conditions = [_readable(query, time_zone), *_filters(query.filters, time_zone)]
    score: ColumnElement[int] = cast(literal(0), BigInteger)
    if expression is not None:
        conditions.append(Compiler(stems, time_zone).condition(expression))
        ranked = words_only(expression)
        if query.order == "relevance" and ranked is not None:
            weights = cast(_WEIGHTS, ARRAY(Float(24)))
            rank = func.ts_rank(weights, document.c.words, cast(literal(tsquery(ranked, stems)), TSQUERY), _BY_LENGTH)
            score = cast(func.round(rank * SCORE_UNIT), BigInteger)
    counted = {column for name in query.facets if name != "year_month" for column in _FACETS[name]}
    shown = sorted(counted | {"entry", "changed_at"})
    columns = [*(document.c[name] for name in shown), score.label("score")]
    if "year_month" in query.facets:
        columns.append(year_month(time_zone).label("year_month"))
    return select(*columns).where(*conditions).cte("found").prefix_with("MATERIALIZED")


def _filters(wanted: Filters, time_zone: str) -> Iterator[ColumnElement[bool]]:
    for name in ("notebook", "unit", "team", "author", "state"):
        if (value := getattr(wanted, name)) is not None:
            yield document.c[name] == value
    if wanted.tag is not None:
        yield document.c.tags.any_() == wanted.tag
    if wanted.file_type is not None:
        yield document.c.file_types.any_() == wanted.file_type
    if wanted.year_month is not None:
        yield year_month(time_zone) == wanted.year_month


def _total(found: CTE) -> Select[*tuple[Any, ...]]:
    counted = func.count().label("count")
    return select(literal(TOTAL).label("kind"), *_UNNAMED, counted, *_NOWHERE).select_from(found)


def _facet(found: CTE, name: FacetName) -> Select[*tuple[Any, ...]]:
    value, label = (found.c[column] for column in _FACETS[name])
    if name in _MANY:
        each = select(func.unnest(value).label("value")).subquery()
        value = label = each.c.value
    counts = (
        select(value.label("value"), func.max(label).label("label"), func.count().label("count"))
        .where(value.is_not(None))
        .group_by(value)
        .order_by(func.count().desc(), collate(value, "C"))
        .limit(MOST_FACET_VALUES)
        .subquery()
    )
    return select(literal(name), counts.c.value, counts.c.label, counts.c["count"], *_NOWHERE)


def _hits(found: CTE, query: Query) -> Select[*tuple[Any, ...]]:
    keys = [found.c.score, found.c.changed_at, found.c.entry]
    rows = select(literal(HIT).label("kind"), *_UNNAMED, *keys)
    if query.after is not None:
        rows = rows.where(tuple_(*keys) < _place(query.after))
    rows = rows.order_by(*(key.desc() for key in keys)).limit(query.limit + 1)
    slice_ = rows.subquery()
    return select(slice_)


def _place(after: After) -> Tuple:
    when = cast(literal(after.changed_at), DateTime(timezone=True))
    return tuple_(cast(literal(int(after.score)), BigInteger), when, literal(after.entry))
