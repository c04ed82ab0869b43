"""Cut text into words, and fold case, accents and Greek letters away, the same for pages and queries."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# A run of letters and digits of any script, with the combining marks that decomposed text carries. Hyphen, dot,
# slash and apostrophe part words: `U1234-2026-007/37` is five words in a row, `l'ADN` two.
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
# One word is cut here: base64 and sequences are no words, and PostgreSQL refuses lexemes over 2046 bytes.
LONGEST_WORD = 64

_SPELLED = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    # The laboratory types "uL" where it means the micro sign (U+00B5; NFKD makes it U+03BC).
    "μ": "u",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SPELLING = str.maketrans(_SPELLED)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``spoken`` in lower case with its accents (stemmers want them), ``folded`` without."""

    spoken: str
    folded: str


@dataclass(frozen=True, slots=True)
class Token:
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


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a text in order, with their places."""
    for match in _WORD.finditer(text):
        cut = word(match.group())
        if cut.folded:
            yield Token(cut, match.start(), match.end())


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order."""
    return tuple(token.word for token in tokens(text))
