# ruff: noqa: D102 -- the ports say what each method promises
"""An index in memory: matches by reading every page, so that it can serve as the oracle of the real one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import TracebackType
from typing import Self

from contracts.errors import Unavailable
from contracts.identifiers import AccessLabel, EntryId, NotebookId, PersonId
from services.search.domain.folding import Word, fold
from services.search.domain.lexemes import Stems, lexemes_of, postings
from services.search.domain.marking import Marker
from services.search.domain.page import FacetCount, Found, Hit, IndexedPage, ReaderLabel
from services.search.domain.query import (
    After,
    Either,
    Every,
    Node,
    Query,
    Term,
    Without,
    all_words,
    positive_terms,
    without_stop_words,
)
from services.search.ports import PageSlice, Queued, RebuildProgress

_STOP_WORDS = {"le", "la", "les", "de", "des", "du", "d", "l", "un", "une", "the", "of", "a"}
_ENDINGS = ("ations", "ation", "ions", "ing", "ees", "ee", "ed", "es", "s", "e")


def stems(words: Iterable[Word]) -> dict[str, Stems]:
    """Stem crudely: cut one common French or English ending."""
    return {word.spoken: Stems(frozenset({_stem(fold(word.spoken))}), word.folded in _STOP_WORDS) for word in words}


def _stem(folded: str) -> str:
    if folded.isalpha():
        for ending in _ENDINGS:
            if folded.endswith(ending) and len(folded) - len(ending) >= 4:
                return folded.removesuffix(ending)
    return folded


@dataclass
class Shelf:
    """All a fake index keeps."""

    pages: dict[EntryId, IndexedPage] = field(default_factory=dict)
    labels: dict[PersonId, tuple[ReaderLabel, ...]] = field(default_factory=dict)
    tickets: dict[PersonId, tuple[int, int]] = field(default_factory=dict)
    queue: dict[EntryId, int] = field(default_factory=dict)
    progress: RebuildProgress = field(default_factory=RebuildProgress)


class FakeUnitOfWork:
    """Work on a copy of the shelf; ``commit`` puts it back."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __enter__(self) -> Self:
        kept = self._shelf
        self._copy = Shelf(dict(kept.pages), dict(kept.labels), dict(kept.tickets), dict(kept.queue), kept.progress)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._copy

    def commit(self) -> None:
        self._shelf.__dict__.update(self._copy.__dict__)

    def change_numbers(self, entries: Iterable[EntryId]) -> dict[EntryId, int]:
        return {entry: self._copy.pages[entry].change_number for entry in entries if entry in self._copy.pages}

    def put(self, page: IndexedPage) -> bool:
        shown = self._copy.pages.get(page.entry)
        if shown is not None and shown.change_number > page.change_number:
            return False
        self._copy.pages[page.entry] = page
        return True

    def hide_notebook(self, notebook: NotebookId) -> None:
        for entry, page in self._copy.pages.items():
            if page.notebook == notebook:
                self._copy.pages[entry] = replace(page, denied=True)

    def queue_notebook(self, notebook: NotebookId) -> None:
        for entry, page in self._copy.pages.items():
            if page.notebook == notebook:
                self._copy.queue[entry] = self._copy.queue.get(entry, 0) + 1

    def queued(self, limit: int) -> tuple[Queued, ...]:
        return tuple(Queued(entry, ticket) for entry, ticket in self._copy.queue.items())[:limit]

    def finish(self, queued: Queued) -> None:
        if self._copy.queue.get(queued.entry) == queued.ticket:
            del self._copy.queue[queued.entry]

    def want_labels(self, person: PersonId) -> int:
        wanted, served = self._copy.tickets.get(person, (0, 0))
        self._copy.tickets[person] = (wanted + 1, served)
        return wanted + 1

    def want_everybodys_labels(self) -> None:
        for person in self._copy.tickets:
            self.want_labels(person)

    def labels_are_fresh(self, person: PersonId) -> bool:
        wanted, served = self._copy.tickets.get(person, (1, 0))
        return wanted == served

    def put_labels(self, person: PersonId, labels: tuple[ReaderLabel, ...], *, ticket: int) -> bool:
        wanted, served = self._copy.tickets[person]
        if served >= ticket:
            return False
        self._copy.tickets[person] = (wanted, ticket)
        self._copy.labels[person] = labels
        return True

    def rebuild_progress(self) -> RebuildProgress:
        return self._copy.progress

    def save_rebuild_progress(self, progress: RebuildProgress) -> None:
        self._copy.progress = progress


