"""Say what is looked for: a small tree of terms, the filters, and always on whose behalf."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import EntryId, NotebookId, PersonId, StructureId
from services.search.domain.folding import Word

Sort = Literal["relevance", "newest"]
FacetName = Literal["state", "notebook", "author", "year_month"]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must follow each other; ``prefix`` lets the last one be a beginning."""

    words: tuple[Word, ...]
    prefix: bool = False
    quoted: bool = False


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


Node = Term | Every | Either | Without


@dataclass(frozen=True, slots=True)
class ReadableBy:
    """The labels ``person`` holds today; the index resolves them in the very statement that searches."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrow to one notebook, unit, author or state; none = any."""

    notebook: NotebookId | None = None
    unit: StructureId | None = None
    author: PersonId | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The last hit of the slice before: keyset paging stays stable while pages are written."""

    sort: Sort
    score: int
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
        return self.sort if self.expression is not None else "newest"


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
        case Term(words):
            return frozenset(words)
        case Every(parts) | Either(parts):
            return frozenset(word for part in parts for word in all_words(part))
        case Without(part):
            return all_words(part)
        case _:
            return frozenset()


def without_stop_words(node: Node, stop_words: frozenset[Word]) -> Node:
    """
    Drop single stop words beside words that say more (``la cellule`` finds ``Cellules``).

    Quoted words stay: who quotes means every word. A query of nothing but stop words stays whole.
    """
    if isinstance(node, Either):
        return Either(tuple(without_stop_words(part, stop_words) for part in node.parts))
    if not isinstance(node, Every):
        return node
    telling = tuple(part for part in node.parts if not _is_stop_word(part, stop_words))
    if not positive_terms(Every(telling)):
        return node
    kept = tuple(without_stop_words(part, stop_words) for part in telling)
    return kept[0] if len(kept) == 1 else Every(kept)


def _is_stop_word(node: Node, stop_words: frozenset[Word]) -> bool:
    return (
        isinstance(node, Term)
        and not node.quoted
        and not node.prefix
        and len(node.words) == 1
        and node.words[0] in stop_words
    )
