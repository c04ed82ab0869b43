"""Cut snippets: the piece of a page around what matched, with the words marked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.search.domain.folding import Token, Word, tokens
from services.search.domain.lexemes import Stems, exact, lexemes_of
from services.search.domain.page import IndexedPage, Section, Snippet
from services.search.domain.query import Term

# A snippet is two lines on a telephone; the scan is bounded so that one long page cannot cost a search its second.
SNIPPET_CHARACTERS = 200
CHARACTERS_BEFORE = 60
SCANNED_CHARACTERS = 50_000
MOST_SNIPPETS = 3
# Stemming changes ends, hardly ever the first letters: words that begin otherwise need not be stemmed to be ruled out.
_HINT_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Marker:
    """What to mark: lexemes of the positive terms, and the beginnings they ask for."""

    lexemes: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, terms: Iterable[Term], stems: Mapping[str, Stems]) -> "Marker":
        """Collect what the terms of a query match by."""
        wanted: set[str] = set()
        beginnings: list[str] = []
        for term in terms:
            whole = term.words[:-1] if term.prefix else term.words
            wanted.update(lexeme for word in whole for lexeme in lexemes_of(word, stems))
            if term.prefix:
                beginnings.append(term.words[-1].folded)
        return cls(frozenset(wanted), tuple(beginnings))

    def candidates(self, page: IndexedPage) -> frozenset[Word]:
        """Return the words of a page whose stems are worth asking for."""
        hints = {lexeme.lstrip("=")[:_HINT_LETTERS] for lexeme in self.lexemes}
        return frozenset(
            token.word
            for section in page.sections()
            if section.place is not None
            for token in tokens(section.text[:SCANNED_CHARACTERS])
            if token.word.folded[:_HINT_LETTERS] in hints
        )

    def marks(self, word: Word, stems: Mapping[str, Stems]) -> bool:
        """Tell whether a word is part of the reason the page was found."""
        if exact(word.folded) in self.lexemes or any(word.folded.startswith(start) for start in self.beginnings):
            return True
        return not self.lexemes.isdisjoint(lexemes_of(word, stems))

    def snippets(self, page: IndexedPage, stems: Mapping[str, Stems]) -> tuple[Snippet, ...]:
        """Return at most ``MOST_SNIPPETS`` pieces of the page, one a section, in the order of its sections."""
        found = (self._snippet(section, stems) for section in page.sections() if section.place is not None)
        kept = [snippet for snippet in found if snippet is not None]
        return tuple(sorted(kept, key=lambda snippet: snippet.place not in {"title", "text"})[:MOST_SNIPPETS])

    def _snippet(self, section: Section, stems: Mapping[str, Stems]) -> Snippet | None:
        text = section.text[:SCANNED_CHARACTERS]
        marked = (token for token in tokens(text) if self.marks(token.word, stems))
        first = next(marked, None)
        if first is None or section.place is None:
            return None
        start, end = _window(text, first)
        ranges = tuple((token.start - start, token.end - start) for token in _within(first, marked, end))
        return Snippet(section.place, text[start:end], ranges)


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
    yield first
    for token in others:
        if token.end > end:
            return
        yield token
