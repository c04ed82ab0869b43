"""Write pages as tsvectors and queries as tsqueries: the only file that knows their text form."""

from collections.abc import Mapping

from services.search.domain.folding import Word
from services.search.domain.lexemes import Posting, Stems, exact, lexemes_of
from services.search.domain.query import Either, Every, Node, Term, Without

# PostgreSQL keeps at most 255 positions of a lexeme (MAXNUMPOS 256).
_MOST_POSITIONS = 255


def tsvector(postings: list[Posting], stems: Mapping[str, Stems]) -> str:
    """
    Return the text of a tsvector: each word and its stems at the same position, with the section's weight.

    One vector for both languages and the exact words keeps every query one tsquery, phrases across languages included.
    """
    places: dict[str, dict[int, str]] = {}
    for posting in postings:
        for lexeme in lexemes_of(posting.word, stems):
            at = places.setdefault(lexeme, {})
            if len(at) < _MOST_POSITIONS:
                at.setdefault(posting.position, posting.weight)
    return " ".join(f"'{lexeme}':{_positions(at)}" for lexeme, at in places.items())


def _positions(at: Mapping[int, str]) -> str:
    return ",".join(f"{position}{weight}" for position, weight in at.items())


def tsquery(node: Node, stems: Mapping[str, Stems]) -> str:
    """Return the text of a tsquery. Lexemes hold letters, digits and ``=`` only, so quoting is safe."""
    match node:
        case Term():
            return _term(node, stems)
        case Every(parts):
            return "(" + " & ".join(tsquery(part, stems) for part in parts) + ")"
        case Either(parts):
            return "(" + " | ".join(tsquery(part, stems) for part in parts) + ")"
        case Without(part):
            return f"!({tsquery(part, stems)})"


def _term(term: Term, stems: Mapping[str, Stems]) -> str:
    whole = term.words[:-1] if term.prefix else term.words
    steps = [_alternatives(word, stems) for word in whole]
    if term.prefix:
        steps.append(f"'{exact(term.words[-1].folded)}':*")
    return "(" + " <-> ".join(steps) + ")"


def _alternatives(word: Word, stems: Mapping[str, Stems]) -> str:
    return "(" + " | ".join(f"'{lexeme}'" for lexeme in sorted(lexemes_of(word, stems))) + ")"
