"""Read what stands after ``author:``, ``on:``, ``field.x:`` and the like in a query."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import get_args

from contracts.errors import FieldProblem, Invalid
from services.search.domain.folding import slug, words
from services.search.domain.quantities import quantity
from services.search.domain.query import Bound, Either, Every, Fact, Measured, Node, State, Written

_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")
_COMPARED = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<value>.*)")
_STATES: Mapping[str, State] = {
    **{slug(state): state for state in get_args(State)},
    "ouvert": "open", "ouverte": "open", "signe": "signed", "signee": "signed", "en-circuit": "in_circuit",
    "circuit": "in_circuit", "scelle": "sealed", "scellee": "sealed", "renvoye": "returned", "renvoyee": "returned",
    "annule": "struck_out", "annulee": "struck_out",
}  # fmt: skip
_HAS = {
    "attachment": "attachment", "piece-jointe": "attachment", "signature": "signature",
    "comment": "comment", "commentaire": "comment",
}  # fmt: skip


class NotUnderstood(Exception):
    """A condition makes no sense; ``problem`` and ``remedy`` are for the person who typed it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy

    def at(self, column: int) -> Invalid:
        """Say where in the query, 1 = first character."""
        return Invalid(FieldProblem("q", f"column {column}: {self.problem}", self.remedy), column=str(column))


_NO_DAY = NotUnderstood("this is no day, month or year", "write 2026-03-01, 2026-03 or 2026")


def condition(name: str, value: str) -> Node:
    """
    Return what ``name:value`` asks of a page; ``value`` is without its quotes.

    Raises:
        NotUnderstood: the value is none of this condition.

    """
    if not value.strip():
        raise NotUnderstood(f"{name}: wants a value", f"write it right after, as in {name}:…")
    if name == _NOT_YET:
        raise NotUnderstood("the past is not searched yet", "open the page and compare its revisions")
    if name.startswith("field."):
        return _field(slug(name.removeprefix("field.")), value)
    return _READERS[name](value)


def _one_of(kind: str) -> Callable[[str], Node]:
    """Ask for a whole value: a tag, a reference, a file type."""

    def read(value: str) -> Node:
        asked, starred = value.removesuffix("*"), value.endswith("*")
        return Fact(f"{kind}={_telling(asked)}", prefix=starred)

    return read


def _named(kind: str) -> Callable[[str], Node]:
    """Ask for somebody or something by identifier, reference, or all words of a name."""
    whole = _one_of(kind)

    def read(value: str) -> Node:
        asked = whole(value)
        parts = tuple(Fact(f"{kind}={word.folded}") for word in words(value.removesuffix("*")))
        return asked if len(parts) < 2 else Either((asked, Every(parts)))

    return read


def _telling(value: str) -> str:
    if not (found := slug(value)):
        raise NotUnderstood("there is no letter or digit in it", "write a word")
    return found


def _state(value: str) -> Node:
    if (state := _STATES.get(slug(value))) is None:
        raise NotUnderstood("no state of a page is called so", "use one of " + ", ".join(get_args(State)))
    return Fact(f"state={state}")


def _has(value: str) -> Node:
    if (kind := _HAS.get(slug(value))) is None:
        raise NotUnderstood("a page cannot be asked for that", "use attachment, signature or comment")
    return Fact(f"has={kind}")


def _on(value: str) -> Node:
    return Written(*_days(value))


def _before(value: str) -> Node:
    return Written(None, _days(value)[0])


def _after(value: str) -> Node:
    return Written(_days(value)[1], None)


def _days(value: str) -> tuple[date, date]:
    """Return the first day of a year, month or day, and the first after it."""
    match = _DAY.fullmatch(value.strip())
    if match is None:
        raise _NO_DAY
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        first = date(year, month, day)
        if match["day"]:
            return first, first + timedelta(days=1)
        if match["month"]:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        raise _NO_DAY from None


def _field(name: str, value: str) -> Node:
    if not name:
        raise NotUnderstood("the field has no name", "write field.temperature:…")
    low, dots, high = value.partition("..")
    if dots:
        return _between(name, low, high)
    match = _COMPARED.fullmatch(value)
    sign, asked = (match["sign"], match["value"]) if match is not None else (None, value)
    if (found := quantity(asked)) is None:
        if sign:
            raise NotUnderstood("only numbers and days compare", "write field.mass:>5mg or field.harvested:<2026-03-01")
        parts = tuple(Fact(f"field-{name}={word.folded}") for word in words(_spoken(asked)))
        return parts[0] if len(parts) == 1 else Every(parts)
    number = found.base if found.dimension is not None else found.as_written
    bound = Bound(number, included=sign not in {">", "<"})
    if sign is None or sign == "=":
        return Measured(name, bound, bound, found.dimension)
    return (
        Measured(name, bound, None, found.dimension)
        if sign.startswith(">")
        else Measured(name, None, bound, found.dimension)
    )


def _spoken(value: str) -> str:
    _telling(value)
    return value


def _between(name: str, low: str, high: str) -> Node:
    first, last = quantity(low), quantity(high)
    if first is not None and last is not None and first.dimension is None and last.dimension is not None:
        # `10..20mL`: the unit stands for both.
        unit = re.sub(r"^[^A-Za-z°%µμ]*", "", high.strip())
        first = quantity(f"{low} {unit}")
    if first is None or last is None or first.dimension != last.dimension:
        raise NotUnderstood("these are not two numbers of one kind", "write field.volume:10mL..20mL")
    numbers = (first.base, last.base) if first.dimension is not None else (first.as_written, last.as_written)
    return Measured(name, Bound(numbers[0], included=True), Bound(numbers[1], included=True), first.dimension)


_READERS: Mapping[str, Callable[[str], Node]] = {
    "author": _named("author"), "notebook": _named("notebook"), "unit": _named("unit"), "team": _named("team"),
    "tag": _one_of("tag"), "type": _one_of("type"), "ref": _one_of("ref"),
    "state": _state, "has": _has, "on": _on, "before": _before, "after": _after,
}  # fmt: skip
_NOT_YET = "as_of"
NAMES = (*_READERS, "in", _NOT_YET)
