"""Feed the index in one transaction a unit."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, delete, exists, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.outbox import table as outbox
from chassis.statements import ask, later
from contracts.identifiers import EntryId, NotebookId, PersonId
from services.search.domain.page import FileText, IndexedPage, ReaderLabel
from services.search.ports import Queued, RebuildProgress, Refusal
from services.search.store.outbox import event_of
from services.search.store.shelves import Shelf
from services.search.store.tables import denied_notebook, queued_entry, reader, reader_label, rebuild, refused_entry
from services.search.store.texts import FileTexts

_PROGRESS = (rebuild.c.serving, rebuild.c.building, rebuild.c.cursor, rebuild.c.walked, rebuild.c.all_walked,
             rebuild.c.shape)  # fmt: skip
_HOW_FAR = "SELECT serving, building, cursor, walked, all_walked, shape FROM rebuild"
_NEXT_TICKET = {"ticket": queued_entry.c.ticket + 1}
_AGAIN = upsert(queued_entry).on_conflict_do_update(index_elements=[queued_entry.c.entry], set_=_NEXT_TICKET)
# Two puts of one page must not each overlook the text the other one brings; the lock ends with the transaction.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(entry, 1)) FROM unnest(CAST(:entries AS text[])) AS entry"
_TAKEN_AFTER_ALL = """
    DELETE FROM refused_entry
    USING unnest(CAST(:entries AS text[]), CAST(:changes AS bigint[])) AS taken (entry, change)
    WHERE refused_entry.entry = taken.entry AND refused_entry.change_number <= taken.change
"""
_FRESH = "SELECT wanted = served FROM reader WHERE person = :person"
_FINISH = """
    DELETE FROM queued_entry USING unnest(CAST(:entries AS text[]), CAST(:tickets AS bigint[])) AS done (entry, ticket)
    WHERE queued_entry.entry = done.entry AND queued_entry.ticket = done.ticket
