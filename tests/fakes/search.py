# ruff: noqa: D102 -- the ports say what each method promises
"""An index in memory: matches by reading every page, so that it can serve as the oracle of the real one."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from contracts.errors import Unavailable
from contracts.identifiers import AccessLabel, EntryId, NotebookId, PersonId
from services.search.domain.folding import Word, fold
from services.search.domain.keys import file_types, keys, numbers
from services.search.domain.lexemes import Stems, lexemes_of, postings
from services.search.domain.marking import Marker, candidates, shown_sections
from services.search.domain.page import FacetCount, FileText, Found, Hit, IndexedPage, ReaderLabel, Snippet
from services.search.domain.quantities import Quantity
from services.search.domain.query import (
    After,
    Either,
    Every,
    Fact,
    Measured,
    Node,
    Query,
    Term,
    Without,
    Written,
    all_words,
    positive_terms,
    without_stop_words,
)
from services.search.ports import PageSlice, Queued, RebuildProgress, Refusal

PARIS = ZoneInfo("Europe/Paris")
MOST_FACET_VALUES = 50
_ENDINGS = ("ations", "ation", "ions", "ing", "ees", "ee", "ed", "es", "s", "e")


def stems(words: Iterable[Word]) -> dict[str, Stems]:
    """Stem crudely: cut one common French or English ending."""
    return {word.spoken: Stems(frozenset({_stem(fold(word.spoken))})) for word in words}


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
    generations: dict[EntryId, int] = field(default_factory=dict)
    texts: dict[str, FileText] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)
    denied: set[NotebookId] = field(default_factory=set)
    refused: dict[EntryId, Refusal] = field(default_factory=dict)
    # The engine that keeps the pages does not answer.
    away: bool = False


class FakeUnitOfWork:
    """Work on a copy of the shelf; ``commit`` puts it back."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __enter__(self) -> Self:
        self._copy = Shelf(**{name: copy(value) for name, value in vars(self._shelf).items()})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._copy

    def commit(self) -> None:
        if self._shelf.away and self._copy.pages != self._shelf.pages:
            raise Unavailable
        self._shelf.__dict__.update(self._copy.__dict__)

    def change_numbers(self, entries: Iterable[EntryId]) -> dict[EntryId, int]:
        return {entry: self._copy.pages[entry].change_number for entry in entries if entry in self._copy.pages}

    def put(self, pages: Iterable[IndexedPage]) -> frozenset[EntryId]:
        return frozenset(page.entry for page in pages if self._put(page))

    def _put(self, page: IndexedPage) -> bool:
        shown = self._copy.pages.get(page.entry)
        if shown is not None and shown.change_number > page.change_number:
            return False
        self._copy.pages[page.entry] = page
        progress = self._copy.progress
        self._copy.generations[page.entry] = progress.building or progress.serving or 1
        self._copy.wanted |= {file.sha256 for file in page.files} - self._copy.texts.keys()
        return True

    def refusals(self, limit: int) -> tuple[Refusal, ...]:
        return tuple(self._copy.refused.values())[:limit]

    def put_text(self, text: FileText) -> None:
        self._copy.texts[text.sha256] = text
        self._copy.wanted.discard(text.sha256)
        for entry, page in self._copy.pages.items():
            if any(file.sha256 == text.sha256 for file in page.files):
                self._queue(entry)

    def wanted_texts(self, limit: int) -> tuple[str, ...]:
        return tuple(self._copy.wanted)[:limit]

    def await_text(self, sha256: str) -> None:
        self._copy.wanted.discard(sha256)

    def hide_notebook(self, notebook: NotebookId) -> None:
        self._copy.denied.add(notebook)

    def queue_entries(self, entries: Collection[EntryId]) -> None:
        for entry in entries:
            self._queue(entry)

    def queue_notebook(self, notebook: NotebookId) -> None:
        for entry, page in self._copy.pages.items():
            if page.notebook == notebook:
                self._queue(entry)
        self._show_settled()

    def _queue(self, entry: EntryId) -> None:
        self._copy.queue[entry] = self._copy.queue.get(entry, 0) + 1

    def _show_settled(self) -> None:
        pages, queue = self._copy.pages, self._copy.queue
        self._copy.denied &= {pages[entry].notebook for entry in queue if entry in pages}

    def queued(self, limit: int) -> tuple[Queued, ...]:
        return tuple(Queued(entry, ticket) for entry, ticket in self._copy.queue.items())[:limit]

    def finish(self, queued: Iterable[Queued]) -> None:
        for one in queued:
            if self._copy.queue.get(one.entry) == one.ticket:
                del self._copy.queue[one.entry]
        self._show_settled()

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
    """Find by reading every page; ``today`` is the institution's day, ``down`` makes it silent."""

    shelf: Shelf
    today: date
    shape: str = "fake-1"
    down: bool = False

    def find(self, query: Query) -> Found:
        if self.down:
            raise Unavailable
        known = stems(all_words(query.expression))
        expression = without_stop_words(query.expression) if query.expression is not None else None
        found = [page for page in self.shelf.pages.values() if self._fits(page, query, expression, known)]
        scored = sorted(((self._score(page, query, expression, known), page) for page in found), key=_key, reverse=True)
        rest = [one for one in scored if query.after is None or _key(one) < _after_key(query.after)]
        shown = rest[: query.limit]
        marker = Marker.of(positive_terms(expression), known)
        hits = tuple(Hit(page, score / 1_000_000, self._snippets(page, marker)) for score, page in shown)
        more = len(rest) > query.limit
        after = After(query.order, shown[-1][0], shown[-1][1].changed_at, shown[-1][1].entry) if more else None
        facets = {name: _counts(found, name) for name in query.facets}
        return Found(hits, len(found), facets, after)

    def _snippets(self, page: IndexedPage, marker: Marker) -> tuple[Snippet, ...]:
        sections = shown_sections(page, self.shelf.texts)
        looked = marker.look(sections)
        return marker.snippets(looked, stems(candidates([looked])))

    def holds(self, generation: int) -> bool:
        return True

    def begin(self, generation: int) -> None:
        """Need no room."""

    def swap(self, generation: int) -> None:
        for entry, seen in list(self.shelf.generations.items()):
            if seen < generation:
                del self.shelf.pages[entry], self.shelf.generations[entry]

    def changes(self, after: EntryId | None, limit: int) -> tuple[tuple[EntryId, int], ...]:
        known = sorted((entry, page.change_number) for entry, page in self.shelf.pages.items())
        return tuple(one for one in known if after is None or one[0] > after)[:limit]

    def readable(self, person: PersonId) -> frozenset[AccessLabel]:
        """Return the labels a person holds today."""
        return frozenset(
            label.label
            for label in self.shelf.labels.get(person, ())
            if label.from_date <= self.today and (label.until_date is None or label.until_date >= self.today)
        )

    def _fits(self, page: IndexedPage, query: Query, expression: Node | None, known: Mapping[str, Stems]) -> bool:
        hidden = page.denied or page.notebook in self.shelf.denied
        if hidden or self.readable(query.access.person).isdisjoint(page.labels):
            return False
        wanted = {name: getattr(query.filters, name) for name in _VALUES}
        if any(value is not None and value not in dict(_VALUES[name](page)) for name, value in wanted.items()):
            return False
        return expression is None or _matches(expression, Reading.of(page, self.shelf.texts), known)

    def _score(self, page: IndexedPage, query: Query, expression: Node | None, known: Mapping[str, Stems]) -> int:
        if query.order == "newest":
            return 0
        weights = {"A": 1000, "B": 400, "C": 200, "D": 100}
        wanted = {lexeme for word in all_words(expression) for lexeme in lexemes_of(word, known)}
        return sum(
            weights[posting.weight] * len(wanted & lexemes_of(posting.word, stems([posting.word])))
            for posting in postings(page.sections(self.shelf.texts))
        )


