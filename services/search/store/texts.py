"""Keep the text inside files by digest: what a page's attachments say, whatever engine indexes it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.statements import ask, later
from services.search.domain.page import FileText, TextPlace
from services.search.store.tables import file_text, wanted_text

_WANT = "INSERT INTO wanted_text (sha256) SELECT unnest(CAST(:digests AS text[])) ON CONFLICT DO NOTHING"
_READ = "SELECT sha256, places FROM file_text WHERE sha256 = ANY(CAST(:digests AS text[]))"


class FileTexts:
    """The texts one transaction sees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, blobs: Iterable[str]) -> dict[str, FileText]:
        """Return the texts there are; note the digests nobody asked storage for yet."""
        digests = sorted(set(blobs))
        found = read_texts(self._connection, digests)
        if missing := [digest for digest in digests if digest not in found]:
            later(self._connection, _WANT, {"digests": missing})
        return found

    def put(self, text: FileText) -> None:
        """Keep a text: bytes named by their digest never change, what was read of them may get better."""
        # PostgreSQL's JSON holds every character but NUL.
        places = [[place.label, place.text.replace("\x00", "")] for place in text.places]
        statement = upsert(file_text).values(sha256=text.sha256, places=places)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=[file_text.c.sha256], set_={"places": places})
        )
        self.unwant(text.sha256)

    def wanted(self, limit: int) -> tuple[str, ...]:
        """Return digests nobody asked storage for yet."""
        return tuple(self._connection.execute(select(wanted_text.c.sha256).limit(limit)).scalars())

    def unwant(self, sha256: str) -> None:
        """Note that storage was asked."""
        self._connection.execute(delete(wanted_text).where(wanted_text.c.sha256 == sha256))


def read_texts(connection: Connection, digests: Iterable[str]) -> dict[str, FileText]:
    """Return the texts of some digests, by digest."""
    asked = list(digests)
    if not asked:
        return {}
    rows: Any = ask(connection, _READ, {"digests": asked})
    return {row[0]: FileText(row[0], tuple(TextPlace(label, words) for label, words in row[1])) for row in rows}
