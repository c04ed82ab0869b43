"""Remember: the state of this house, one commit at a time."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from contracts.identifiers import (
    CeremonyId,
    CircuitId,
    EntryId,
    PersonId,
    ReceiptId,
    RequestKey,
    StepId,
)
from services.signing.domain.ceremony import Ceremony
from services.signing.domain.circuit import Circuit, Step
from services.signing.domain.facts import Fact
from services.signing.domain.leaf import Leaf, LeafDraft
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.domain.signature import Intent, Signature


class Circuits(Protocol):
    """Circuits on record."""

    def add(self, circuit: Circuit) -> None:
        """Keep a new circuit."""

    def save(self, circuit: Circuit) -> None:
        """Keep what changed in a circuit and its steps."""

    def remove(self, id_: CircuitId) -> None:
        """Forget a circuit that entries refused to freeze."""

    def get(self, id_: CircuitId, *, lock: bool = False) -> Circuit:
        """Return one, held against others until commit when ``lock``; NotFound."""

    def of_step(self, step: StepId, *, lock: bool = False) -> Circuit:
        """Return the circuit a step belongs to; NotFound."""

    def newest(self, entry: EntryId, *, lock: bool = False) -> Circuit | None:
        """Return an entry's newest circuit, none when it has none."""

    def newest_frozen(self, entry: EntryId) -> Circuit | None:
        """Return the newest circuit that has something to show: one still being frozen has no page yet."""

    def entries_among(self, entries: Sequence[EntryId]) -> frozenset[EntryId]:
        """Return those of the entries that have or had a circuit."""

    def inbox(self, person: PersonId, *, after: str | None, limit: int) -> tuple[tuple[Circuit, Step], ...]:
        """Return what waits for a person, by step id after ``after``."""

    def unfinished_since(self, before: dt.datetime) -> tuple[Circuit, ...]:
        """Return circuits fully signed before then but not sealed, or sealed and still without a file."""

    def freezing_since(self, before: dt.datetime) -> tuple[Circuit, ...]:
        """Return circuits whose freezing was begun before then and never finished."""


class Ceremonies(Protocol):
    """Ceremonies on record."""

    def add(self, ceremony: Ceremony) -> None:
        """Keep an opened ceremony."""

    def save(self, ceremony: Ceremony) -> None:
        """Keep its proof."""

    def get(self, id_: CeremonyId, *, lock: bool = False) -> Ceremony:
        """Return one; NotFound."""


class Intents(Protocol):
    """Intents on record; one open intent a circuit."""

    def add(self, intent: Intent) -> None:
        """Put an intent on record."""

    def save(self, intent: Intent) -> None:
        """Keep how it ended, or who works on it."""

    def get(self, id_: ReceiptId, *, lock: bool = False) -> Intent:
        """Return one; NotFound."""

    def of_ceremony(self, ceremony: CeremonyId) -> tuple[Intent, ...]:
        """Return those of a ceremony, in the order of its steps."""

    def open_of(self, circuit: CircuitId) -> Intent | None:
        """Return a circuit's open intent, none when nobody is signing."""

    def claim(self, *, now: dt.datetime, until: dt.datetime) -> Intent | None:
        """Take a person's open intent whose lease ended, held until ``until``; none when there is none."""


class Signatures(Protocol):
    """Signatures on record, with their parts of the evidence."""

    def add(self, signature: Signature) -> None:
        """Keep a signature."""

    def find(self, id_: ReceiptId) -> Signature | None:
        """Return one, none when there is none."""

    def of_circuit(self, circuit: CircuitId) -> tuple[Signature, ...]:
        """Return those of a circuit by number."""

    def put_parts(self, circuit: CircuitId, parts: Mapping[str, bytes]) -> None:
        """Keep files that the seal covers, as they are now."""

    def parts(self, circuit: CircuitId) -> dict[str, bytes]:
        """Return those files by path."""


class Log(Protocol):
    """The append-only log. ``append`` comes last before commit: it holds the one lock all writers share."""

    def append(self, draft: LeafDraft) -> int:
        """Give the leaf the next index; hold the lock all writers share until commit."""

    def extend(self, drafts: Sequence[LeafDraft]) -> None:
        """Give the leaves the next indexes, in their order; otherwise as ``append``."""

    def size(self) -> int:
        """Return how many leaves there are."""

    def leaves(self, start: int, *, limit: int) -> tuple[Leaf, ...]:
        """Return leaves in order from ``start``."""

    def lock_heads(self) -> None:
        """Let one signer of heads go on at a time, until commit."""

    def try_lock_folder(self) -> bool:
        """Tell whether we alone may write the folder until commit."""

    def newest_checkpoint(self) -> Checkpoint | None:
        """Return the largest, none when the log is new."""

    def first_covering(self, index: int) -> Checkpoint | None:
        """Return the smallest that holds leaf ``index``."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signed head."""

    def stamps(self, size: int) -> tuple[CheckpointStamp, ...]:
        """Return the time-stamps of the head of that size."""

    def add_stamps(self, size: int, stamps: Sequence[CheckpointStamp]) -> None:
        """Keep time-stamps of a head, unless it has some."""

    def last_stamped_at(self) -> dt.datetime | None:
        """Return when a head was last stamped."""


class UnitOfWork(Protocol):
    """One commit. Leaving without it changes nothing."""

    circuits: Circuits
    ceremonies: Ceremonies
    intents: Intents
    signatures: Signatures
    log: Log

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None:
        """Make it so."""

    def publish(self, fact: Fact, *, actor: PersonId | None = None) -> None:
        """Announce a fact with this commit."""

    def first_time(self, *, consumer: str, message_id: str) -> bool:
        """Tell whether this consumer sees the message for the first time."""

    def first_times(self, *, consumer: str, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those messages that this consumer sees for the first time."""

    def recall(self, request: RequestKey) -> dict[str, Any] | None:
        """Return the answer a keyed request got before."""

    def remember(self, request: RequestKey, result: dict[str, Any]) -> None:
        """Keep the answer of a keyed request."""

    def enqueue(self, kind: str, *, circuit: CircuitId, turn: str = "") -> None:
        """Ask the job process for work on a circuit; once a ``turn``."""


OpenUnitOfWork = Callable[[], UnitOfWork]
