"""Remember entries in memory, by the same promises as PostgreSQL (one contract suite runs on both)."""

import threading
from dataclasses import dataclass, field, replace
from typing import Any, Self

import orjson

from contracts.errors import Conflict, FieldProblem, Invalid
from services.entries.domain.caller import Caller
from services.entries.domain.entry import Entry
from services.entries.domain.facts import Fact
from services.entries.domain.grants import Beneficiary, Grant, Target
from services.entries.domain.labels import entry_label
from services.entries.domain.notebook import Notebook
from services.entries.domain.revision import Revision
from services.entries.domain.rights import Standing
from services.entries.domain.views import (
    AttachmentFound,
    Described,
    EntryListed,
    EntryShown,
    Indexable,
    IndexableFile,
    RevisionShown,
    Sought,
    TodayShown,
)
from services.entries.ports.machines import Clock
from services.entries.store.people import folded
from tests.fakes.entries_drafts import FakeDrafts, FakeImports, FakeRemarks
from tests.fakes.entries_people import FakePeople, FakeStructures, Repository, Tables, after_in, found_in


def recalled(tables: Tables, request: Any) -> Any:
    """Return the answer a keyed request got before."""
    key = request and (request.actor, request.method, request.key)
    digest, result = tables.requests.get(key, (None, None))
    if digest and digest != request.digest:
        raise Invalid(FieldProblem("Idempotency-Key", "used_for_another_request", "choose a new key"))
    return result


class FakeNotebooks(Repository):
    """Notebooks."""

    def next_number(self, unit: Any, *, year: int) -> int:
        """Count one more."""
        self.t.counters[unit, year] = self.t.counters.get((unit, year), 0) + 1
        return self.t.counters[unit, year]

    def add(self, notebook: Notebook) -> None:
        """Add a notebook."""
        self.t.notebooks[notebook.id] = notebook

    save = add

    def get(self, *, notebook: Any, reference: Any, person: Any) -> tuple[Notebook, Standing]:
        """Return a notebook and a standing."""
        ids = [one.id for one in self.t.notebooks.values() if one.reference == reference]
        found = found_in(self.t.notebooks, notebook if notebook is not None else next(iter(ids), None), "notebook")
        return found, self.standing(person, found.labels)

    def lock(self, notebook: Any, *, person: Any) -> tuple[Notebook, Standing]:
        """Return the same: units of work take turns here."""
        return self.get(notebook=notebook, reference=None, person=person)

    def page(self, *, person: Any, structure: Any, after: Any, limit: int) -> list[Notebook]:
        """Return readable notebooks, newest first."""
        every = sorted(self.t.notebooks.values(), key=lambda one: one.id, reverse=True)
        readable = [one for one in every if self.standing(person, one.labels).reads]
        return after_in([one for one in readable if structure is None or structure in one.path], after, limit)

    def under(self, structure: Any, *, after: Any, limit: int) -> list[Any]:
        """Return ids below a structure."""
        below = sorted(one.id for one in self.t.notebooks.values() if structure in one.path)
        return [one for one in below if after is None or one > after][:limit]

    def exists(self, notebook: Any) -> bool:
        """Tell whether there is one."""
        return notebook in self.t.notebooks


