"""Find pages: one statement, so one snapshot, for what may be read and matches, its counts and its pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, delete, select, text

from chassis.statements import ask
from contracts.identifiers import EntryId
from services.search.domain.marking import Marker, candidates, shown_sections
from services.search.domain.page import FacetCount, Found, Hit, IndexedPage, Section, Snippet
from services.search.domain.query import After, Query, all_words, positive_terms, without_stop_words
from services.search.store.postgresql.pages import page_of
from services.search.store.postgresql.statement import HIT, SCORE_UNIT, TOTAL, Statement, statement
from services.search.store.postgresql.stems import Stemmer
from services.search.store.tables import document
from services.search.store.texts import read_texts


@dataclass(frozen=True, slots=True)
class PostgresIndex:
    """The index as PostgreSQL text search. ``time_zone`` is the institution's (IANA name)."""

    engine: Engine
    stemmer: Stemmer
    time_zone: str

    @property
    def shape(self) -> str:
        """Name the engine and the version of its rows."""
        return "postgresql-2"

    def find(self, query: Query) -> Found:
        """Return hits, exact total and facets over what the query's reader may read today."""
        expression = without_stop_words(query.expression) if query.expression is not None else None
        with self.engine.connect() as connection:
            stems = self.stemmer.stems(connection, all_words(expression))
            answer = _Answer.of(_rows(connection, statement(query, expression, stems, self.time_zone)))
            shown = answer.places[: query.limit]
            pages = {place.entry: page_of(place.page) for place in shown}
            snippets = self._snippets(connection, pages, Marker.of(positive_terms(expression), stems))
        return Found(
            hits=tuple(Hit(pages[one.entry], one.score / SCORE_UNIT, snippets[one.entry]) for one in shown),
            total=answer.total,
            facets={name: tuple(answer.facets.get(name, ())) for name in query.facets},
            after=shown[-1].after(query) if len(answer.places) > query.limit else None,
        )

    def _snippets(
        self, connection: Connection, pages: Mapping[EntryId, IndexedPage], marker: Marker
    ) -> dict[EntryId, tuple[Snippet, ...]]:
        """Cut snippets from the pages; where a page itself shows nothing, from what is written in its files."""
        sections = {entry: shown_sections(page) for entry, page in pages.items()}
        found = self._cut(connection, sections, marker)
        silent = [page for entry, page in pages.items() if page.files and not _tells(found[entry])]
        if silent and (marker.lexemes or marker.beginnings):
            texts = read_texts(connection, {file.sha256 for page in silent for file in page.files})
            more = {page.entry: shown_sections(page, texts) for page in silent}
            found |= self._cut(connection, more, marker)
        return found

    def _cut(
        self, connection: Connection, sections: Mapping[EntryId, list[Section]], marker: Marker
    ) -> dict[EntryId, tuple[Snippet, ...]]:
        looked = {entry: marker.look(some) for entry, some in sections.items()}
        known = self.stemmer.stems(connection, candidates(looked.values()))
        return {entry: marker.snippets(some, known) for entry, some in looked.items()}

    def holds(self, generation: int) -> bool:  # noqa: ARG002
        """Say yes: the rows live in the house's own database."""
        return True

    def begin(self, generation: int) -> None:
        """Do nothing: each page's row is replaced in one commit, and serves until then."""

    def swap(self, generation: int) -> None:
        """Forget the pages that the walk of ``generation`` did not meet."""
        with self.engine.begin() as connection:
            connection.execute(delete(document).where(document.c.generation < generation))

    def changes(self, after: EntryId | None, limit: int) -> tuple[tuple[EntryId, int], ...]:
        """Return the next pages in id order, each with the change it shows."""
        rows = select(document.c.entry, document.c.change_number).order_by(document.c.entry).limit(limit)
        if after is not None:
            rows = rows.where(document.c.entry > after)
        with self.engine.connect() as connection:
            return tuple((EntryId(entry), change) for entry, change in connection.execute(rows))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hit stands in the order."""

    score: int
    changed_at: datetime
    entry: EntryId
    page: Mapping[str, Any]

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
        for kind, value, label, count, changed_at, entry, page in rows:
            if kind == TOTAL:
                total = count
            elif kind == HIT:
                places.append(_Place(count, changed_at, EntryId(entry), page))
            else:
                facets.setdefault(kind, []).append(FacetCount(value, label, count))
        places.sort(key=lambda place: (place.score, place.changed_at, place.entry), reverse=True)
        return cls(total, places, facets)


def _tells(snippets: tuple[Snippet, ...]) -> bool:
    return any(snippet.place != "attachment_name" for snippet in snippets)


def _rows(connection: Connection, asked: Statement) -> Iterable[Any]:
    if asked.lasting:
        return ask(connection, asked.sql, asked.row)
    return connection.execute(text(asked.sql), asked.row)
