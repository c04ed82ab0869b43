"""Compile what is looked for into a condition on rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, Float, Text, and_, cast, column, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from services.search.domain.lexemes import Stems
from services.search.domain.query import Bound, Either, Every, Fact, Measured, Node, Term, Without, Written
from services.search.store.postgresql.vectors import tsquery
from services.search.store.tables import document


def year_month(time_zone: str) -> ColumnElement[str]:
    """Return the month a page was begun in, on the institution's calendar: `2026-03`."""
    return func.to_char(func.timezone(time_zone, document.c.created_at), "YYYY-MM")


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compile one query; ``time_zone`` is the institution's (IANA name)."""

    stems: Mapping[str, Stems]
    time_zone: str

    def condition(self, node: Node) -> ColumnElement[bool]:
        """Return the condition; words and facts beside each other become one tsquery, which the index answers."""
        if _is_of_words(node):
            return document.c.words.op("@@")(cast(literal(tsquery(node, self.stems)), TSQUERY))
        match node:
            case Every(parts):
                return and_(*(self.condition(part) for part in _gathered(parts, Every)))
            case Either(parts):
                return or_(*(self.condition(part) for part in _gathered(parts, Either)))
            case Without(part):
                return not_(self.condition(part))
            case Written(first, end):
                return self._written(first, end)
            case Measured():
                return self._measured(node)
            case _:
                raise TypeError(type(node).__name__)

    def _written(self, first: date | None, end: date | None) -> ColumnElement[bool]:
        bounds: list[ColumnElement[bool]] = []
        if first is not None:
            bounds.append(document.c.created_at >= self._midnight(first))
        if end is not None:
            bounds.append(document.c.created_at < self._midnight(end))
        return and_(*bounds)

    def _midnight(self, day: date) -> ColumnElement[datetime]:
        return cast(literal(datetime.combine(day, time(), ZoneInfo(self.time_zone))), DateTime(timezone=True))

    def _measured(self, asked: Measured) -> ColumnElement[bool]:
        """Look at the numbers of pages that have such a field at all, which the index knows."""
        rows = func.jsonb_to_recordset(document.c.numbers).table_valued(
            column("name", Text), column("written", Float), column("base", Float), column("dimension", Text),
            joins_implicitly=True,
        ).render_derived("number", with_types=True)  # fmt: skip
        value = rows.c.base if asked.dimension is not None else rows.c.written
        wanted = [rows.c.name == asked.name]
        if asked.dimension is not None:
            wanted.append(rows.c.dimension == asked.dimension)
        wanted += [_within(value, asked.low, low=True), _within(value, asked.high, low=False)]
        return and_(self.condition(Fact(f"field={asked.name}")), select(literal(1)).where(*wanted).exists())


def _within(value: ColumnElement[float], bound: Bound | None, *, low: bool) -> ColumnElement[bool]:
    if bound is None:
        return literal(value=True)
    if low:
        return value >= bound.value if bound.included else value > bound.value
    return value <= bound.value if bound.included else value < bound.value


def _is_of_words(node: Node) -> bool:
    match node:
        case Term() | Fact():
            return True
        case Every(parts) | Either(parts):
            return all(map(_is_of_words, parts))
        case Without(part):
            return _is_of_words(part)
        case _:
            return False


def _gathered(parts: tuple[Node, ...], kind: type[Every] | type[Either]) -> list[Node]:
    """Gather the parts of words and facts, so that they are matched in one go."""
    together = tuple(part for part in parts if _is_of_words(part))
    rest = [part for part in parts if not _is_of_words(part)]
    return [kind(together), *rest] if len(together) > 1 else [*together, *rest]
