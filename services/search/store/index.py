"""Find pages: one statement for what may be read and matches, one for the texts, in one snapshot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, func, select

from contracts.identifiers import EntryId
from services.search.domain.lexemes import Stems
from services.search.domain.marking import SCANNED_CHARACTERS, Marker
from services.search.domain.page import FacetCount, Found, Hit, IndexedPage
from services.search.domain.query import After, Node, Query, all_words, positive_terms, without_stop_words
from services.search.store.pages import page_of
from services.search.store.statement import HIT, SCORE_UNIT, TOTAL, statement
from services.search.store.stems import Stemmer
from services.search.store.tables import document
from services.search.store.vectors import tsquery


@dataclass(frozen=True, slots=True)
class PostgresIndex:
    """The index as PostgreSQL text search. ``time_zone`` is the institution's (IANA name)."""

    engine: Engine
    stemmer: Stemmer
    time_zone: str

    def find(self, query: Query) -> Found:
        """Return hits, exact total and facets over what the query's reader may read today."""
        snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with snapshot.connect() as connection:
            stems = self.stemmer.stems(connection, all_words(query.expression))
            expression = _telling(query.expression, stems)
            words = tsquery(expression, stems) if expression is not None else None
            answer = _Answer.of(connection.execute(statement(query, words, self.time_zone)))
            shown = answer.places[: query.limit]
            pages = _pages(connection, [place.entry for place in shown])
            marker = Marker.of(positive_terms(expression), stems)
            candidates = frozenset(word for page in pages.values() for word in marker.candidates(page))
            known = self.stemmer.stems(connection, candidates)
        return Found(
            hits=tuple(_hit(pages[place.entry], place.score, marker, known) for place in shown),
            total=answer.total,
            facets={name: tuple(answer.facets.get(name, ())) for name in query.facets},
            after=shown[-1].after(query) if len(answer.places) > query.limit else None,
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hit stands in the order."""

    score: int
    changed_at: datetime
    entry: EntryId

    def after(self, query: Query) -> After:
        return After(query.order, self.score, self.changed_at, self.entry)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The rows of the statement, sorted by what they tell; hits in the order asked for."""

    total: int
    places: list[_Place]
    facets: dict[str, list[FacetCount]]

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Self:
        total, places, facets = 0, list[_Place](), dict[str, list[FacetCount]]()
        for kind, value, label, count, changed_at, entry in rows:
            if kind == TOTAL:
                total = count
            elif kind == HIT:
                places.append(_Place(count, changed_at, EntryId(entry)))
            else:
                facets.setdefault(kind, []).append(FacetCount(value, label, count))
        places.sort(key=lambda place: (place.score, place.changed_at, place.entry), reverse=True)
        return cls(total, places, facets)


def _telling(expression: Node | None, stems: Mapping[str, Stems]) -> Node | None:
    if expression is None:
        return None
    stop_words = frozenset(
        word for word in all_words(expression) if (known := stems.get(word.spoken)) is not None and known.stop
    )
    return without_stop_words(expression, stop_words)


def _pages(connection: Connection, entries: list[EntryId]) -> dict[EntryId, IndexedPage]:
    if not entries:
        return {}
    shown = [column for column in document.c if column.name not in {"words", "text"}]
    scanned = func.left(document.c.text, SCANNED_CHARACTERS).label("text")
    rows = connection.execute(select(*shown, scanned).where(document.c.entry.in_(entries))).mappings()
    return {page.entry: page for page in map(page_of, rows)}


def _hit(page: IndexedPage, score: int, marker: Marker, stems: Mapping[str, Stems]) -> Hit:
    return Hit(page, score / SCORE_UNIT, marker.snippets(page, stems))
