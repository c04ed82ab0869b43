"""
Read the query language of a search (docs/flows/find-a-page.md): a grammar, and what its parts mean.

A word with a hyphen, dot or slash inside is its parts in a row: ``U1234-2026-007/37``, ``12.5``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NoReturn

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedToken

from services.search.domain.conditions import NAMES, NotUnderstood, condition
from services.search.domain.folding import joined_word, words
from services.search.domain.query import Either, Every, Node, Term, Without

# Longer, deeper or wordier queries are no questions of people; all three bound the work one request may cost.
LONGEST_QUERY = 2_000
DEEPEST_NESTING = 20
MOST_TERMS = 64

_PARSER = Lark(
    rf"""
    either: every (OR every)*
    every: (without | _atom)+
    without: MINUS _atom
    _atom: group | QUOTED | CONDITION | WORD
    group: OPEN either CLOSE

    OPEN: "("
    CLOSE: ")"
    CONDITION.4: /(?:{"|".join(NAMES)}|field\.[^\s:()"]+):(?:(?:>=|<=|>|<|=)?"[^"]*"|[^\s()"]*)/
    OR.3: /OR(?![^\s()"])/
    MINUS.3: /-(?=[^\s)])/
    QUOTED.2: /"[^"]*"/
    WORD.1: /[^\s()"]+/
    %ignore /\s+/
    """,
    parser="lalr", lexer="basic", start="either",
)  # fmt: skip
_INSIDE = "in"
_OF_ATTACHMENTS = frozenset({"attachments", "attachment", "files"})


def parse(text: str) -> Node | None:
    """
    Return the tree of a query, none when it is blank.

    Raises:
        Invalid: with field ``q`` and detail ``column`` (1 = first character) where it stops making sense.

    """
    if len(text) > LONGEST_QUERY:
        _refuse(LONGEST_QUERY + 1, "the query is too long", f"use at most {LONGEST_QUERY} characters")
    if not text.strip():
        return None
    tokens = _tokens(text)
    try:
        tree = _PARSER.parse(text)
    except UnexpectedToken as error:
        _explain(tokens, error.token)
    node = _Meaning().of(tree)
    if node is None:
        _refuse(1, "no word to look for", "give at least one letter or digit")
    return node


def _refuse(column: int, problem: str, remedy: str) -> NoReturn:
    raise NotUnderstood(problem, remedy).at(column)


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _tokens(text: str) -> list[Token]:
    """Cut the query into its signs and words; refuse what is nested too deep before anything recurses."""
    try:
        tokens = list(_PARSER.lex(text))
    except UnexpectedCharacters as error:
        # Every character but a lonely quote begins some token.
        _refuse((error.pos_in_stream or 0) + 1, "this quote is never closed", 'close it with "')
    depth = 0
    for token in tokens:
        depth += (token.type == "OPEN") - (token.type == "CLOSE")
        if depth > DEEPEST_NESTING:
            _refuse(_column(token) + 1, "too many parentheses inside each other", f"nest at most {DEEPEST_NESTING}")
    return tokens


def _explain(tokens: list[Token], wrong: Token) -> NoReturn:
    """Say what is wrong where the grammar gave up: the token before tells more than the one it stumbled over."""
    # Where the query ends too early, lark puts its end marker on the last token.
    places = [token.start_pos for token in tokens]
    at = len(tokens) if wrong.type == "$END" else places.index(wrong.start_pos)
    before = tokens[at - 1] if at else None
    if before is not None and before.type == "MINUS":
        _refuse(_column(before), "the minus excludes nothing", "write a word right after it")
    if wrong.type == "OR" or (before is not None and before.type == "OR"):
        place = before if before is not None and before.type == "OR" else wrong
        _refuse(_column(place), "OR needs words on both sides", 'add them, or write "or" in quotes')
    if wrong.type == "CLOSE" and before is not None and before.type == "OPEN":
        _refuse(_column(before), "nothing stands between the parentheses", "put words there, or remove them")
    if wrong.type == "CLOSE":
        _refuse(_column(wrong), "this parenthesis closes nothing", "remove it, or open one before")
    _refuse(_column(_unclosed(tokens)), "this parenthesis is never closed", "close it with )")


def _unclosed(tokens: Iterable[Token]) -> Token:
    opened: list[Token] = []
    for token in tokens:
        if token.type == "OPEN":
            opened.append(token)
        elif token.type == "CLOSE":
            opened.pop()
    return opened[-1]


class _Meaning:
    """Turn the tree of the grammar into what is looked for; counts words as it goes."""

    def __init__(self) -> None:
        self._terms = 0

    def of(self, tree: Tree[Token]) -> Node | None:
        """Return alternatives; an alternative of bare punctuation is none."""
        nodes: list[Any] = tree.children
        parts = list(zip(nodes[::2], [None, *nodes[1::2]], strict=True))
        sides = []
        for part, sign in parts:
            side = self._every(part)
            if side is None and len(parts) > 1:
                _refuse(_column(sign or nodes[1]), "OR needs words on both sides", "add them")
            sides.append(side)
        found = tuple(side for side in sides if side is not None)
        return Either(found) if len(found) > 1 else (found[0] if found else None)

    def _every(self, tree: Any) -> Node | None:
        inside = [child for child in tree.children if _is_inside(child)]
        parts = tuple(
            node for child in tree.children if not _is_inside(child) and (node := self._item(child)) is not None
        )
        if inside:
            if not any(_looks_for_words(part) for part in parts):
                _refuse(_column(inside[0]), "no word to look for in attachments", "write some beside it")
            parts = tuple(_within_files(part) for part in parts)
        return Every(parts) if len(parts) > 1 else (parts[0] if parts else None)

    def _item(self, child: Any) -> Node | None:
        if isinstance(child, Token):
            return self._leaf(child)
        if child.data == "group":
            if (node := self.of(child.children[1])) is None:
                _refuse(_column(child.children[0]), "nothing stands between the parentheses", "put words there")
            return node
        minus, atom = child.children
        if _is_inside(atom) or (part := self._item(atom)) is None:
            _refuse(_column(minus), "the minus excludes nothing", "write a word right after it")
        return Without(part)

    def _leaf(self, token: Token) -> Node | None:
        if token.type == "QUOTED":
            return self._term(token, token[1:-1], quoted=True)
        if token.type == "CONDITION":
            return self._condition(token)
        stem, star, rest = token.partition("*")
        if star and (rest or not words(stem)):
            column = _column(token) + len(stem)
            _refuse(column, "a star stands only at the end of a word", "write the beginning, then *")
        return self._term(token, stem, prefix=bool(star))

    def _condition(self, token: Token) -> Node:
        name, _, value = token.partition(":")
        self._count(1, token)
        if name == _INSIDE:
            _refuse(_column(token), "one can look only into attachments", "write in:attachments")
        try:
            return condition(name, value.replace('"', ""))
        except NotUnderstood as error:
            raise error.at(_column(token) + len(name) + 1) from None

    def _term(self, token: Token, text: str, *, prefix: bool = False, quoted: bool = False) -> Term | None:
        """Return the term of a text, none for bare punctuation (`ADN - ARN`)."""
        found = words(text)
        self._count(len(found), token)
        if not found:
            return None
        joined = joined_word(text) if not quoted and not prefix else None
        return Term(found, prefix=prefix, quoted=quoted, joined=joined)

    def _count(self, more: int, token: Token) -> None:
        self._terms += more
        if self._terms > MOST_TERMS:
            _refuse(_column(token), "too many words", f"use at most {MOST_TERMS}")


def _is_inside(child: Any) -> bool:
    """Tell `in:attachments`, which says where its neighbours are looked for."""
    if not isinstance(child, Token) or child.type != "CONDITION":
        return False
    name, _, value = child.partition(":")
    return name == _INSIDE and value.casefold() in _OF_ATTACHMENTS


def _terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _terms(part)
        case Without(part):
            yield from _terms(part)


def _looks_for_words(node: Node) -> bool:
    return any(True for _ in _terms(node))


def _within_files(node: Node) -> Node:
    match node:
        case Term():
            return replace(node, inside=True)
        case Every(parts) | Either(parts):
            return type(node)(tuple(_within_files(part) for part in parts))
        case Without(part):
            return Without(_within_files(part))
        case _:
            return node
