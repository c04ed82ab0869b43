"""Cut text into words, and fold case, accents and Greek letters away, the same for pages and queries."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

# A run of letters and digits of any script, with the combining marks that decomposed text carries. Hyphen, dot,
# slash and apostrophe part words: `U1234-2026-007/37` is five words in a row, `l'ADN` two.
_LETTERS = r"(?:[^\W_]|[\u0300-\u036f])+"
_WORD = re.compile(_LETTERS)
# Names are written with and without their hyphen: `IL-6` and `IL6`, `TNF-α` and `TNFα`. Both hyphens of Unicode count.
_COMPOUND = re.compile(rf"{_LETTERS}(?:[-\u2010\u2011]{_LETTERS}){{1,4}}")
# One word is cut here: base64 and sequences are no words, and PostgreSQL refuses lexemes over 2046 bytes.
LONGEST_WORD = 64
_HYPHEN = re.compile("[-\u2010\u2011]")
# Longer compounds are references and sentences joined by hyphens, no names of genes, strains or products.
LONGEST_NAME = 32

_SPELLED = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    # The laboratory types "uL" where it means the micro sign (U+00B5; NFKD makes it U+03BC).
    "μ": "u",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SPELLING = str.maketrans(_SPELLED)
# Latin-1's signs, Greek, sub- and superscripts, letterlike symbols, ligatures, full width (Unicode block names).
_SPELLED_BLOCKS = (
    (0xB2, 0xBA), (0x370, 0x3FF), (0x1F00, 0x1FFF), (0x2070, 0x209F), (0x2100, 0x214F), (0xFB00, 0xFB06),
    (0xFF10, 0xFF5A),
)  # fmt: skip

_LATIN_BLOCKS = ((0xC0, 0x24F), (0x1E00, 0x1EFF))


# Named tuples, as feeding makes them by the million: a frozen dataclass takes three times as long to make and to hash.
class Word(NamedTuple):
    """One word: ``spoken`` in lower case with its accents (stemmers want them), ``folded`` without."""

    spoken: str
    folded: str


class Token(NamedTuple):
    """A word at its place: [start, end) in code points of the text it was cut from."""

    word: Word
    start: int
    end: int


def fold(text: str) -> str:
    """Fold case, accents, sub- and superscripts, ligatures and Greek letters: ``Électrophorèse``, ``Na₂HPO₄``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.casefold().translate(_SPELLING)


@lru_cache(maxsize=20_000)
def word(text: str) -> Word:
    """Return the word ``text`` stands for, cut at ``LONGEST_WORD``."""
    spoken = unicodedata.normalize("NFC", text).casefold()
    return Word(spoken[:LONGEST_WORD], fold(text)[:LONGEST_WORD])


def token_at(match: re.Match[str]) -> Token:
    """Return the word a pattern found."""
    return Token(word(match.group()), match.start(), match.end())


def compounds(text: str) -> Iterator[Token]:
    """Yield what is written with hyphens as one word each (``il6`` for `IL-6`), at the place of the whole."""
    done = 0
    while (hyphen := _HYPHEN.search(text, done)) is not None:
        # From space to space: to look for compounds from every letter on took half the time of indexing a page.
        start = max(done, text.rfind(" ", 0, hyphen.start()) + 1)
        space = text.find(" ", hyphen.end())
        done = space if space >= 0 else len(text)
        for match in _COMPOUND.finditer(text, start, done):
            if joined := joined_word(match.group()):
                yield Token(joined, match.start(), match.end())


def joined_word(text: str) -> Word | None:
    """Return a compound as one word; none when ``text`` is none, or longer than names are."""
    if _COMPOUND.fullmatch(text) is None:
        return None
    folded = "".join(part.folded for part in words(text))
    return Word(folded, folded) if len(folded) <= LONGEST_NAME else None


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order."""
    return tuple([cut for found in _WORD.findall(text) if (cut := word(found)).folded])


def named_words(text: str) -> Iterator[tuple[Word, Word | None]]:
    """Yield the words of a text in order, the first of a compound with the compound as one word."""
    done = 0
    for name in compounds(text):
        yield from ((one, None) for one in words(text[done : name.start]))
        first, *others = words(text[name.start : name.end])
        yield first, name.word
        yield from ((one, None) for one in others)
        done = name.end
    yield from ((one, None) for one in words(text[done:]))


def letters_of(folded: str) -> str:
    """Return a pattern of everything that folds to ``folded``, or begins with it: accents, ligatures, Greek letters."""
    spelled = "[\u0300-\u036f]*".join(f"[{re.escape(''.join(_variants().get(letter, letter)))}]" for letter in folded)
    signs = [sign for sign, name in _SPELLED.items() if len(name) > 1 and name[: len(folded)] == folded[: len(name)]]
    return "|".join([spelled, *signs])


@cache
def _variants() -> dict[str, str]:
    """Return, for each plain letter or digit, the single characters that fold to it."""
    found: dict[str, str] = {}
    for first, last in (*_SPELLED_BLOCKS, *_LATIN_BLOCKS):
        for code in range(first, last + 1):
            if len(folded := fold(chr(code))) == 1:
                found[folded] = found.get(folded, folded) + chr(code)
    return found


def slug(text: str) -> str:
    """Return a text as one key: its folded words, joined by hyphens."""
    return "-".join(one.folded for one in words(text))


@cache
def spellings() -> dict[str, str]:
    """
    Return how single characters of formulas and Greek names are spelled: ``α`` → ``alpha``, ``₂`` → ``2``.

    The table a search engine with an analysis of its own is given, so that it folds exactly as ``fold`` does. Latin
    accents are not in it: stemmers want them.
    """
    found = {}
    for first, last in _SPELLED_BLOCKS:
        for code in range(first, last + 1):
            spelled = fold(chr(code))
            if spelled != chr(code) and spelled.isascii() and spelled.isalnum():
                found[chr(code)] = spelled
    return found