class FakeEntries(Repository):
    """Entries."""

    def add(self, entries: Any) -> None:
        """Add pages."""
        for one in entries:
            if one.id in self.t.entries:
                raise Conflict(reason="entry_exists")
            self.t.entries[one.id] = one

    def lock(self, entry: Any, *, person: Any) -> EntryShown:
        """Return an entry without its revision."""
        return replace(self.show(entry=entry, reference=None, person=person), revision=None)

    def open(self, entry: Any, *, person: Any, request: Any) -> tuple[EntryShown, Any]:
        """Return it with a known answer."""
        return self.lock(entry, person=person), recalled(self.t, request)

    def save(self, entry: Entry) -> None:
        """Keep it."""
        self.t.entries[entry.id] = entry

    def append(self, revisions: Any) -> None:
        """Add revisions."""
        self.t.revisions.update({(one.entry, one.number): one for one in revisions})

    def relabel(self, notebook: Any) -> None:
        """Raise change numbers."""
        for one in [one for one in self.t.entries.values() if one.notebook == notebook]:
            self.t.entries[one.id] = replace(one, change_number=one.change_number + 1)

    def show(self, *, entry: Any, reference: Any, person: Any) -> EntryShown:
        """Return an entry with its head."""
        ids = [one.id for one in self.t.entries.values() if one.reference == reference]
        found = found_in(self.t.entries, entry if entry is not None else next(iter(ids), None), "entry")
        labels = (entry_label(found.id), *self.t.notebooks[found.notebook].labels)
        head = self.t.revisions.get((found.id, found.head))
        standing = self.standing(person, labels, author=found.author.id)
        return EntryShown(found, standing, labels, _shown(head) if head else None)

    def page(self, notebook: Any, sought: Sought, *, after: int | None, limit: int) -> list[EntryListed]:
        """Return pages by number."""
        every = [self.listed(one) for one in self.t.entries.values() if one.notebook == notebook and _fits(one, sought)]
        found = sorted(every, key=lambda one: one.number, reverse=sought.newest_first)
        if after is not None:
            found = [one for one in found if (one.number < after if sought.newest_first else one.number > after)]
        return found[:limit]

    def today(self, person: Any, *, limit: int) -> TodayShown:
        """Return what waits for a person."""
        every = sorted(self.t.entries.values(), key=lambda one: (one.changed_at, one.id), reverse=True)
        mine = [one for one in every if self.show(entry=one.id, reference=None, person=person).standing.reads]
        lists = (
            [
                one
                for one in mine
                if (draft := self.t.drafts.get(one.id)) and draft.ahead and person in {draft.changed_by, one.author.id}
            ],
            [one for one in mine if one.author.id == person and one.state == "returned"],
            [one for one in mine if one.author.id == person and one.state != "struck_out"],
        )
        return TodayShown(*(tuple(self.listed(one) for one in some[:limit]) for some in lists))

    def listed(self, entry: Entry) -> EntryListed:
        """Return an entry with its counts."""
        said = [one for one in self.t.comments.values() if one.entry == entry.id]
        open_ = sum(one.thread == one.id and one.resolved_at is None for one in said)
        draft = self.t.drafts.get(entry.id)
        return EntryListed(
            entry, len(self.attachments(entry.id, entry.head)), len(said), open_, bool(draft and draft.ahead)
        )

    def revisions(self, entry: Any, *, below: int | None, limit: int) -> list[RevisionShown]:
        """Return revisions, newest first."""
        kept = [one for one in self.t.revisions.values() if one.entry == entry and (not below or one.number < below)]
        return [replace(_shown(one), record=None) for one in sorted(kept, key=lambda one: -one.number)[:limit]]

    def revision(self, entry: Any, number: Any, *, person: Any) -> tuple[RevisionShown | None, Standing]:
        """Return a revision."""
        found = self.t.revisions.get((entry, number))
        standing = self.show(entry=entry, reference=None, person=person).standing
        return (_shown(found) if found else None), standing

    def attachment(self, entry: Any, number: Any, name: str, *, person: Any) -> AttachmentFound:
        """Return a file."""
        standing = self.show(entry=entry, reference=None, person=person).standing
        files = {one.name: one for one in self.attachments(entry, number)}
        return AttachmentFound(files.get(name), standing)

    def attachments(self, entry: Any, number: Any) -> Any:
        """Return files."""
        found = self.t.revisions.get((entry, number))
        return found.attachments if found else ()

    def past_files(self, entry: Any, digests: Any) -> Any:
        """Return files of the past."""
        past = [file for one in self.t.revisions.values() if one.entry == entry for file in one.attachments]
        return {file.sha256: file for file in past if file.sha256 in digests}

    def describe(self, entry: Any) -> Described:
        """Return what names it."""
        shown = self.show(entry=entry, reference=None, person=None)
        book = self.t.notebooks[shown.entry.notebook]
        unit, owner = self.t.structures[book.unit], self.t.structures[book.structure]
        return Described(
            shown.entry,
            book.title,
            unit.id,
            unit.code,
            unit.rors,
            owner.id,
            owner.kind == "team",
            owner.name,
            shown.labels,
        )

    def indexable(self, *, entries: Any, after: Any, limit: int) -> list[Indexable]:
        """Return what to index."""
        asked = self.t.entries if entries is None else set(entries) & set(self.t.entries)
        every = sorted(one for one in asked if after is None or one > after)
        return [self._indexable(one) for one in every[:limit]]

    def _indexable(self, entry: str) -> Indexable:
        described = self.describe(entry)
        head = self.t.revisions.get((entry, described.entry.head))
        if head is None:
            return Indexable(described, "", {}, ())
        fields = orjson.loads(head.record)["fields"]
        files = tuple(IndexableFile(file.name, file.sha256, file.media_type) for file in head.attachments)
        said = sorted(one.id for one in self.t.comments.values() if one.entry == entry)
        comments = tuple((self.t.comments[one].said.text, self.t.comments[one].author.name) for one in said)
        return Indexable(described, head.text, fields, files, comments)

    def keep_frozen(self, entry: Any, circuit: Any, objects: Any) -> None:
        """Keep what a circuit signs."""
        self.t.frozen[entry, circuit] = tuple(objects)

    def frozen(self, entry: Any, circuit: Any) -> Any:
        """Return it."""
        return self.t.frozen.get((entry, circuit), ())


