"""
Read the query language: words, ``"phrase"``, ``-not``, ``OR``, ``prefix*`` and ``( )`` (product.md §6).

    either   = every { "OR" every }
    every    = item { item }
    item     = "-" item | "(" either ")" | '"' words '"' | word [ "*" ]

A word with a hyphen, dot or slash inside is its parts in a row: ``U1234-2026-007/37``, ``12.5``.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from contracts.errors import FieldProblem, Invalid
from services.search.domain.folding import words
from services.search.domain.query import Either, Every, Node, Term, Without

# Deeper or longer queries are no questions of people; both bound the work one request may cost.
DEEPEST_NESTING = 20
MOST_TERMS = 64

_LEXEME = re.compile(r'\s+|(?P<mark>[()"])|(?P<minus>-(?=[^\s)]))|(?P<word>[^\s()"]+)')
_FILTER = re.compile(r"(?:author|notebook|unit|team|tag|state|type|ref|on|before|after|has|in|as_of|field\.\w+):")


def parse(text: str) -> Node | None:
    """
    Return the tree of a query, none when it is blank.

    Raises:
        Invalid: with field ``q`` and detail ``column`` (1 = first character) where it stops making sense.

    """
    if not text.strip():
        return None
    return _Reading(text).whole()


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    column: int


def _refuse(column: int, problem: str, remedy: str) -> NoReturn:
    raise Invalid(FieldProblem("q", f"column {column}: {problem}", remedy), column=str(column))


class _Reading:
    """One pass over one query."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0

    def whole(self) -> Node:
        node = self._either(depth=0)
        if (rest := self._peek()) is not None:
            _refuse(rest.column, "this parenthesis closes nothing", "remove it, or open one before")
        if node is None:
            _refuse(1, "no word to look for", "give at least one letter or digit")
        return node

    def _peek(self) -> _Lexeme | None:
        while (match := _LEXEME.match(self._text, self._at)) is not None:
            if match.lastgroup is not None:
                return _Lexeme(match.lastgroup, match.group(), match.start() + 1)
            self._at = match.end()
        return None

    def _take(self, lexeme: _Lexeme) -> None:
        self._at = lexeme.column - 1 + len(lexeme.text)

    def _either(self, *, depth: int) -> Node | None:
        if depth > DEEPEST_NESTING:
            _refuse(self._at + 1, "too many parentheses inside each other", f"nest at most {DEEPEST_NESTING}")
        sides = [self._every(depth=depth)]
        while (lexeme := self._peek()) is not None and _is_or(lexeme):
            self._take(lexeme)
            right = self._every(depth=depth)
            if sides[-1] is None or right is None:
                _refuse(lexeme.column, "OR needs words on both sides", 'add them, or write "or" in quotes')
            sides.append(right)
        found = [side for side in sides if side is not None]
        return Either(tuple(found)) if len(found) > 1 else (found[0] if found else None)

    def _every(self, *, depth: int) -> Node | None:
        parts = []
        while (lexeme := self._peek()) is not None and lexeme.text != ")" and not _is_or(lexeme):
            if (part := self._item(lexeme, depth=depth)) is not None:
                parts.append(part)
        return Every(tuple(parts)) if len(parts) > 1 else (parts[0] if parts else None)

    def _item(self, lexeme: _Lexeme, *, depth: int) -> Node | None:
        self._take(lexeme)
        if lexeme.kind == "minus":
            return self._without(lexeme, depth=depth)
        if lexeme.text == "(":
            return self._group(lexeme, depth=depth)
        if lexeme.text == '"':
            return self._phrase(lexeme)
        return self._word(lexeme)

    def _without(self, minus: _Lexeme, *, depth: int) -> Node:
        lexeme = self._peek()
        part = None
        if lexeme is not None and lexeme.kind != "minus" and not _is_or(lexeme):
            part = self._item(lexeme, depth=depth)
        if part is None:
            _refuse(minus.column, "the minus excludes nothing", "write a word right after it")
        return Without(part)

    def _group(self, opening: _Lexeme, *, depth: int) -> Node | None:
        node = self._either(depth=depth + 1)
        closing = self._peek()
        if closing is None:
            _refuse(opening.column, "this parenthesis is never closed", "close it with )")
        self._take(closing)
        if node is None:
            _refuse(opening.column, "nothing stands between the parentheses", "put words there, or remove them")
        return node

    def _phrase(self, opening: _Lexeme) -> Term | None:
        end = self._text.find('"', self._at)
        if end < 0:
            _refuse(opening.column, "this quote is never closed", 'close it with "')
        quoted, self._at = self._text[self._at : end], end + 1
        return self._term(quoted, opening.column, quoted=True)

    def _word(self, lexeme: _Lexeme) -> Term | None:
        if _FILTER.match(lexeme.text):
            _refuse(lexeme.column, "this version does not know filters inside the query", "use the filters beside it")
        stem, star, rest = lexeme.text.partition("*")
        if star and (rest or not words(stem)):
            column = lexeme.column + len(stem)
            _refuse(column, "a star stands only at the end of a word", "write the beginning, then *")
        return self._term(stem, lexeme.column, prefix=bool(star))

    def _term(self, text: str, column: int, *, prefix: bool = False, quoted: bool = False) -> Term | None:
        """Return the term of a text, none for bare punctuation (`ADN - ARN`)."""
        found = words(text)
        self._terms += len(found)
        if self._terms > MOST_TERMS:
            _refuse(column, "too many words", f"use at most {MOST_TERMS}")
        return Term(found, prefix=prefix, quoted=quoted) if found else None


def _is_or(lexeme: _Lexeme) -> bool:
    return lexeme.kind == "word" and lexeme.text == "OR"
