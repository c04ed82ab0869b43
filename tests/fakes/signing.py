"""Stand in for what signing asks: entries, storage, authorities, memory."""

import copy
import datetime as dt
import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from contracts.errors import Conflict, FieldProblem, Invalid, NotFound, Unavailable
from services.signing.domain.leaf import Leaf
from services.signing.ports.machines import Decision, Person, Token
from tests.builders import evidence_pki
from tests.builders.signing import NAMES, Page


class FakeEntries:
    """Hold pages; freeze as entries does: once for a circuit, never a circuit for an old head."""

    def __init__(self, *pages: Page) -> None:
        self.pages = {page.frozen.entry: page.frozen for page in pages}
        self.closed: set = set()
        self.known = dict(NAMES)
        self.readers: set | None = None
        self.frozen_by: dict = {}

    def freeze(self, circuit, *, revision):
        """Return the head."""
        entry = circuit.entry
        page = self.pages.get(entry)
        if page is None:
            raise NotFound(entry=entry)
        if revision is not None and revision != page.revision:
            raise Conflict(reason="head_moved")
        self.frozen_by[entry] = circuit.id
        return page

    def close_for_seal(self, entry, *, revision, circuit):
        """Refuse when the head moved."""
        if self.pages[entry].revision != revision:
            raise Conflict(reason="head_moved")
        self.closed.add(entry)

    def author_of(self, entry):
        """Return the author."""
        if entry not in self.pages:
            raise NotFound(entry=entry)
        return self.pages[entry].author

    def decide(self, person, action, entry):
        """Let the readers read: the known, unless a test says who."""
        reads = person in (self.known if self.readers is None else self.readers)
        return Decision(allowed=reads, reads=reads)

    def people(self, ids):
        """Return the known."""
        return {id_: Person(id_, self.known[id_]) for id_ in ids if id_ in self.known}


class FakeStorage:
    """Hold blobs."""

    def __init__(self, *pages: Page) -> None:
        self.blobs = {digest: content for page in pages for digest, content in page.blobs.items()}

    @contextmanager
    def read(self, sha256, *, name):
        """Give a blob in two pieces."""
        content = self.blobs[sha256]
        yield iter([content[:3], content[3:]])

    def keep(self, file, *, name, media_type, sha256):
        """Keep a file, checked."""
        content = file.read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        self.blobs[sha256] = content

    def download_url(self, sha256, *, name, media_type):
        """Return where it would be."""
        return f"http://door.invalid/{sha256}"


class FakeClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = dt.datetime.now(dt.UTC).replace(microsecond=0)

    def now(self):
        """Return the moment."""
        return self.moment

    def forward(self, **parts) -> None:
        """Let time pass."""
        self.moment += dt.timedelta(**parts)


class FakeAuthorities:
    """Stamp in the process; ``out`` while nobody answers."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.out = False
        self.institution = evidence_pki.Institution()

    def stamp(self, digest):
        """Return a token."""
        if self.out:
            raise Unavailable(what="time_stamp_authority")
        now = self.clock.now()
        encoded = evidence_pki.Stamp(self.institution.tsu, at=now, imprint=digest).encode()
        return Token("http://tsa.invalid", encoded, now)

    def stamp_by_each(self, digest):
        """Return one token."""
        return (self.stamp(digest),)


class FakeFolder:
    """Files in memory."""

    def __init__(self) -> None:
        self.files: dict = {}

    def read(self, path):
        """Return a file."""
        return self.files.get(path)

    def write(self, path, content):
        """Put a file."""
        self.files[path] = content


@dataclass
class Memory:
    """What outlives a unit of work."""

    circuits: dict = field(default_factory=dict)
    ceremonies: dict = field(default_factory=dict)
    intents: dict = field(default_factory=dict)
    signatures: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    leaves: list = field(default_factory=list)
    checkpoints: dict = field(default_factory=dict)
    stamps: dict = field(default_factory=dict)
    facts: list = field(default_factory=list)
    seen: set = field(default_factory=set)
    requests: dict = field(default_factory=dict)
    jobs: list = field(default_factory=list)


class MemoryStore:
    """Open units of work over one memory; a unit works on a copy and commits it whole."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.lock = threading.RLock()

    def __call__(self) -> "MemoryUnitOfWork":
        """Open a unit."""
        return MemoryUnitOfWork(self)


