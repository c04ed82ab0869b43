"""Exchange what a client and the draft of a page lack of each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.identifiers import EntryId, PersonId, RevisionNumber
from services.entries.domain.caller import Caller
from services.entries.domain.drafts import UPDATE_LIMIT_BYTES, Draft, DraftAnswer, Update
from services.entries.ports.drafts import LivingDocuments, Rows
from services.entries.ports.machines import Canonical, Clock
from services.entries.ports.unit_of_work import Readings, Repositories, UnitOfWork, Units


@dataclass(frozen=True, slots=True)
class ClientSide:
    """What a client says: the life its document belongs to, how far it read, what it holds and what it adds."""

    epoch: int = 0
    cursor: int = 0
    state_vector: bytes = b""
    update: bytes = b""


@dataclass(frozen=True, slots=True)
class SyncDraft:
    """A pull looks without a lock; a push locks the draft's row, and whoever comes first the page's."""

    units: Units
    readings: Readings
    clock: Clock
    living: LivingDocuments
    canonical: Canonical

    def __call__(self, caller: Caller, *, entry: EntryId, client: ClientSide) -> DraftAnswer:
        """
        Return what the client lacks, its own update kept.

        Raises:
            NotFound: no such page the actor may read.
            Forbidden: an update from one who may only read.
            Sealed: an update to a page that can no longer change.
            Conflict: the client's document is of another life of this draft.
            TooLarge: the draft would be.
            Invalid: an update no editor of this page writes.

        """
        if client.update:
            return self._pushed(caller, entry, client)
        with self.readings() as store:
            shown = store.drafts.show(entry, person=caller.person)
            shown.standing.demand("read")
            draft = shown.draft
            if draft is not None and draft.is_made:
                draft.demand_epoch(client.epoch, writes=False)
                return self._answer(draft, client, _rows(store, draft, client))
        return self._answer(self._made(caller, entry), client, None)

    def _pushed(self, caller: Caller, entry: EntryId, client: ClientSide) -> DraftAnswer:
        try:
            with self.units(caller) as uow:
                shown = uow.drafts.lock(entry, person=caller.person)
                shown.standing.demand("write")
                before = shown.draft or Draft(entry)
                before.demand_epoch(client.epoch, writes=True)
                shown.entry.demand_changeable()
                rows = _rows(uow, before, client)
                tried = self.living.attempt(before, _after(uow, entry), client.update)
                draft = self._grown(uow, before, tried.news, tried.state_vector, by=caller.person)
                uow.commit()
        except BaseException:
            # What was attempted did not happen, or nobody knows.
            self.living.forget(entry)
            raise
        if not tried.missing:
            self.living.keep(draft)
        return self._answer(draft, client, rows, taken=not tried.missing)

    def _grown(self, uow: UnitOfWork, draft: Draft, news: bytes | None, state: bytes, *, by: PersonId) -> Draft:
        """Return the draft with what was new in an update, its rows merged when they are many."""
        if news is None:
            return draft
        grown = draft.grown(news, state_vector=state, by=by, now=self.clock.now())
        if grown.wants_merging:
            updates = self.living.merge(draft, _after(uow, draft.entry))
            grown = grown.merged(updates, state_vector=state)
            uow.drafts.replace(grown, grown.rows(updates))
        else:
            uow.drafts.add(grown, Update(grown.cursor, news))
        uow.publish(grown.changed())
        return grown

    def _made(self, caller: Caller, entry: EntryId) -> Draft:
        """Return the draft, made from the newest revision by whoever comes first."""
        with self.units(caller) as uow:
            page = uow.entries.lock(entry, person=caller.person)
            page.standing.demand("read")
            held = uow.drafts.held(entry) or Draft(entry)
            if held.is_made:
                return held
            head = page.entry.head
            shown = uow.entries.revision(entry, RevisionNumber(head), person=caller.person)[0] if head else None
            document = self.canonical.decode(shown.record)["document"] if shown and shown.record else None
            updates, state = self.living.make(document, title=page.entry.title)
            made = held.made(updates, state_vector=state, base=head, now=self.clock.now())
            uow.drafts.replace(made, made.rows(updates))
            uow.commit()
        return made

    def _answer(
        self, draft: Draft, client: ClientSide, rows: Sequence[Update] | None, *, taken: bool = True
    ) -> DraftAnswer:
        """Return as many rows as fit into one answer; ``rows`` is none when the draft was only just made."""
        if rows is None:
            with self.readings() as store:
                rows = _rows(store, draft, client)
        lacking, size = list[bytes](), 0
        for row in rows:
            # Long rows are merged ones: most of them the client holds already.
            content = self.living.lacking(row.content, client.state_vector) if _is_long(row) else row.content
            if lacking and size + len(content) > UPDATE_LIMIT_BYTES:
                return DraftAnswer(draft, row.cursor - 1, tuple(lacking), more=True, taken=taken)
            lacking.append(content)
            size += len(content)
        return DraftAnswer(draft, draft.cursor, tuple(lacking), taken=taken)


def _rows(store: Repositories, draft: Draft, client: ClientSide) -> Sequence[Update]:
    """Return the rows a client has not read; one that holds nothing reads all."""
    after = client.cursor if client.epoch else 0
    return store.drafts.updates(draft.entry, after=after) if after < draft.cursor else ()


def _after(store: Repositories, entry: EntryId) -> Rows:
    return lambda cursor: store.drafts.updates(entry, after=cursor)


def _is_long(row: Update) -> bool:
    return len(row.content) > 1024
