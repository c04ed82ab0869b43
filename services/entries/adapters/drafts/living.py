"""Keep the scratch documents of this process: what rows make, and whether an update may join them."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import EntryId
from services.entries.adapters.drafts.pieces import cut
from services.entries.adapters.drafts.structure import (
    DEPTH_LIMIT,
    ROOT,
    TITLE,
    MalformedError,
    Structure,
    read_state_vector,
    read_update,
)
from services.entries.domain.drafts import UPDATE_LIMIT_BYTES, Draft, Tried
from services.entries.ports.drafts import Rows

# Documents of pages being written just now; each takes about ten times its bytes.
KEPT: Final = 256
KEPT_BYTES: Final = 64 * 1024 * 1024
# The server's own client id: the same page makes the same document in every process (decision 19).
SERVER_CLIENT: Final = 1
_NOTHING = b"\x00\x00"


@dataclass(slots=True)
class _Scratch:
    """A document with the rows up to ``cursor`` in it; ``depth`` bounds how deep it nests."""

    epoch: int
    document: Any
    fragment: Any
    title: Any
    cursor: int = 0
    depth: int = 0
    size_bytes: int = 0
    news: list[bytes] = field(default_factory=list)
    listening: Any = None


class YjsDrafts:
    """Living documents by pycrdt; those written lately are kept, and dropped at the slightest doubt."""

    def __init__(self) -> None:
        self._kept: OrderedDict[EntryId, _Scratch] = OrderedDict()

    def make(self, document: dict[str, Any] | None, *, title: str) -> tuple[tuple[bytes, ...], bytes]:
        """Return a new document's updates and its state vector."""
        from services.entries.adapters.drafts.fragment import EMPTY, write_document

        scratch = _scratch(0)
        with scratch.document.transaction():
            write_document(scratch.fragment, document or EMPTY)
            scratch.title.insert(0, title)
        whole = scratch.document.get_update()
        return cut(whole, limit_bytes=UPDATE_LIMIT_BYTES), scratch.document.get_state()

    def attempt(self, draft: Draft, rows: Rows, update: bytes) -> Tried:
        """Apply an update to a scratch document; Invalid when it may not join it."""
        with _refusing():
            structure = read_update(update)
        scratch = self._current(draft, rows)
        scratch.news.clear()
        try:
            with _refusing():
                self._apply(scratch, structure, update)
                held = read_state_vector(state := scratch.document.get_state())
        except BaseException:
            self.forget(draft.entry)
            raise
        if _rests_on_more(structure, held):
            self.forget(draft.entry)
            return Tried(draft.state_vector, missing=True)
        news = scratch.news[0] if scratch.news else None
        return Tried(state, news if news not in {None, _NOTHING} else None)

    def keep(self, draft: Draft) -> None:
        """Note that what was attempted last is committed as ``draft``."""
        scratch = self._kept.get(draft.entry)
        if scratch is not None:
            scratch.cursor, scratch.size_bytes = draft.cursor, draft.size_bytes

    def forget(self, entry: EntryId) -> None:
        """Drop the scratch document."""
        self._kept.pop(entry, None)

    def read(self, draft: Draft, rows: Rows) -> dict[str, Any]:
        """Return the document an editor would show."""
        from services.entries.adapters.drafts.fragment import read_document

        with _refusing():
            return read_document(self._current(draft, rows).fragment)

    def merge(self, draft: Draft, rows: Rows) -> tuple[bytes, ...]:
        """Return all rows as few."""
        whole = self._current(draft, rows).document.get_update()
        return cut(whole, limit_bytes=UPDATE_LIMIT_BYTES)

    def lacking(self, update: bytes, state_vector: bytes) -> bytes:
        """Return what of an update a client with this state lacks."""
        from pycrdt import get_update

        with _refusing("state_vector"):
            if not read_state_vector(state_vector):
                return update
            return get_update(update, state_vector)

    def covers(self, state_vector: bytes, wanted: bytes) -> bool:
        """Say whether the first state holds all of the second."""
        with _refusing("state_vector"):
            held, asked = read_state_vector(state_vector), read_state_vector(wanted)
        return all(held.get(client, 0) >= clock for client, clock in asked.items())

    def _current(self, draft: Draft, rows: Rows) -> _Scratch:
        """Return the scratch document of a draft, up to date with its rows."""
        scratch = self._kept.get(draft.entry)
        if scratch is None or scratch.epoch != draft.epoch or scratch.cursor > draft.cursor:
            scratch = _scratch(draft.epoch)
        for row in rows(scratch.cursor) if scratch.cursor < draft.cursor else ():
            scratch.document.apply_update(row.content)
            scratch.depth = DEPTH_LIMIT
            scratch.cursor = row.cursor
        scratch.cursor, scratch.size_bytes = draft.cursor, draft.size_bytes
        self._keep(draft.entry, scratch)
        return scratch

    def _keep(self, entry: EntryId, scratch: _Scratch) -> None:
        self._kept[entry] = scratch
        self._kept.move_to_end(entry)
        while len(self._kept) > 1 and (len(self._kept) > KEPT or self._bytes() > KEPT_BYTES):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(one.size_bytes for one in self._kept.values())

    @staticmethod
    def _apply(scratch: _Scratch, structure: Structure, update: bytes) -> None:
        from services.entries.adapters.drafts.fragment import depth_of, only_text

        # Looked at before what is new in it: to delete a type nested too deep is what overflows the stack of yrs.
        if scratch.depth + structure.new_depth > DEPTH_LIMIT:
            scratch.depth = depth_of(scratch.fragment)
        if scratch.depth + structure.new_depth > DEPTH_LIMIT:
            raise MalformedError(f"nested deeper than {DEPTH_LIMIT}")
        scratch.document.apply_update(update)
        scratch.depth += structure.new_depth
        if structure.places_unseen:
            scratch.depth = depth_of(scratch.fragment)
            only_text(scratch.title)


def _scratch(epoch: int) -> _Scratch:
    # Late import: a process that never sees a draft need not carry yrs (ADR-0004).
    from pycrdt import Doc, Text, XmlFragment

    document: Any = Doc(client_id=SERVER_CLIENT)
    made = _Scratch(epoch, document, document.get(ROOT, type=XmlFragment), document.get(TITLE, type=Text))
    made.listening = document.observe(lambda event: made.news.append(event.update))
    return made


def _rests_on_more(structure: Structure, held: dict[int, int]) -> bool:
    """Say whether something of an update could not be placed: what it rests on is not there (yjs keeps it pending)."""
    ends = {client: structs[-1].clock + structs[-1].size for client, structs in structure.structs.items()}
    deleted = ((client, clock + length) for client, clock, length in structure.deleted)
    return any(held.get(client, 0) < end for client, end in (*ends.items(), *deleted))


@contextmanager
def _refusing(name: str = "update") -> Iterator[None]:
    """Say in our own words that bytes are wrong; whatever yrs finds wrong it says by one of two errors or a panic."""
    try:
        yield
    except MalformedError as error:
        raise _wrong(name, str(error)) from error
    except (ValueError, RuntimeError) as error:
        raise _wrong(name, "cannot be read") from error
    except BaseException as error:
        # pyo3 makes of a panic an exception that is no Exception, so that nobody hides it; here it is an answer.
        if type(error).__name__ != "PanicException":
            raise
        raise _wrong(name, "cannot be applied") from error


def _wrong(name: str, problem: str) -> Invalid:
    return Invalid(FieldProblem(name, problem, "keep the text as a copy, open the page again and paste it"))
