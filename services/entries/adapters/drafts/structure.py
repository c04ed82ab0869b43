"""
Read the structure of a Yjs update (v1) without applying it.

What cannot come from an editor of a page is refused here, before any library makes objects of it: foreign types and
roots, unknown nodes and marks, nesting beyond any page. Format: yjs 13, ``UpdateDecoderV1`` and ``readItem``.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, Literal

from services.entries.adapters.document_schema import document_schema

# The roots of a page's draft: the fragment TipTap's Collaboration extension binds to, and the title, plain text.
ROOT: Final = "default"
TITLE: Final = "title"
# A page nests a handful of levels; beyond 64 nothing is checked as a document either (adapters/documents.py).
DEPTH_LIMIT: Final = 64
# An editor writes under its own client id, with those of a few tabs and devices at most; ids are 53 bits.
CLIENTS_LIMIT: Final = 1_000
_NAME_LIMIT: Final = 100
_GC, _DELETED, _STRING, _FORMAT, _TYPE, _ANY, _SKIP = 0, 1, 4, 6, 7, 8, 10
_ELEMENT, _TEXT = 3, 6
_INTEGER_LIMIT: Final = 2**53
# Where an item says it stands; one that only names its neighbour stands wherever that does.
_Place = Literal["text or element", "attribute", "title", "beside"]


class MalformedError(Exception):
    """These bytes are no update, or none of a page's editor; ``args[0]`` says why."""


@dataclass(frozen=True, slots=True)
class Struct:
    """One struct: ``size`` clocks from ``clock``, written in ``start:end`` of the update."""

    clock: int
    size: int
    start: int
    end: int
    depth: int