class MemoryUnitOfWork:
    """Behave as the PostgreSQL unit of work; the contract suite holds both to it."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def __enter__(self):
        self.store.lock.acquire()
        self.state = copy.copy(self.store.memory)
        for name, value in vars(self.state).items():
            setattr(self.state, name, copy.copy(value))
        self.circuits = _Circuits(self.state)
        self.ceremonies = _Rows(self.state.ceremonies, "ceremony")
        self.intents = _Intents(self.state)
        self.signatures = _Signatures(self.state)
        self.log = _Log(self.state)
        return self

    def __exit__(self, *_):
        self.store.lock.release()

    def commit(self):
        """Keep the copy."""
        self.store.memory = copy.copy(self.state)
        for name, value in vars(self.state).items():
            setattr(self.store.memory, name, copy.copy(value))

    def publish(self, fact, *, actor=None):
        """Note the fact."""
        self.state.facts.append(fact)

    def first_time(self, *, consumer, message_id):
        """Tell whether it is the first time."""
        new = (consumer, message_id) not in self.state.seen
        self.state.seen.add((consumer, message_id))
        return new

    def first_times(self, *, consumer, message_ids):
        """Return those seen for the first time."""
        return frozenset(one for one in message_ids if self.first_time(consumer=consumer, message_id=one))

    def recall(self, request):
        """Return the answer."""
        found = self.state.requests.get((request.actor, request.method, request.key))
        if found is None:
            return None
        if found[0] != request.digest:
            raise Invalid(FieldProblem("Idempotency-Key", "used_for_another_request"))
        return found[1]

    def remember(self, request, result):
        """Keep the answer."""
        self.state.requests[request.actor, request.method, request.key] = (request.digest, result)

    def enqueue(self, kind, *, circuit, turn=""):
        """Note the job."""
        if (kind, circuit + turn) not in self.state.jobs:
            self.state.jobs.append((kind, circuit + turn))


class _Rows:
    def __init__(self, rows, name) -> None:
        self._rows, self._name = rows, name

    def add(self, item):
        self._rows[item.id] = item

    save = add

    def get(self, id_, *, lock=False):
        if id_ not in self._rows:
            raise NotFound(**{self._name: id_})
        return self._rows[id_]


class _Circuits(_Rows):
    ALIVE = frozenset({"freezing", "running", "sealing", "sealed"})

    def __init__(self, state) -> None:
        super().__init__(state.circuits, "circuit")

    def add(self, item):
        if item.state in self.ALIVE and any(
            other.entry == item.entry and other.state in self.ALIVE and other.id != item.id
            for other in self._rows.values()
        ):
            raise Conflict(reason="done_by_another")
        self._rows[item.id] = item

    save = add

    def remove(self, id_):
        self._rows.pop(id_, None)

    def of_step(self, step, *, lock=False):
        for circuit in self._rows.values():
            if any(one.id == step for one in circuit.steps):
                return circuit
        raise NotFound(step=step)

    def newest(self, entry, *, lock=False):
        found = [circuit for circuit in self._rows.values() if circuit.entry == entry]
        return max(found, key=lambda circuit: circuit.id, default=None)

    def newest_frozen(self, entry):
        found = [one for one in self._rows.values() if one.entry == entry and one.frozen is not None]
        return max(found, key=lambda circuit: circuit.id, default=None)

    def entries_among(self, entries):
        return frozenset(entries) & {circuit.entry for circuit in self._rows.values()}

    def inbox(self, person, *, after, limit):
        found = [
            (circuit, step)
            for circuit in self._rows.values()
            if circuit.state == "running"
            for step in circuit.due
            if step.person == person and (after is None or step.id > after)
        ]
        return tuple(sorted(found, key=lambda pair: pair[1].id)[:limit])

    def unfinished_since(self, before):
        return tuple(
            one
            for one in self._rows.values()
            if (one.state == "sealing" and all(step.signed_at is None or step.signed_at < before for step in one.steps))
            or (one.state == "sealed" and one.evidence_sha256 is None and one.sealed_at < before)
        )

    def freezing_since(self, before):
        return tuple(one for one in self._rows.values() if one.state == "freezing" and one.started_at < before)


class _Intents(_Rows):
    def __init__(self, state) -> None:
        super().__init__(state.intents, "receipt")

    def add(self, item):
        if item.state == "open" and self.open_of(item.circuit) is not None:
            raise Conflict(reason="done_by_another")
        self._rows[item.id] = item

    def save(self, item):
        self._rows[item.id] = item

    def of_ceremony(self, ceremony):
        found = [one for one in self._rows.values() if one.ceremony == ceremony]
        return tuple(sorted(found, key=lambda intent: intent.id))

    def open_of(self, circuit):
        found = [one for one in self._rows.values() if one.circuit == circuit and one.state == "open"]
        return found[0] if found else None

    def claim(self, *, now, until):
        for intent in self._rows.values():
            if intent.state == "open" and intent.step is not None and intent.lease_until < now:
                self._rows[intent.id] = replace(intent, lease_until=until)
                return self._rows[intent.id]
        return None


class _Signatures:
    def __init__(self, state) -> None:
        self._state = state

    def add(self, signature):
        self._state.signatures[signature.id] = signature

    def find(self, id_):
        return self._state.signatures.get(id_)

    def of_circuit(self, circuit):
        found = [one for one in self._state.signatures.values() if one.circuit == circuit]
        return tuple(sorted(found, key=lambda signature: signature.number))

    def put_parts(self, circuit, parts):
        self._state.parts[circuit] = dict(parts)

    def parts(self, circuit):
        return dict(self._state.parts.get(circuit, {}))


class _Log:
    def __init__(self, state) -> None:
        self._state = state

    def append(self, draft):
        self._state.leaves.append(draft)
        return len(self._state.leaves) - 1

    def extend(self, drafts):
        self._state.leaves.extend(drafts)

    def size(self):
        return len(self._state.leaves)

    def leaves(self, start, *, limit):
        found = enumerate(self._state.leaves[start : start + limit], start=start)
        return tuple(Leaf(index, draft.data, draft.salt) for index, draft in found)

    def lock_heads(self):
        pass

    def try_lock_folder(self):
        return True

    def newest_checkpoint(self):
        return self._state.checkpoints[max(self._state.checkpoints)] if self._state.checkpoints else None

    def first_covering(self, index):
        sizes = [size for size in self._state.checkpoints if size > index]
        return self._state.checkpoints[min(sizes)] if sizes else None

    def add_checkpoint(self, checkpoint):
        self._state.checkpoints[checkpoint.size] = checkpoint

    def stamps(self, size):
        return self._state.stamps.get(size, ())

    def add_stamps(self, size, stamps):
        self._state.stamps.setdefault(size, tuple(stamps))

    def last_stamped_at(self):
        moments = [stamp.gen_time for stamps in self._state.stamps.values() for stamp in stamps]
        return max(moments, default=None)
