"""Ask PostgreSQL's French and English stemmers for the stems of words, and keep the frequent ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from chassis.statements import ask
from services.search.domain.folding import Word, fold
from services.search.domain.lexemes import Stems

# About 6 MB: the words of a language that matter; the cache is emptied when full, as the next words refill it.
MOST_CACHED = 20_000

# French is stemmed twice: its rules need accents (`marquée`), and people leave them out (`marquee`).
_STEM = """
    SELECT spoken, ts_lexize('french_stem', spoken), ts_lexize('french_stem', folded), ts_lexize('english_stem', folded)
    FROM unnest(CAST(:spoken AS text[]), CAST(:folded AS text[])) AS word (spoken, folded)
"""


class Stemmer:
    """Stem words in the index's own database, so that nothing must be installed for it."""

    def __init__(self) -> None:
        self._known: dict[str, Stems] = {}

    def stems(self, connection: Connection, words: Iterable[Word]) -> Mapping[str, Stems]:
        """Return the stems of each word, by its spoken form; words with digits have none (`Na2HPO4`)."""
        asked = {word.spoken: word for word in words if word.folded.isalpha()}
        found = {spoken: self._known[spoken] for spoken in asked if spoken in self._known}
        missing = [word for spoken, word in asked.items() if spoken not in found]
        if missing:
            found |= self._ask(connection, missing)
        return found

    def _ask(self, connection: Connection, words: list[Word]) -> dict[str, Stems]:
        asked = {"spoken": [word.spoken for word in words], "folded": [word.folded for word in words]}
        rows: Any = ask(connection, _STEM, asked)
        found = {row[0]: _stems(row[1], row[2], row[3]) for row in rows}
        if len(self._known) + len(found) > MOST_CACHED:
            self._known.clear()
        self._known.update(found)
        return found


def _stems(*answers: list[str] | None) -> Stems:
    """Join what the dictionaries answer: no row = unknown to it, an empty one = its stop word."""
    return Stems(frozenset(fold(lexeme) for answer in answers for lexeme in answer or ()) - {""})
