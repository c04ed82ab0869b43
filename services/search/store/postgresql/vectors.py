"""Write pages as tsvectors and queries as tsqueries: the only file that knows their text form."""

from collections.abc import Iterable, Mapping

from services.search.domain.folding import Word
from services.search.domain.lexemes import Posting, Stems, exact, lexemes_of
from services.search.domain.query import Either, Every, Fact, Node, Term, Without


def tsvector(postings: list[Posting], stems: Mapping[str, Stems], keys: Iterable[str]) -> str:
    """
    Return the text of a tsvector: keys; and each word and its stems at the same position, with the section's weight.

    One vector for both languages and the exact words keeps every query one tsquery, phrases across languages included.
    """
    places: dict[Word, dict[str, None]] = {}
    for word, position, weight in postings:
        places.setdefault(word, {})[f"{position}{weight}"] = None
    lexemes: dict[str, dict[str, None]] = {}
    for word, at in places.items():
        for lexeme in lexemes_of(word, stems):
            # Words that share a stem: PostgreSQL sorts their positions, and keeps 255 of a lexeme (MAXNUMPOS 256).
            lexemes[lexeme] = lexemes[lexeme] | at if lexeme in lexemes else at
    found = [f"'{lexeme}':{','.join(at)}" for lexeme, at in lexemes.items()]
    return " ".join(found + [f"'{key}'" for key in keys])


def tsquery(node: Node, stems: Mapping[str, Stems]) -> str:
    """
    Return the text of a tsquery of words and facts.

    Lexemes and keys hold letters, digits, hyphens, underscores and ``=`` only, so quoting is safe.
    """
    match node:
        case Term():
            return _term(node, stems)
        case Fact(key, prefix):
            return f"'{key}':*" if prefix else f"'{key}'"
        case Every(parts):
            return "(" + " & ".join(tsquery(part, stems) for part in parts) + ")"
        case Either(parts):
            return "(" + " | ".join(tsquery(part, stems) for part in parts) + ")"
        case Without(part):
            return f"!({tsquery(part, stems)})"
        case _:
            raise TypeError(f"{type(node).__name__} is no matter of words")


def _term(term: Term, stems: Mapping[str, Stems]) -> str:
    known = {} if term.quoted or term.prefix else stems
    # The weight of what lies in attachments (domain/page.py).
    where = "D" if term.inside else ""
    whole = term.words[:-1] if term.prefix else term.words
    steps = [_alternatives(word, known, where) for word in whole]
    if term.prefix:
        steps.append(f"'{exact(term.words[-1].folded)}':*{where}")
    in_a_row = "(" + " <-> ".join(steps) + ")"
    if term.joined is None:
        return in_a_row
    return f"({in_a_row} | {_weighed(exact(term.joined.folded), where)})"


def _alternatives(word: Word, stems: Mapping[str, Stems], where: str) -> str:
    return "(" + " | ".join(_weighed(lexeme, where) for lexeme in sorted(lexemes_of(word, stems))) + ")"


def _weighed(lexeme: str, where: str) -> str:
    return f"'{lexeme}':{where}" if where else f"'{lexeme}'"
