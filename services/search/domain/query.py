"""Say what is looked for: a small tree of terms, the filters, and always on whose behalf."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import EntryId, NotebookId, PersonId, StructureId
from services.search.domain.folding import Word
from services.search.domain.stop_words import is_stop_word

State = Literal["open", "signed", "in_circuit", "sealed", "returned", "struck_out"]
Sort = Literal["relevance", "newest"]
FacetName = Literal["unit", "team", "notebook", "author", "year_month", "state", "file_type", "tag"]


@dataclass(frozen=True, slots=True)
class Term:
    """
    Words that must follow each other; ``prefix`` lets the last one be a beginning.

    ``quoted`` wants the words as they are written, none of their stems. ``joined`` is how a compound is written without
    its hyphens. ``inside`` looks into attachments only.
    """

    words: tuple[Word, ...]
    prefix: bool = False
    quoted: bool = False
    joined: Word | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Match pages that show a key (domain/keys.py), or with ``prefix`` one that begins so."""

    key: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """Match pages begun within [first, end), days of the institution; none = unbounded."""

    first: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range of numbers."""

    value: float
    included: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """
    Match pages with a field called ``name`` (a slug) whose number lies in a range.

    With a ``dimension`` numbers are compared in its base, without one as they are written.
    """

    name: str
    low: Bound | None
    high: Bound | None
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """Match when every part does."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """Match when at least one part does."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Without:
    """Match when the part does not."""

    part: "Node"


Leaf = Term | Fact | Written | Measured
Node = Leaf | Every | Either | Without


@dataclass(frozen=True, slots=True)
class ReadableBy:
    """The labels ``person`` holds today; the index resolves them in the very statement that searches."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrow to one value of each facet; none = any. ``tag`` and ``file_type`` are slugs, ``year_month`` `2026-03`."""

    notebook: NotebookId | None = None
    unit: StructureId | None = None
    team: StructureId | None = None
    author: PersonId | None = None
    state: str | None = None
    tag: str | None = None
    file_type: str | None = None
    year_month: str | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The last hit of the slice before: keyset paging stays stable while pages are written."""

    sort: Sort
    score: float
    changed_at: datetime
    entry: EntryId


@dataclass(frozen=True, slots=True)
class Query:
    """
    One search. ``access`` has no default: a query that forgets whose labels count cannot be built.

    ``expression`` none matches every page within the filters. ``limit`` is 1–200 hits.
    """

    access: ReadableBy
    expression: Node | None
    filters: Filters = Filters()
    sort: Sort = "relevance"
    facets: tuple[FacetName, ...] = ()
    limit: int = 50
    after: After | None = None

    def __post_init__(self) -> None:
        """Refuse a cursor of another order: its keys would compare apples with dates."""
        if self.after is not None and self.after.sort != self.order:
            raise Invalid(FieldProblem("cursor", "it belongs to another order", "start again without a cursor"))

    @property
    def order(self) -> Sort:
        """Return the order in force: without words there is no relevance."""
        return self.sort if positive_terms(self.expression) else "newest"


def positive_terms(node: Node | None) -> tuple[Term, ...]:
    """Return the terms a found page may show, leaving out what must be absent."""
    match node:
        case Term():
            return (node,)
        case Every(parts) | Either(parts):
            return tuple(term for part in parts for term in positive_terms(part))
        case _:
            return ()


def all_words(node: Node | None) -> frozenset[Word]:
    """Return every word of the query, to be stemmed in one go."""
    match node:
        case Term(words, joined=joined):
            return frozenset(words) | (frozenset({joined}) if joined is not None else frozenset())
        case Every(parts) | Either(parts):
            return frozenset(word for part in parts for word in all_words(part))
        case Without(part):
            return all_words(part)
        case _:
            return frozenset()


def without_stop_words(node: Node) -> Node:
    """
    Drop single stop words beside words that say more (``la cellule`` finds ``Cellules``).

    Quoted words stay: who quotes means every word. A query of nothing but stop words stays whole.
    """
    if isinstance(node, Either):
        return Either(tuple(without_stop_words(part) for part in node.parts))
    if not isinstance(node, Every):
        return node
    telling = tuple(part for part in node.parts if not _says_nothing(part))
    if not positive_terms(Every(telling)):
        return node
    kept = tuple(without_stop_words(part) for part in telling)
    return kept[0] if len(kept) == 1 else Every(kept)


def words_only(node: Node) -> Node | None:
    """Leave out everything but words: what a ranking is made of."""
    match node:
        case Term():
            return node
        case Every(parts) | Either(parts):
            kept = tuple(one for one in map(words_only, parts) if one is not None)
            return type(node)(kept) if len(kept) > 1 else (kept[0] if kept else None)
        case _:
            return None


def _says_nothing(node: Node) -> bool:
    return (
        isinstance(node, Term)
        and not node.quoted
        and not node.prefix
        and len(node.words) == 1
        and is_stop_word(node.words[0])
    )
