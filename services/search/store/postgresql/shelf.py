"""Put pages into the index of PostgreSQL, in the transaction of their unit of work."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.search.domain.keys import keys
from services.search.domain.lexemes import postings
from services.search.domain.page import FileText, IndexedPage
from services.search.ports import RebuildProgress, Refusal
from services.search.store.postgresql.pages import row_of
from services.search.store.postgresql.stems import Stemmer
from services.search.store.postgresql.vectors import tsvector
from services.search.store.tables import document, rebuild

FIRST_GENERATION = 1
# Read by the statement itself: a walk that began meanwhile finds its own generation on the page.
_GENERATION = func.coalesce(
    select(func.coalesce(rebuild.c.building, rebuild.c.serving)).scalar_subquery(), FIRST_GENERATION
)
# Built once: its columns are the table's, in every unit of work.
_PUT = upsert(document).values(generation=_GENERATION)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[document.c.entry],
    set_={column.name: _PUT.excluded[column.name] for column in document.c if column.name != "entry"},
    where=document.c.change_number <= _PUT.excluded.change_number,
)


class PostgresShelf:
    """The pages of one unit of work. See the protocol for what each method promises."""

    def __init__(self, connection: Connection, *, stemmer: Stemmer) -> None:
        self._connection = connection
        self._stemmer = stemmer

    @property
    def account(self) -> Table:
        """The index is its own account."""
        return document

    def put(self, page: IndexedPage, texts: Mapping[str, FileText]) -> bool:
        """Put a page into its row unless a newer change is there; say whether it was taken."""
        found = postings(page.sections(texts))
        stems = self._stemmer.stems(self._connection, {posting.word for posting in found})
        row = row_of(page) | {"words": tsvector(found, stems, keys(page))}
        return self._connection.execute(_PUT, row).rowcount > 0

    def flush(self, progress: Callable[[], RebuildProgress]) -> Sequence[Refusal]:  # noqa: ARG002
        """Do nothing: the rows are in the transaction, and PostgreSQL takes every page."""
        return ()