@dataclass
class FakeIndex:
    """Find by reading every page; ``today`` is the institution's day."""

    shelf: Shelf
    today: date

    def find(self, query: Query) -> Found:
        known = stems(all_words(query.expression))
        expression = _telling(query.expression, known)
        found = [page for page in self.shelf.pages.values() if self._fits(page, query, expression, known)]
        scored = sorted(((self._score(page, query, expression, known), page) for page in found), key=_key, reverse=True)
        rest = [one for one in scored if query.after is None or _key(one) < _after_key(query.after)]
        shown = rest[: query.limit]
        marker = Marker.of(positive_terms(expression), known)
        hits = tuple(
            Hit(page, score / 1_000_000, marker.snippets(page, stems(marker.candidates(page)))) for score, page in shown
        )
        more = len(rest) > query.limit
        after = After(query.order, shown[-1][0], shown[-1][1].changed_at, shown[-1][1].entry) if more else None
        facets = {name: _counts(found, name) for name in query.facets}
        return Found(hits, len(found), facets, after)

    def readable(self, person: PersonId) -> frozenset[AccessLabel]:
        """Return the labels a person holds today."""
        return frozenset(
            label.label
            for label in self.shelf.labels.get(person, ())
            if label.from_date <= self.today and (label.until_date is None or label.until_date >= self.today)
        )

    def _fits(self, page: IndexedPage, query: Query, expression: Node | None, known: Mapping[str, Stems]) -> bool:
        wanted = query.filters
        if page.denied or self.readable(query.access.person).isdisjoint(page.labels):
            return False
        pairs = ((wanted.notebook, page.notebook), (wanted.unit, page.unit), (wanted.author, page.author),
                 (wanted.state, page.state))  # fmt: skip
        if any(value is not None and value != has for value, has in pairs):
            return False
        return expression is None or _matches(expression, _positions(page), known)

    def _score(self, page: IndexedPage, query: Query, expression: Node | None, known: Mapping[str, Stems]) -> int:
        if query.order == "newest":
            return 0
        weights = {"A": 1000, "B": 400, "C": 200, "D": 100}
        wanted = {lexeme for word in all_words(expression) for lexeme in lexemes_of(word, known)}
        return sum(
            weights[posting.weight] * len(wanted & lexemes_of(posting.word, stems([posting.word])))
            for posting in postings(page.sections())
        )


def _telling(expression: Node | None, known: Mapping[str, Stems]) -> Node | None:
    if expression is None:
        return None
    stops = frozenset(word for word in all_words(expression) if known[word.spoken].stop)
    return without_stop_words(expression, stops)


def _positions(page: IndexedPage) -> list[tuple[int, Word, frozenset[str]]]:
    found = postings(page.sections())
    known = stems(posting.word for posting in found)
    return [(posting.position, posting.word, lexemes_of(posting.word, known)) for posting in found]


def _matches(node: Node, words: list[tuple[int, Word, frozenset[str]]], known: Mapping[str, Stems]) -> bool:
    match node:
        case Every(parts):
            return all(_matches(part, words, known) for part in parts)
        case Either(parts):
            return any(_matches(part, words, known) for part in parts)
        case Without(part):
            return not _matches(part, words, known)
        case Term():
            return any(_starts_at(place, node, words, known) for place in range(len(words)))


def _starts_at(
    place: int, term: Term, words: list[tuple[int, Word, frozenset[str]]], known: Mapping[str, Stems]
) -> bool:
    for step, wanted in enumerate(term.words):
        if place + step >= len(words) or words[place + step][0] != words[place][0] + step:
            return False
        _, word, lexemes = words[place + step]
        if term.prefix and step == len(term.words) - 1:
            if not word.folded.startswith(wanted.folded):
                return False
        elif lexemes.isdisjoint(lexemes_of(wanted, known)):
            return False
    return True


def _key(scored: tuple[int, IndexedPage]) -> tuple[int, float, str]:
    return scored[0], scored[1].changed_at.timestamp(), scored[1].entry


def _after_key(after: After) -> tuple[int, float, str]:
    return after.score, after.changed_at.timestamp(), after.entry


def _counts(found: list[IndexedPage], name: str) -> tuple[FacetCount, ...]:
    values = {
        "state": lambda page: (page.state, page.state),
        "notebook": lambda page: (page.notebook, page.notebook_reference),
        "author": lambda page: (page.author, page.author_name),
        "year_month": lambda page: (f"{page.created_at:%Y-%m}",) * 2,
    }
    counted = Counter(values[name](page) for page in found)
    rows = (FacetCount(value, label, count) for (value, label), count in counted.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.value)))


@dataclass
class FakeEntries:
    """The house of entries as search sees it; ``down`` makes it silent."""

    pages: dict[EntryId, IndexedPage] = field(default_factory=dict)
    labels: dict[PersonId, tuple[ReaderLabel, ...]] = field(default_factory=dict)
    down: bool = False
    pulls: int = 0

    def indexable(self, entries: Iterable[EntryId]) -> tuple[IndexedPage, ...]:
        self.pulls += 1
        if self.down:
            raise Unavailable
        return tuple(self.pages[entry] for entry in entries if entry in self.pages)

    def list_indexable(self, cursor: str | None) -> PageSlice:
        if self.down:
            raise Unavailable
        ids = sorted(self.pages)
        begin = ids.index(EntryId(cursor)) + 1 if cursor is not None else 0
        piece = ids[begin : begin + 2]
        last = piece[-1] if begin + 2 < len(ids) else None
        return PageSlice(tuple(self.pages[entry] for entry in piece), last)

    def labels_of(self, person: PersonId) -> tuple[ReaderLabel, ...]:
        if self.down:
            raise Unavailable
        return self.labels.get(person, ())
