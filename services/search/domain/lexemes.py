"""Turn sections and terms into lexemes at positions: what one engine stores and the other matches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.search.domain.folding import Word, named_words
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


class Posting(NamedTuple):
    """A word at a position of the page; a named tuple as the word itself."""

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
        for one, name in named_words(section.text):
            position = min(position + 1, LAST_POSITION)
            if name is not None:
                found.append(Posting(name, position, section.weight))
            if one.folded not in known:
                room -= len(one.folded.encode())
                known.add(one.folded)
            if room < 0:
                return found
            found.append(Posting(one, position, section.weight))
        position += _GAP_BETWEEN_SECTIONS
    return found


def lexemes_of(word: Word, stems: Mapping[str, Stems]) -> frozenset[str]:
    """Return every lexeme a word is found by: itself, and its stems."""
    known = stems.get(word.spoken)
    return frozenset({exact(word.folded)}) | (known.lexemes if known is not None else frozenset())