class FakeGrants(Repository):
    """Shares."""

    def add(self, grant: Grant, *, given_by: Any) -> None:
        """Add a share."""
        self.t.grants[grant.id] = grant

    def get(self, grant: Any) -> Grant:
        """Return a share."""
        return found_in(self.t.grants, grant, "grant")

    def remove(self, grant: Grant) -> None:
        """End a share."""
        del self.t.grants[grant.id]

    def reached(self, beneficiary: Beneficiary) -> Any:
        """Return the people it reaches."""
        if beneficiary.person:
            return (beneficiary.person,)
        held: list[Any] = [*self.t.roles, *self.t.affiliations]
        reaching = [one for one in held if getattr(one, "name", "lead") in {"lead", "researcher"}]
        return tuple(
            sorted({one.person for one in reaching if beneficiary.structure in self.t.structures[one.structure].path})
        )

    def page(self, target: Target, *, after: Any, limit: int) -> list[Grant]:
        """Return shares."""
        return after_in([one for one in self.t.grants.values() if one.target == target], after, limit)


@dataclass
class FakeStore:
    """The memory, a maker of units of work and of looks."""

    clock: Clock
    tables: Tables = field(default_factory=Tables)
    turns: Any = field(default_factory=threading.RLock)

    def units(self, caller: Caller) -> "FakeUnit":
        """Return a unit of work."""
        return FakeUnit(self)

    def readings(self) -> "FakeUnit":
        """Return a look."""
        return FakeUnit(self)


class FakeUnit:
    """One change on a snapshot, taken over at its commit."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def __enter__(self) -> Self:
        """Wait for one's turn."""
        self._store.turns.acquire()
        self._tables, clock = self._store.tables.copied(), self._store.clock
        self.structures, self.people = FakeStructures(self._tables, clock), FakePeople(self._tables, clock)
        self.notebooks, self.entries = FakeNotebooks(self._tables, clock), FakeEntries(self._tables, clock)
        self.grants, self.drafts = FakeGrants(self._tables, clock), FakeDrafts(self._tables, clock)
        self.remarks, self.imports = FakeRemarks(self._tables, clock), FakeImports(self._tables, clock)
        return self

    def __exit__(self, *_: object) -> None:
        """Let the next one in."""
        self._store.turns.release()

    def publish(self, *facts: Fact) -> None:
        """Announce."""
        self._tables.outbox.extend(facts)

    def recall(self, request: Any) -> Any:
        """Return a known answer."""
        return recalled(self._tables, request)

    def remember(self, request: Any, result: Any) -> None:
        """Keep an answer."""
        if request:
            self._tables.requests[request.actor, request.method, request.key] = (request.digest, dict(result))

    def first_time(self, *, consumer: str, message_id: str) -> bool:
        """Say whether it is new."""
        return not (
            (consumer, message_id) in self._tables.inbox or self._tables.inbox.update({(consumer, message_id): True})
        )

    def enqueue(self, *, kind: str, key: str, payload: Any) -> str:
        """Add a job."""
        return self._tables.jobs.setdefault((kind, key), f"{kind}:{key}")

    def commit(self) -> None:
        """Make it true."""
        self._store.tables = self._tables.copied()


def _fits(entry: Entry, sought: Sought) -> bool:
    return (
        (not sought.states or entry.state in sought.states)
        and sought.author in {None, entry.author.id}
        and (sought.tag is None or sought.tag.lower() in {tag.lower() for tag in entry.tags})
        and all(word in folded(entry.title) for word in folded(sought.words).split())
    )


def _shown(one: Revision) -> RevisionShown:
    return RevisionShown(
        one.entry, one.number, one.digest, one.prev, one.title, one.author, one.created_at, one.reason, one.record
    )