@dataclass(frozen=True)
class Reading:
    """A page as one reads it: its words in order, its facts, its numbers."""

    page: IndexedPage
    words: list[tuple[int, Word, str, frozenset[str]]]
    keys: frozenset[str]

    @classmethod
    def of(cls, page: IndexedPage, texts: Mapping[str, FileText]) -> Self:
        found = postings(page.sections(texts))
        known = stems(posting.word for posting in found)
        words = [(one.position, one.word, one.weight, lexemes_of(one.word, known)) for one in found]
        return cls(page, words, keys(page))


def _matches(node: Node, read: Reading, known: Mapping[str, Stems]) -> bool:  # noqa: PLR0911 -- one a kind
    match node:
        case Every(parts):
            return all(_matches(part, read, known) for part in parts)
        case Either(parts):
            return any(_matches(part, read, known) for part in parts)
        case Without(part):
            return not _matches(part, read, known)
        case Fact(key, prefix):
            return any(one.startswith(key) for one in read.keys) if prefix else key in read.keys
        case Written(first, end):
            day = read.page.created_at.astimezone(PARIS).date()
            return (first is None or day >= first) and (end is None or day < end)
        case Measured():
            return any(name == node.name and _lies(one, node) for name, one in numbers(read.page))
        case Term(joined=joined) if joined is not None and _is_written(Term((joined,), inside=node.inside), read, {}):
            return True
        case Term():
            return _is_written(node, read, {} if node.quoted or node.prefix else known)