@dataclass(slots=True)
class Structure:
    """
    What an update says of itself.

    ``structs`` by client, in clock order; ``deleted`` are (client, clock, length) and ``delete_set`` their bytes;
    ``new_depth`` is how many levels its new types add below what was there; ``places_unseen`` that it brings a
    type, or a value whose place it does not say: beside a letter, or below a text, it would be inside a text.
    """

    structs: dict[int, list[Struct]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[tuple[int, int, int]] = field(default_factory=list)
    delete_set: bytes = b"\x00"
    new_depth: int = 0
    places_unseen: bool = False

    @property
    def struct_count(self) -> int:
        """Return how many structs there are."""
        return sum(map(len, self.structs.values()))

    def depth_of(self, client: int, clock: int) -> int:
        """Return how deep an item of this update lies below the known document; 0 when it is not of this update."""
        known = self.structs.get(client)
        place = bisect_right(known, clock, key=lambda one: one.clock) - 1 if known else -1
        if known is None or place < 0 or clock >= known[place].clock + known[place].size:
            return 0
        return known[place].depth


class _Reader:
    """A cursor over bytes (lib0 decoding)."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def byte(self) -> int:
        if self.place >= len(self.content):
            raise MalformedError("ends too early")
        self.place += 1
        return self.content[self.place - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if value >= _INTEGER_LIMIT:
                raise MalformedError("a number is too large")
            if byte < 0x80:
                return value

    def skip(self, count: int) -> bytes:
        start = self.place
        self.place += count
        if self.place > len(self.content):
            raise MalformedError("ends too early")
        return self.content[start : self.place]

    def text(self) -> str:
        try:
            return self.skip(self.number()).decode()
        except UnicodeDecodeError:
            raise MalformedError("holds text that is none") from None

    def name(self, known: frozenset[str], what: str) -> str:
        said = self.text()
        if said not in known:
            raise MalformedError(f"unknown {what} {said[:_NAME_LIMIT]!r}")
        return said


class _Update:
    """One pass over an update."""

    def __init__(self, content: bytes) -> None:
        schema = document_schema()
        self.nodes, self.marks = frozenset(schema.nodes), frozenset(schema.marks)
        self.reader = _Reader(content)
        self.found = Structure()

    def read(self) -> Structure:
        reader = self.reader
        clients = reader.number()
        if clients > CLIENTS_LIMIT:
            raise MalformedError("too many writers at once")
        for _ in range(clients):
            count, client, clock = reader.number(), reader.number(), reader.number()
            self._structs(client, clock, count)
        start = reader.place
        self._delete_set()
        self.found.delete_set = reader.content[start:]
        if reader.place != len(reader.content):
            raise MalformedError("goes on after its end")
        return self.found

    def _structs(self, client: int, clock: int, count: int) -> None:
        if self.found.structs.get(client):
            raise MalformedError("one writer twice")
        for _ in range(count):
            start = self.reader.place
            size, depth = self._struct()
            if size < 1:
                raise MalformedError("an empty struct")
            self.found.structs[client].append(Struct(clock, size, start, self.reader.place, depth))
            self.found.new_depth = max(self.found.new_depth, depth)
            clock += size

    def _struct(self) -> tuple[int, int]:
        """Return the length of the struct in clocks, and how deep it lies."""
        info = self.reader.byte()
        kind = info & 0x1F
        if kind in {_GC, _SKIP}:
            return self.reader.number(), 0
        depth, place = self._parent(info)
        if depth > DEPTH_LIMIT:
            raise MalformedError(f"nested deeper than {DEPTH_LIMIT}")
        return self._content(kind, place), depth

    def _parent(self, info: int) -> tuple[int, _Place]:
        """Return how deep the item lies, and where it says it stands."""
        reader, depth = self.reader, 0
        beside = [(reader.number(), reader.number()) for flag in (0x80, 0x40) if info & flag]
        if beside:
            return max(self.found.depth_of(client, clock) for client, clock in beside), "beside"
        place: _Place = "text or element"
        if reader.number() == 1:
            place = self._root()
        else:
            depth = self.found.depth_of(reader.number(), reader.number()) + 1
        if not info & 0x20:
            return depth, place
        if place == "title":
            raise MalformedError("an attribute of the title")
        reader.skip(reader.number())
        return depth, "attribute"

    def _root(self) -> _Place:
        root = self.reader.text()
        if root not in {ROOT, TITLE}:
            raise MalformedError(f"writes beside the page: only the roots {ROOT!r} and {TITLE!r} are its own")
        return "title" if root == TITLE else "text or element"

    def _content(self, kind: int, place: _Place) -> int:
        reader = self.reader
        if place == "attribute" and kind not in {_ANY, _DELETED}:
            raise MalformedError("an attribute that is no plain value")
        if place == "title" and kind not in {_STRING, _DELETED}:
            raise MalformedError("a title that is no plain text")
        if kind == _STRING:
            # Clocks count UTF-16 units, as JavaScript does.
            return len(reader.text().encode("utf-16-le")) // 2
        if kind == _DELETED:
            return reader.number()
        if kind == _FORMAT:
            reader.name(self.marks, "mark")
            reader.skip(reader.number())
            return 1
        if kind == _TYPE:
            self.found.places_unseen = True
            self._type()
            return 1
        if kind == _ANY and place != "text or element":
            self.found.places_unseen |= place == "beside"
            return self._values()
        raise MalformedError(f"content of kind {kind}, which no page has")

    def _type(self) -> None:
        kind = self.reader.number()
        if kind == _ELEMENT:
            self.reader.name(self.nodes, "node")
        elif kind != _TEXT:
            raise MalformedError(f"a shared type of kind {kind}, which no page has")

    def _values(self) -> int:
        count = self.reader.number()
        for _ in range(count):
            self._value()
        return count

    def _value(self) -> None:
        """Skip one attribute's value: text, number, boolean or nothing; no attribute of ours is a structure."""
        reader, kind = self.reader, self.reader.byte()
        if kind == 119:
            reader.text()
        elif kind == 125:
            while reader.byte() & 0x80:
                pass
        elif kind in {124, 123, 122}:
            reader.skip({124: 4, 123: 8, 122: 8}[kind])
        elif kind not in {127, 126, 121, 120}:
            raise MalformedError("an attribute that is neither text, number nor boolean")

    def _delete_set(self) -> None:
        reader = self.reader
        for _ in range(reader.number()):
            client = reader.number()
            for _ in range(reader.number()):
                self.found.deleted.append((client, reader.number(), reader.number()))


def read_update(content: bytes) -> Structure:
    """
    Return what an update says of itself.

    Raises:
        MalformedError: it is none, or none of a page's editor.

    """
    return _Update(content).read()


def read_state_vector(content: bytes) -> dict[int, int]:
    """
    Return how many clocks of each client a state holds (yjs ``decodeStateVector``); empty bytes hold nothing.

    Raises:
        MalformedError: no state vector.

    """
    if not content:
        return {}
    reader = _Reader(content)
    held = {reader.number(): reader.number() for _ in range(reader.number())}
    if reader.place != len(content):
        raise MalformedError("goes on after its end")
    return held
