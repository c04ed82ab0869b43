"""Compile what is looked for into a condition on rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.search.domain.lexemes import Stems
from services.search.domain.query import Bound, Either, Every, Fact, Measured, Node, Term, Without, Written
from services.search.store.postgresql.vectors import tsquery

# The month a page was begun in, on the institution's calendar: `2026-03`.
YEAR_MONTH = "to_char(timezone(CAST(:zone AS text), document.created_at), 'YYYY-MM')"
_NUMBERS = (
    "jsonb_to_recordset(document.numbers) AS number (name text, written float8, base float8, dimension text)"
)  # fmt: skip


@dataclass(slots=True)
class Values:
    """The values of one statement, each under a name of its own."""

    row: dict[str, Any] = field(default_factory=dict)

    def place(self, value: object, kind: str) -> str:
        """Keep a value; return what stands for it in the statement."""
        name = f"v{len(self.row)}"
        self.row[name] = value
        return f"CAST(:{name} AS {kind})"


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compile one query; ``time_zone`` is the institution's (IANA name)."""

    stems: Mapping[str, Stems]
    time_zone: str
    values: Values

    def condition(self, node: Node) -> str:
        """Return the condition; words and facts beside each other become one tsquery, which the index answers."""
        if is_of_words(node):
            return f"document.words @@ {self.values.place(tsquery(node, self.stems), 'tsquery')}"
        match node:
            case Every(parts):
                return _joined(" AND ", [self.condition(part) for part in _gathered(parts, Every)])
            case Either(parts):
                return _joined(" OR ", [self.condition(part) for part in _gathered(parts, Either)])
            case Without(part):
                return f"NOT ({self.condition(part)})"
            case Written(first, end):
                return self._written(first, end)
            case Measured():
                return self._measured(node)
            case _:
                raise TypeError(type(node).__name__)

    def _written(self, first: date | None, end: date | None) -> str:
        bounds = [
            f"document.created_at {sign} {self.values.place(self._midnight(day), 'timestamptz')}"
            for sign, day in ((">=", first), ("<", end))
            if day is not None
        ]
        return _joined(" AND ", bounds) if bounds else "true"

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.time_zone))

    def _measured(self, asked: Measured) -> str:
        """Look at the numbers of pages that have such a field at all, which the index knows."""
        value = "number.base" if asked.dimension is not None else "number.written"
        wanted = [f"number.name = {self.values.place(asked.name, 'text')}"]
        if asked.dimension is not None:
            wanted.append(f"number.dimension = {self.values.place(asked.dimension, 'text')}")
        wanted += [self._within(value, bound, sign) for bound, sign in ((asked.low, ">"), (asked.high, "<")) if bound]
        has_one = self.condition(Fact(f"field={asked.name}"))
        return f"({has_one} AND EXISTS (SELECT 1 FROM {_NUMBERS} WHERE {' AND '.join(wanted)}))"  # noqa: S608 -- our own words

    def _within(self, value: str, bound: Bound, sign: str) -> str:
        return f"{value} {sign}{'=' if bound.included else ''} {self.values.place(bound.value, 'float8')}"


def is_of_words(node: Node) -> bool:
    """Say whether one tsquery says it all."""
    match node:
        case Term() | Fact():
            return True
        case Every(parts) | Either(parts):
            return all(map(is_of_words, parts))
        case Without(part):
            return is_of_words(part)
        case _:
            return False


def _joined(word: str, conditions: list[str]) -> str:
    return f"({word.join(conditions)})"


def _gathered(parts: tuple[Node, ...], kind: type[Every] | type[Either]) -> list[Node]:
    """Gather the parts of words and facts, so that they are matched in one go."""
    together = tuple(part for part in parts if is_of_words(part))
    rest = [part for part in parts if not is_of_words(part)]
    return [kind(together), *rest] if len(together) > 1 else [*together, *rest]
