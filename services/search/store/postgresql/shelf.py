"""Put pages into the index of PostgreSQL, in the transaction of their unit of work."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import orjson
from sqlalchemy import Connection, Table

from chassis.statements import ask
from contracts.identifiers import EntryId
from services.search.domain.keys import keys
from services.search.domain.lexemes import postings
from services.search.domain.page import FileText, IndexedPage
from services.search.ports import RebuildProgress, Refusal
from services.search.store.postgresql.pages import row_of
from services.search.store.postgresql.stems import Stemmer
from services.search.store.postgresql.vectors import tsvector
from services.search.store.tables import document

FIRST_GENERATION = 1
# One statement carries about so many bytes; a single larger page travels alone.
STATEMENT_BYTES = 4_000_000
_COLUMNS = [column.name for column in document.c if column.name != "generation"]
_NEW = ", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS, "generation") if name != "entry")
# Many pages a statement: one by one, the way to the database and back was a third of the feeding. The generation is
# read by the statement itself: a walk that began meanwhile finds its own on the page.
_PUT = f"""
    INSERT INTO document AS known ({", ".join(_COLUMNS)}, generation)
    SELECT {", ".join(_COLUMNS)},
           coalesce((SELECT coalesce(building, serving) FROM rebuild), {FIRST_GENERATION})
    FROM json_populate_recordset(CAST(NULL AS document), CAST(:rows AS json))
    ON CONFLICT (entry) DO UPDATE SET {_NEW}
    WHERE known.change_number <= excluded.change_number
    RETURNING entry
"""  # noqa: S608 -- names of our own columns


class PostgresShelf:
    """The pages of one unit of work. See the protocol for what each method promises."""

    def __init__(self, connection: Connection, *, stemmer: Stemmer) -> None:
        self._connection = connection
        self._stemmer = stemmer

    @property
    def account(self) -> Table:
        """The index is its own account."""
        return document

    def put(self, pages: Sequence[IndexedPage], texts: Mapping[str, FileText]) -> frozenset[EntryId]:
        """Put pages into their rows but where a newer change is there; return the entries taken."""
        taken: set[EntryId] = set()
        for rows in _together(self._row(page, texts) for page in pages):
            taken.update(ask(self._connection, _PUT, {"rows": rows.decode()}).scalars())
        return frozenset(taken)

    def _row(self, page: IndexedPage, texts: Mapping[str, FileText]) -> bytes:
        found = postings(page.sections(texts))
        stems = self._stemmer.stems(self._connection, {posting.word for posting in found})
        return orjson.dumps(row_of(page) | {"words": tsvector(found, stems, keys(page))})

    def flush(self, progress: Callable[[], RebuildProgress]) -> Sequence[Refusal]:  # noqa: ARG002
        """Do nothing: the rows are in the transaction, and PostgreSQL takes every page."""
        return ()


def _together(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Gather rows into lists of a bearable size."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row)
        if size > STATEMENT_BYTES:
            yield b"[" + b",".join(held) + b"]"
            held, size = [], 0
    if held:
        yield b"[" + b",".join(held) + b"]"
