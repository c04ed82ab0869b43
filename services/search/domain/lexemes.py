"""Turn sections and terms into lexemes at positions: what one engine stores and the other matches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.search.domain.folding import Word, compounds, tokens
from services.search.domain.page import Section, Weight

# PostgreSQL clamps positions here (MAXENTRYPOS); a phrase beyond it is found by its words only.
LAST_POSITION = 16_383
# A tsvector holds at most 1 MiB of lexemes and positions, and a word makes up to four lexemes. Some 20,000 different
# words fit; what follows them is not indexed.
MOST_WORD_BYTES = 150_000
_GAP_BETWEEN_SECTIONS = 3


@dataclass(frozen=True, slots=True)
class Stems:
    """What the stemmers make of a word."""

    lexemes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Posting:
    """A word at a position of the page."""

    word: Word
    position: int
    weight: Weight


def exact(folded: str) -> str:
    """Mark a lexeme as the word itself, so that it is never taken for another word's stem."""
    return f"={folded}"


def postings(sections: Iterable[Section]) -> list[Posting]:
    """Number the words of a page; a gap parts sections, so that no phrase reaches over."""
    found: list[Posting] = []
    known: set[str] = set()
    room, position = MOST_WORD_BYTES, 0
    for section in sections:
        joined = {token.start: token.word for token in compounds(section.text)}
        for token in tokens(section.text):
            position += 1
            if (name := joined.get(token.start)) is not None:
                found.append(Posting(name, min(position, LAST_POSITION), section.weight))
            folded = token.word.folded
            if folded not in known:
                room -= len(folded.encode())
                known.add(folded)
            if room < 0:
                return found
            found.append(Posting(token.word, min(position, LAST_POSITION), section.weight))
        position += _GAP_BETWEEN_SECTIONS
    return found


def lexemes_of(word: Word, stems: Mapping[str, Stems]) -> frozenset[str]:
    """Return every lexeme a word is found by: itself, and its stems."""
    known = stems.get(word.spoken)
    return frozenset({exact(word.folded)}) | (known.lexemes if known is not None else frozenset())