def _lies(one: Quantity, asked: Measured) -> bool:
    if asked.dimension not in {None, one.dimension}:
        return False
    value = one.base if asked.dimension is not None else one.as_written
    low, high = asked.low, asked.high
    above = low is None or value > low.value or (low.included and value == low.value)
    return above and (high is None or value < high.value or (high.included and value == high.value))


def _is_written(term: Term, read: Reading, known: Mapping[str, Stems]) -> bool:
    at: dict[int, list[tuple[Word, frozenset[str]]]] = {}
    for position, word, weight, lexemes in read.words:
        if weight == "D" or not term.inside:
            at.setdefault(position, []).append((word, lexemes))
    return any(
        all(
            any(_is_one(term, step, *there, known) for there in at.get(start + step, ()))
            for step in range(len(term.words))
        )
        for start in at
    )


def _is_one(term: Term, step: int, word: Word, lexemes: frozenset[str], known: Mapping[str, Stems]) -> bool:
    wanted = term.words[step]
    if term.prefix and step == len(term.words) - 1:
        return word.folded.startswith(wanted.folded)
    return not lexemes.isdisjoint(lexemes_of(wanted, known))


def _key(scored: tuple[int, IndexedPage]) -> tuple[int, float, str]:
    return scored[0], scored[1].changed_at.timestamp(), scored[1].entry


def _after_key(after: After) -> tuple[int, float, str]:
    return after.score, after.changed_at.timestamp(), after.entry


def _month(page: IndexedPage) -> str:
    return f"{page.created_at.astimezone(PARIS):%Y-%m}"


_VALUES: dict[str, Callable[[IndexedPage], list[tuple[str, str]]]] = {
    "unit": lambda page: [(page.unit, page.unit_code)],
    "team": lambda page: [(page.team, page.team_name)] if page.team is not None else [],
    "notebook": lambda page: [(page.notebook, page.notebook_reference)],
    "author": lambda page: [(page.author, page.author_name)],
    "year_month": lambda page: [(_month(page), _month(page))],
    "state": lambda page: [(page.state, page.state)],
    "file_type": lambda page: [(one, one) for one in file_types(page)],
    "tag": lambda page: [(one, one) for one in page.tags],
}


def _counts(found: list[IndexedPage], name: str) -> tuple[FacetCount, ...]:
    counted = Counter(value for page in found for value in _VALUES[name](page))
    rows = (FacetCount(value, label, count) for (value, label), count in counted.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.value)))[:MOST_FACET_VALUES]


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


@dataclass
class FakeFiles:
    """The house of storage as search sees it; a digest it does not know is still being read."""

    texts: dict[str, FileText] = field(default_factory=dict)

    def text_of(self, sha256: str) -> FileText | None:
        return self.texts.get(sha256)
