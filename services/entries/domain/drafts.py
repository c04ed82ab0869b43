"""Hold the draft of an entry: a living document in one of its lives (epochs), never evidence (decisions 16, 19)."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.errors import Conflict, FieldProblem, Invalid, TooLarge
from contracts.identifiers import EntryId, PersonId
from services.entries.domain.entry import Entry
from services.entries.domain.facts import DraftChanged
from services.entries.domain.rights import Standing

# Bytes of one update or one answer, of a whole draft, and rows beyond which a draft is merged.
UPDATE_LIMIT_BYTES = 786_432
DRAFT_LIMIT_BYTES = 8 * 1024 * 1024
UPDATES_KEPT = 500
_REMEDY = "attach the data as a file"


@dataclass(frozen=True, slots=True)
class Update:
    """One row of a draft: a Yjs update (v1) and its place in the order of rows."""

    cursor: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A draft as the store keeps it, its rows apart.

    ``cursor`` counts rows over all epochs and never falls; ``base`` is the revision it was made from or saved as last;
    ``ahead`` says that it holds what no revision holds. ``update_count`` 0 means that this life has not begun yet.
    """

    entry: EntryId
    epoch: int = 1
    cursor: int = 0
    base: int = 0
    ahead: bool = False
    state_vector: bytes = b"\x00"
    size_bytes: int = 0
    update_count: int = 0
    changed_at: datetime | None = None
    changed_by: PersonId | None = None

    @property
    def is_made(self) -> bool:
        """Say whether its document exists."""
        return self.update_count > 0

    @property
    def wants_merging(self) -> bool:
        """Say whether its rows are too many."""
        return self.update_count > UPDATES_KEPT

    def demand_epoch(self, epoch: int, *, writes: bool) -> None:
        """
        Let a client of this epoch speak, or one that holds nothing yet and only reads.

        Raises:
            Conflict: it holds a document of another life.
            Invalid: it writes without holding one; a browser never fills an empty document.

        """
        if epoch == 0 and writes:
            raise Invalid(FieldProblem("epoch", "an update needs a draft to change", "sync without an update first"))
        if epoch not in {0, self.epoch} or (writes and not self.is_made):
            raise Conflict(reason="draft_epoch", epoch=str(self.epoch))

    def made(self, updates: tuple[bytes, ...], *, state_vector: bytes, base: int, now: datetime) -> "Draft":
        """Return it with its document, made from a revision."""
        fresh = replace(self, base=base, ahead=False, changed_at=now, changed_by=None)
        return fresh.merged(updates, state_vector=state_vector)

    def grown(self, update: bytes, *, state_vector: bytes, by: PersonId, now: datetime) -> "Draft":
        """
        Return it with one more row.

        Raises:
            TooLarge: more than a draft may hold.

        """
        if self.size_bytes + len(update) > DRAFT_LIMIT_BYTES:
            large = FieldProblem("update", f"the page would hold more than {DRAFT_LIMIT_BYTES} bytes", _REMEDY)
            raise TooLarge(large, reason="draft", limit_bytes=str(DRAFT_LIMIT_BYTES))
        return replace(
            self, cursor=self.cursor + 1, ahead=True, state_vector=state_vector, changed_at=now, changed_by=by,
            size_bytes=self.size_bytes + len(update), update_count=self.update_count + 1,
        )  # fmt: skip

    def merged(self, updates: tuple[bytes, ...], *, state_vector: bytes) -> "Draft":
        """Return it with ``updates`` in place of all its rows; they are new rows, so that no client misses one."""
        return replace(
            self, cursor=self.cursor + len(updates), state_vector=state_vector, update_count=len(updates),
            size_bytes=sum(map(len, updates)),
        )  # fmt: skip

    def saved(self, revision: int) -> "Draft":
        """Return it as that revision: nothing in it is unsaved."""
        return replace(self, base=revision, ahead=False)

    def ended(self) -> "Draft":
        """
        Return it before its next life: a revision was written beside it.

        Raises:
            Conflict: it holds text no revision holds.

        """
        if self.ahead:
            raise Conflict(reason="draft_ahead", epoch=str(self.epoch))
        return replace(self, epoch=self.epoch + 1, size_bytes=0, update_count=0, state_vector=b"\x00")

    def rows(self, updates: tuple[bytes, ...]) -> tuple[Update, ...]:
        """Return the places of the newest rows."""
        first = self.cursor - len(updates) + 1
        return tuple(Update(first + place, content) for place, content in enumerate(updates))

    def changed(self) -> DraftChanged:
        """Return the fact that somebody wrote in it."""
        return DraftChanged(self.entry, self.epoch, self.cursor)


@dataclass(frozen=True, slots=True)
class DraftShown:
    """A draft with the page it is of and how one person stands to it."""

    entry: Entry
    standing: Standing
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class Tried:
    """
    What became of an update on a scratch document.

    ``news`` is what of it the draft did not hold yet, none when nothing; ``missing`` that it rests on changes the
    draft does not hold.
    """

    state_vector: bytes
    news: bytes | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class DraftAnswer:
    """What a client is told: where the draft stands and what it lacks."""

    draft: Draft
    cursor: int
    updates: tuple[bytes, ...] = ()
    more: bool = False
    taken: bool = True
