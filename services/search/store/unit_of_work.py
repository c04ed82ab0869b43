"""Feed the index in one transaction a unit."""

from collections.abc import Collection
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contracts.identifiers import EntryId, NotebookId, PersonId
from services.search.domain.lexemes import postings
from services.search.domain.page import IndexedPage, ReaderLabel
from services.search.ports import Queued, RebuildProgress
from services.search.store.pages import row_of
from services.search.store.stems import Stemmer
from services.search.store.tables import document, queued_entry, reader, reader_label, rebuild
from services.search.store.vectors import tsvector

_SHOWN = text("SELECT entry, change_number FROM document WHERE entry = ANY (:entries)")
# Built once: its columns are the table's, in every unit of work.
_PUT = upsert(document)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[document.c.entry],
    set_={column.name: _PUT.excluded[column.name] for column in document.c if column.name != "entry"},
    where=document.c.change_number <= _PUT.excluded.change_number,
)


class PostgresUnitOfWork:
    """A unit of work on PostgreSQL. See the port for what each method promises."""

    def __init__(self, engine: Engine, stemmer: Stemmer) -> None:
        self._engine = engine
        self._stemmer = stemmer

    def __enter__(self) -> Self:
        """Begin a transaction."""
        self._connection: Connection = self._engine.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; closing it rolls back what was not committed."""
        self._connection.close()

    def commit(self) -> None:
        """Keep all that was done."""
        self._connection.commit()

    def change_numbers(self, entries: Collection[EntryId]) -> dict[EntryId, int]:
        """Return the change the index shows of each entry."""
        return {EntryId(entry): shown for entry, shown in self._connection.execute(_SHOWN, {"entries": list(entries)})}

    def put(self, page: IndexedPage) -> bool:
        """
        Index a page unless a newer change is there; say whether it was taken.

        An equal change is taken again: labels may be recomputed under the same number, and a repeat costs little.
        """
        found = postings(page.sections())
        stems = self._stemmer.stems(self._connection, {posting.word for posting in found})
        row = row_of(page) | {"words": tsvector(found, stems)}
        return self._connection.execute(_PUT, row).rowcount > 0

    def hide_notebook(self, notebook: NotebookId) -> None:
        """Deny every page of a notebook at once."""
        self._connection.execute(update(document).where(document.c.notebook == notebook).values(denied=True))

    def queue_notebook(self, notebook: NotebookId) -> None:
        """Queue every indexed page of a notebook to be pulled again."""
        pages = select(document.c.entry, literal(1)).where(document.c.notebook == notebook).order_by(document.c.entry)
        statement = upsert(queued_entry).from_select(["entry", "ticket"], pages)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[queued_entry.c.entry], set_={"ticket": queued_entry.c.ticket + 1}
            )
        )

    def queued(self, limit: int) -> tuple[Queued, ...]:
        """Return some entries that wait."""
        rows = self._connection.execute(select(queued_entry.c.entry, queued_entry.c.ticket).limit(limit))
        return tuple(Queued(EntryId(row.entry), row.ticket) for row in rows)

    def finish(self, queued: Queued) -> None:
        """Take an entry off the queue, unless it was queued again meanwhile."""
        same = (queued_entry.c.entry == queued.entry) & (queued_entry.c.ticket == queued.ticket)
        self._connection.execute(delete(queued_entry).where(same))

    def want_labels(self, person: PersonId) -> int:
        """Say that a person's labels may have changed; return a ticket, higher than every one before."""
        statement = (
            upsert(reader)
            .values(person=person, wanted=1, served=0)
            .on_conflict_do_update(index_elements=[reader.c.person], set_={"wanted": reader.c.wanted + 1})
            .returning(reader.c.wanted)
        )
        return int(self._connection.execute(statement).scalar_one())

    def want_everybodys_labels(self) -> None:
        """Say that anybody's labels may have changed."""
        self._connection.execute(update(reader).values(wanted=reader.c.wanted + 1))

    def labels_are_fresh(self, person: PersonId) -> bool:
        """Tell whether the labels held are as new as the newest ticket; false for a stranger."""
        fresh = select(reader.c.wanted == reader.c.served).where(reader.c.person == person)
        return bool(self._connection.execute(fresh).scalar())

    def put_labels(self, person: PersonId, labels: tuple[ReaderLabel, ...], *, ticket: int) -> bool:
        """Replace a person's labels, unless a later ticket was served first; say whether they were taken."""
        served = update(reader).where(reader.c.person == person, reader.c.served < ticket).values(served=ticket)
        if self._connection.execute(served).rowcount == 0:
            return False
        self._connection.execute(delete(reader_label).where(reader_label.c.person == person))
        rows = {
            (label.label, label.from_date): {
                "person": person,
                "label": label.label,
                "from_date": label.from_date,
                "until_date": label.until_date,
            }
            for label in sorted(labels, key=_ends)
        }
        if rows:
            self._connection.execute(insert(reader_label), list(rows.values()))
        return True

    def rebuild_progress(self) -> RebuildProgress:
        """Return how far the walk over all entries came."""
        row = self._connection.execute(select(rebuild.c.cursor, rebuild.c.done)).one_or_none()
        return RebuildProgress(row.cursor, row.done) if row is not None else RebuildProgress()

    def save_rebuild_progress(self, progress: RebuildProgress) -> None:
        """Remember how far the walk over all entries came."""
        values = {"cursor": progress.cursor, "done": progress.done}
        statement = upsert(rebuild).values(id=1, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=[rebuild.c.id], set_=values))


def _ends(label: ReaderLabel) -> tuple[bool, str]:
    """Sort so that of two labels with one beginning the one that lasts longer comes last, and is kept."""
    return label.until_date is None, label.until_date.isoformat() if label.until_date is not None else ""
