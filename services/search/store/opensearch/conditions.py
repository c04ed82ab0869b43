"""Compile what is looked for into OpenSearch's query language."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.search.domain.lexemes import exact
from services.search.domain.query import (
    Bound,
    Either,
    Every,
    Fact,
    Filters,
    Measured,
    Node,
    Term,
    Without,
    Written,
    words_only,
)

Clause = dict[str, Any]
# What a match is worth by where it stands; what lies in attachments least.
_INSIDE = {"file_names": 1, "inside": 1}
_EVERYWHERE = {
    "title": 8, "tag_texts": 4, "reference_text": 4, "about": 2, "field_texts": 2, "text": 2, "comments": 2, **_INSIDE,
}  # fmt: skip
_NAMES, _INSIDE_NAMES = "names", "inside_names"
# More beginnings than a page's reader can mean.
_MOST_EXPANSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compile one query; ``time_zone`` is the institution's (IANA name)."""

    time_zone: str

    def clause(self, node: Node) -> Clause:
        """Return the clause; words make the score, facts only filter."""
        match node:
            case Term():
                return _term(node)
            case Every(parts):
                scored = [self.clause(part) for part in parts if words_only(part) is not None]
                others = [self.clause(part) for part in parts if words_only(part) is None]
                return {"bool": {"must": scored, "filter": others}}
            case Either(parts):
                return _any_of([self.clause(part) for part in parts])
            case Without(part):
                return {"bool": {"must_not": [self.clause(part)]}}
            case _:
                return self._fact(node)

    def _fact(self, node: Fact | Written | Measured) -> Clause:
        match node:
            case Fact(key, prefix):
                return {"prefix" if prefix else "term": {"keys": {"value": key}}}
            case Written(first, end):
                bounds = {"gte": first, "lt": end}
                return {"range": {"created_at": {
                    sign: self._midnight(day) for sign, day in bounds.items() if day is not None
                }}}  # fmt: skip
            case Measured():
                return _measured(node)

    def _midnight(self, day: date) -> str:
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).isoformat()


def narrowed(wanted: Filters) -> list[Clause]:
    """Return a clause for each filter in force."""
    fields = {"notebook": wanted.notebook, "unit": wanted.unit, "team": wanted.team, "author": wanted.author,
              "state": wanted.state, "tags": wanted.tag, "file_types": wanted.file_type,
              "year_month": wanted.year_month}  # fmt: skip
    return [{"term": {field: value}} for field, value in fields.items() if value is not None]


def _any_of(clauses: list[Clause]) -> Clause:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _term(term: Term) -> Clause:
    fields, names = (_INSIDE, _INSIDE_NAMES) if term.inside else (_EVERYWHERE, _NAMES)
    if term.prefix:
        return _prefix(term, fields)
    found = [_in_a_row(" ".join(word.spoken for word in term.words), fields, written=term.quoted)]
    if len(term.words) == 1 and not term.quoted:
        found.append(_name(term.words[0].folded, names))
    if term.joined is not None:
        found += [_in_a_row(term.joined.spoken, fields, written=True), _name(term.joined.folded, names)]
    return _any_of(found) if len(found) > 1 else found[0]


def _in_a_row(text: str, fields: dict[str, int], *, written: bool) -> Clause:
    return {
        "multi_match": {
            "query": text, "type": "phrase", "analyzer": "exact" if written else "words", "tie_breaker": 1.0,
            "fields": [f"{field}^{boost}" for field, boost in fields.items()],
        }
    }  # fmt: skip


def _name(folded: str, names: str) -> Clause:
    return {"term": {names: {"value": exact(folded)}}}


def _prefix(term: Term, fields: dict[str, int]) -> Clause:
    if len(term.words) == 1:
        value = exact(term.words[0].folded)
        return _any_of([{"prefix": {field: {"value": value, "boost": boost}}} for field, boost in fields.items()])
    return {
        "multi_match": {
            "query": " ".join(word.spoken for word in term.words), "type": "phrase_prefix", "analyzer": "exact",
            "max_expansions": _MOST_EXPANSIONS, "fields": [f"{field}^{boost}" for field, boost in fields.items()],
        }
    }  # fmt: skip


def _measured(asked: Measured) -> Clause:
    value = "numbers.base" if asked.dimension is not None else "numbers.written"
    wanted: list[Clause] = [{"term": {"numbers.name": asked.name}}]
    if asked.dimension is not None:
        wanted.append({"term": {"numbers.dimension": asked.dimension}})
    ends = {**_end(asked.low, "gt"), **_end(asked.high, "lt")}
    return {"nested": {"path": "numbers", "query": {"bool": {"filter": [*wanted, {"range": {value: ends}}]}}}}


def _end(bound: Bound | None, sign: str) -> dict[str, float]:
    if bound is None:
        return {}
    return {f"{sign}e" if bound.included else sign: bound.value}