"""


class PostgresUnitOfWork:
    """A unit of work on PostgreSQL, whatever engine keeps the pages. See the port for what each method promises."""

    def __init__(self, engine: Engine, open_shelf: Callable[[Connection], Shelf]) -> None:
        self._engine = engine
        self._open_shelf = open_shelf

    def __enter__(self) -> Self:
        """Begin a transaction."""
        self._connection: Connection = self._engine.connect()
        self._shelf = self._open_shelf(self._connection)
        self._texts = FileTexts(self._connection)
        self._taken: dict[EntryId, int] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; closing it rolls back what was not committed."""
        self._connection.close()

    def commit(self) -> None:
        """Keep all that was done; pages whose index lies elsewhere are there before this transaction says so."""
        for refusal in self._shelf.flush(self.rebuild_progress):
            self._taken.pop(refusal.entry, None)
            self._refuse(refusal)
        if self._taken:
            taken = {"entries": [*self._taken], "changes": [*self._taken.values()]}
            later(self._connection, _TAKEN_AFTER_ALL, taken)
        self._taken.clear()
        self._connection.commit()

    def change_numbers(self, entries: Collection[EntryId]) -> dict[EntryId, int]:
        """Return the change the index shows of each entry."""
        account = self._shelf.account
        shown = select(account.c.entry, account.c.change_number).where(account.c.entry.in_(entries))
        return {EntryId(entry): change for entry, change in self._connection.execute(shown)}

    def put(self, pages: Sequence[IndexedPage]) -> frozenset[EntryId]:
        """
        Index pages unless newer changes are there; return the entries taken.

        An equal change is taken again: labels may be recomputed under the same number, and a repeat costs little. All
        go in one order, so that two units that share pages wait for each other and never in a circle.
        """
        newest = {page.entry: page for page in sorted(pages, key=lambda page: (page.entry, page.change_number))}
        if not newest:
            return frozenset()
        if lettered := [page.entry for page in newest.values() if page.files]:
            later(self._connection, _ALONE, {"entries": lettered})
        texts = self._texts.known(file.sha256 for page in newest.values() for file in page.files)
        taken = self._shelf.put(tuple(newest.values()), texts)
        self._taken |= {entry: newest[entry].change_number for entry in taken}
        return taken

    def refusals(self, limit: int) -> tuple[Refusal, ...]:
        """Return pages the index did not take."""
        columns = (refused_entry.c.entry, refused_entry.c.change_number, refused_entry.c.reason)
        rows = self._connection.execute(select(*columns).order_by(refused_entry.c.entry).limit(limit))
        return tuple(Refusal(EntryId(row.entry), row.change_number, row.reason) for row in rows)

    def _refuse(self, refusal: Refusal) -> None:
        """Note a refusal; the first of each change is announced, however often a walk meets it again."""
        values = {"change_number": refusal.change_number, "reason": refusal.reason}
        statement = upsert(refused_entry).values(entry=refusal.entry, **values).on_conflict_do_update(
            index_elements=[refused_entry.c.entry], set_=values,
            where=refused_entry.c.change_number != refusal.change_number,
        ).returning(refused_entry.c.entry)  # fmt: skip
        if self._connection.execute(statement).first() is not None:
            outbox.append(
                self._connection, events=[event_of(refusal)], occurred_at=datetime.now(UTC), actor_id=None,
                correlation_id="",
            )  # fmt: skip

    def put_text(self, text: FileText) -> None:
        """Keep what is written in a file, and queue the pages that name it."""
        self._texts.put(text)
        account = self._shelf.account
        self._queue(account.c.blobs.op("@>")([text.sha256]))

    def wanted_texts(self, limit: int) -> tuple[str, ...]:
        """Return digests of files whose text was not asked for yet."""
        return self._texts.wanted(limit)

    def await_text(self, sha256: str) -> None:
        """Take a digest off that list: its text will be announced."""
        self._texts.unwant(sha256)

    def hide_notebook(self, notebook: NotebookId) -> None:
        """Deny every page of a notebook at once, until none of them waits any more."""
        statement = upsert(denied_notebook).values(notebook=notebook)
        self._connection.execute(statement.on_conflict_do_nothing())

    def queue_entries(self, entries: Collection[EntryId]) -> None:
        """Queue entries to be pulled, whether or not they are indexed yet."""
        rows = [{"entry": entry, "ticket": 1} for entry in sorted(entries)]
        if rows:
            self._connection.execute(_AGAIN, rows)

    def queue_notebook(self, notebook: NotebookId) -> None:
        """Queue every indexed page of a notebook to be pulled again."""
        self._queue(self._shelf.account.c.notebook == notebook)
        self._show_settled()

    def _queue(self, which: object) -> None:
        account = self._shelf.account
        pages = select(account.c.entry, literal(1)).where(which).order_by(account.c.entry)  # type: ignore[arg-type]
        statement = upsert(queued_entry).from_select(["entry", "ticket"], pages)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=[queued_entry.c.entry], set_=_NEXT_TICKET)
        )

    def queued(self, limit: int) -> tuple[Queued, ...]:
        """Return the entries that wait longest."""
        rows = self._connection.execute(
            select(queued_entry.c.entry, queued_entry.c.ticket)
            .order_by(queued_entry.c.since, queued_entry.c.entry)
            .limit(limit)
        )
        return tuple(Queued(EntryId(row.entry), row.ticket) for row in rows)

    def finish(self, queued: Sequence[Queued]) -> None:
        """Take entries off the queue, unless they were queued again meanwhile."""
        if queued:
            done = {"entries": [one.entry for one in queued], "tickets": [one.ticket for one in queued]}
            later(self._connection, _FINISH, done)
        self._show_settled()

    def _show_settled(self) -> None:
        account = self._shelf.account
        waits = exists().where(
            queued_entry.c.entry == account.c.entry, account.c.notebook == denied_notebook.c.notebook
        )
        self._connection.execute(delete(denied_notebook).where(~waits))

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
        return bool(ask(self._connection, _FRESH, {"person": person}).scalar())

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
        row = ask(self._connection, _HOW_FAR, {}).one_or_none()
        return RebuildProgress(*row) if row is not None else RebuildProgress()

    def save_rebuild_progress(self, progress: RebuildProgress) -> None:
        """Remember how far the walk over all entries came."""
        values = {column.name: getattr(progress, column.name) for column in _PROGRESS}
        statement = upsert(rebuild).values(id=1, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=[rebuild.c.id], set_=values))


def _ends(label: ReaderLabel) -> tuple[bool, str]:
    """Sort so that of two labels with one beginning the one that lasts longer comes last, and is kept."""
    return label.until_date is None, label.until_date.isoformat() if label.until_date is not None else ""
