"""
Tell open pages what happens to them: nudges of the houses, and who else has the page open.

Every gateway process hears all nudges and knows all open pages of all processes by presence messages, which each sends
for its own streams: when one opens, again every few seconds, and when it closes. What is not renewed is forgotten.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from contracts.identifiers import EntryId, PersonId
from gateway.bus import Bus
from gateway.problems import GatewayProblem

# A stream says that it is there this often, and is forgotten after three times that.
BEAT_SECONDS = 15.0
FORGET_SECONDS = 45.0
# Open pages of one person, and of one process: each holds a connection.
STREAMS_EACH = 30
STREAMS_ALL = 2_000
# A stream that does not read loses what it could not: its client syncs when it reads again.
WAITING = 100


@dataclass(frozen=True, slots=True)
class Presence:
    """One open page somewhere: whose, since when (RFC 3339), and when it was last heard of (monotonic)."""

    person: PersonId
    name: str
    since: str
    heard: float


@dataclass(slots=True)
class Stream:
    """One open page of this process, and what is still to be said to it."""

    entry: EntryId
    person: PersonId
    name: str
    since: str
    id: str = field(default_factory=lambda: uuid4().hex)
    waiting: asyncio.Queue[tuple[str, dict[str, Any]]] = field(default_factory=lambda: asyncio.Queue(WAITING))
    shown: tuple[tuple[str, str], ...] = ()

    def say(self, event: str, data: dict[str, Any]) -> None:
        """Put an event in line; what does not fit repeats what is waiting already."""
        if not self.waiting.full():
            self.waiting.put_nowait((event, data))


class Watchers:
    """The open pages of this process, and who has which page open anywhere."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._streams: dict[EntryId, dict[str, Stream]] = defaultdict(dict)
        self._present: dict[EntryId, dict[str, Presence]] = defaultdict(dict)
        self._beating: asyncio.Task[None] | None = None
        # asyncio holds its tasks only weakly.
        self._telling: set[asyncio.Task[None]] = set()
        self.stopping = False
        bus.on_nudge = self._heard

    def start(self) -> None:
        """Begin to beat."""
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """End every stream; their clients come back to another process."""
        self.end_streams()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)

    def end_streams(self) -> None:
        """Tell every stream that this process stops."""
        self.stopping = True
        for stream in self._all():
            stream.say("closed", {"reason": "stopping"})

    def demand_room(self, person: PersonId) -> None:
        """Let one more stream be opened; 429 when one person has too many, 503 when all have."""
        every = self._all()
        if sum(one.person == person for one in every) >= STREAMS_EACH:
            raise GatewayProblem("too_many", reason="open_pages", retry_after_seconds="30")
        if self.stopping or len(every) >= STREAMS_ALL:
            raise GatewayProblem("unavailable", reason="open_pages", retry_after_seconds="5")

    @contextmanager
    def opened(self, stream: Stream) -> Iterator[None]:
        """Count a stream as an open page while the block runs, and say so to every process."""
        self._streams[stream.entry][stream.id] = stream
        self._note(stream.entry, stream.id, self._own(stream))
        self._tell(stream.entry, {"kind": "who"})
        self._announce(stream)
        try:
            yield
        finally:
            # Nothing is awaited here: whoever reads the stream is gone and our task may be cancelled.
            del self._streams[stream.entry][stream.id]
            self._present[stream.entry].pop(stream.id, None)
            if not self._streams[stream.entry]:
                del self._streams[stream.entry]
                del self._present[stream.entry]
            self._tell(stream.entry, {"kind": "gone", "stream": stream.id})
            self._show(stream.entry)

    def here(self, entry: EntryId, *, me: PersonId) -> dict[str, Any]:
        """Return who has a page open, each person once, whoever came first first."""
        first: dict[PersonId, Presence] = {}
        for one in sorted(self._present.get(entry, {}).values(), key=lambda one: one.since):
            first.setdefault(one.person, one)
        people = [
            {"person": one.person, "name": one.name, "since": one.since, "me": one.person == me}
            for one in first.values()
        ]
        return {"people": people}

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams.values()]

    def _own(self, stream: Stream) -> Presence:
        return Presence(stream.person, stream.name, stream.since, time.monotonic())

    def _heard(self, body: bytes) -> None:
        """Take nudges; what this process has no page open for is none of its business."""
        for said in orjson.loads(body) if self._streams else ():
            entry = EntryId(said.pop("entry"))
            if entry in self._streams:
                self._take(entry, said.pop("kind", ""), said)

    def _take(self, entry: EntryId, kind: str, said: dict[str, Any]) -> None:
        if kind in {"draft", "entry"}:
            for stream in self._streams[entry].values():
                stream.say(kind, said)
        elif kind == "who":
            for stream in self._streams[entry].values():
                self._announce(stream)
        elif kind == "here":
            found = Presence(PersonId(said["person"]), said["name"], said["since"], time.monotonic())
            self._note(entry, said["stream"], found)
        elif kind == "gone":
            self._present[entry].pop(said["stream"], None)
            self._show(entry)

    def _note(self, entry: EntryId, stream: str, found: Presence) -> None:
        self._present[entry][stream] = found
        self._show(entry)

    def _show(self, entry: EntryId) -> None:
        """Tell the streams of a page who is there, when that changed."""
        for stream in self._streams.get(entry, {}).values():
            here = self.here(entry, me=stream.person)
            shown = tuple((one["person"], one["name"]) for one in here["people"])
            if shown != stream.shown:
                stream.shown = shown
                stream.say("here", here)

    def _announce(self, stream: Stream) -> None:
        said = {"kind": "here", "stream": stream.id, "person": stream.person, "name": stream.name}
        self._tell(stream.entry, {**said, "since": stream.since})

    def _tell(self, entry: EntryId, said: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._bus.nudge(orjson.dumps([{"entry": entry, **said}])))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for stream in self._all():
                self._present[stream.entry][stream.id] = self._own(stream)
                self._announce(stream)
            self._forget()

    def _forget(self) -> None:
        """Drop who was not heard of for long: their process ended without a word."""
        since = time.monotonic() - FORGET_SECONDS
        for entry, present in list(self._present.items()):
            gone = [id_ for id_, one in present.items() if one.heard < since]
            for id_ in gone:
                del present[id_]
            if gone:
                self._show(entry)
