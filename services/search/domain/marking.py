"""Cut snippets: the piece of a page around what matched, with the words marked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.search.domain.folding import Token, Word, compounds, letters_of, token_at
from services.search.domain.lexemes import Stems, exact, lexemes_of
from services.search.domain.page import FileText, IndexedPage, Section, Snippet
from services.search.domain.query import Term

# A snippet is two lines on a telephone; the scan is bounded so that one long page cannot cost a search its second.
SNIPPET_CHARACTERS = 200
CHARACTERS_BEFORE = 60
SCANNED_CHARACTERS = 50_000
MOST_SNIPPETS = 3
# Stemming changes ends, hardly ever the first letters: words that begin otherwise need not be looked at.
_HINT_LETTERS = 3

# Sections with the words in them that may be what was looked for.
Looked = tuple[tuple[Section, tuple[Token, ...]], ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """What to mark: lexemes of the positive terms, and the beginnings they ask for."""

    lexemes: frozenset[str]
    beginnings: tuple[str, ...]
    names: bool

    @classmethod
    def of(cls, terms: Iterable[Term], stems: Mapping[str, Stems]) -> "Marker":
        """Collect what the terms of a query match by."""
        wanted: set[str] = set()
        beginnings: list[str] = []
        names = False
        for term in terms:
            whole = term.words[:-1] if term.prefix else term.words
            wanted.update(lexeme for word in whole for lexeme in lexemes_of(word, {} if term.quoted else stems))
            names = names or any(not word.folded.isalpha() for word in whole) or term.joined is not None
            if term.prefix:
                beginnings.append(term.words[-1].folded)
            if term.joined is not None:
                wanted.add(exact(term.joined.folded))
        return cls(frozenset(wanted), tuple(beginnings), names)

    def look(self, sections: Iterable[Section]) -> Looked:
        """Find the words that begin like something looked for; sections without any are left out."""
        found = ((section, tuple(self._hinted(section.text))) for section in sections)
        return tuple((section, tokens) for section, tokens in found if tokens)

    def marks(self, word: Word, stems: Mapping[str, Stems]) -> bool:
        """Tell whether a word is part of the reason the page was found."""
        if exact(word.folded) in self.lexemes or any(word.folded.startswith(start) for start in self.beginnings):
            return True
        return not self.lexemes.isdisjoint(lexemes_of(word, stems))

    def snippets(self, looked: Looked, stems: Mapping[str, Stems]) -> tuple[Snippet, ...]:
        """Return at most ``MOST_SNIPPETS`` pieces, one a section: title and text first, the others in their order."""
        kept = [snippet for each in looked if (snippet := self._snippet(*each, stems)) is not None]
        return tuple(sorted(kept, key=lambda snippet: snippet.place not in {"title", "text"})[:MOST_SNIPPETS])

    def _hinted(self, text: str) -> Iterator[Token]:
        """Yield the words that begin like something looked for, at one pass of a compiled pattern."""
        hints = frozenset(lexeme.lstrip("=")[:_HINT_LETTERS] for lexeme in self.lexemes)
        pattern = _pattern(hints | frozenset(start[:_HINT_LETTERS] for start in self.beginnings))
        scanned = text[:SCANNED_CHARACTERS]
        found = [token_at(match) for match in pattern.finditer(scanned)] if pattern is not None else []
        if self.names:
            found += [token for token in compounds(scanned) if exact(token.word.folded) in self.lexemes]
            found.sort(key=lambda token: (token.start, -token.end))
        yield from found

    def _snippet(self, section: Section, tokens: Iterable[Token], stems: Mapping[str, Stems]) -> Snippet | None:
        marked = (token for token in tokens if self.marks(token.word, stems))
        first = next(marked, None)
        if first is None or section.place is None:
            return None
        start, end = _window(section.text[:SCANNED_CHARACTERS], first)
        ranges = tuple((token.start - start, token.end - start) for token in _within(first, marked, end))
        return Snippet(section.place, section.text[start:end], ranges, section.file, section.label)


def candidates(looked: Iterable[Looked]) -> frozenset[Word]:
    """Return the words whose stems are worth asking for."""
    return frozenset(token.word for each in looked for _, tokens in each for token in tokens)


def shown_sections(page: IndexedPage, texts: Mapping[str, FileText] | None = None) -> list[Section]:
    """Return the sections snippets may come from."""
    return [section for section in page.sections(texts or {}) if section.place is not None]


@lru_cache(maxsize=256)
def _pattern(hints: frozenset[str]) -> re.Pattern[str] | None:
    """Compile what finds every word that begins with a hint, whatever its accents."""
    if not hints:
        return None
    starts = "|".join(letters_of(hint) for hint in sorted(hints))
    return re.compile(rf"(?<![^\W_])(?:{starts})(?:[^\W_]|[\u0300-\u036f])*", re.IGNORECASE)


def _window(text: str, first: Token) -> tuple[int, int]:
    """Return [start, end) around the first mark, at spaces where there are some."""
    start = max(0, first.start - CHARACTERS_BEFORE)
    if start > 0 and (space := text.find(" ", start, first.start)) >= 0:
        start = space + 1
    end = min(len(text), max(start + SNIPPET_CHARACTERS, first.end))
    if end < len(text) and (space := text.rfind(" ", first.end, end)) >= 0:
        end = space
    return start, end


def _within(first: Token, others: Iterator[Token], end: int) -> Iterator[Token]:
    """Yield what is marked up to ``end``; a word inside a compound that is marked already is not marked twice."""
    yield first
    done = first.end
    for token in others:
        if token.end > end:
            return
        if token.start >= done:
            yield token
            done = token.end
