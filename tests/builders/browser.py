"""One open page over HTTP, as the web app has it: a Yjs document, its sync, and the stream of what happens."""

import contextlib
import json
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx
from pycrdt import Doc, XmlElement, XmlFragment, XmlText


@dataclass
class Browser:
    """A page opened at one gateway by one person."""

    http: httpx.Client
    entry: str
    doc: Any = field(default_factory=Doc)
    epoch: int = 0
    cursor: int = 0
    server: bytes = b""
    events: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def fragment(self) -> Any:
        """The part the editor binds to."""
        return self.doc.get("default", type=XmlFragment)

    def request(self, update: bytes) -> bytes:
        """Write a request (docs/flows/sync-a-draft.md)."""
        state = self.doc.get_state()
        head = struct.pack(">BII", 1, self.epoch, self.cursor)
        return head + struct.pack(">I", len(state)) + state + struct.pack(">I", len(update)) + update

    def sync(self) -> httpx.Response:
        """Sync until nothing more follows; return the last answer."""
        while True:
            unsent = self.doc.get_update(self.server) if self.epoch else b""
            answer = self.http.post(
                f"/api/v1/entries/{self.entry}/sync", content=self.request(unsent),
                headers={"Content-Type": "application/octet-stream"},
            )  # fmt: skip
            if answer.status_code != 200 or not self.take(answer.content):
                return answer

    def take(self, body: bytes) -> bool:
        """Apply an answer; say whether more follows."""
        version, flags, self.epoch, self.cursor = struct.unpack_from(">BBII", body)
        assert version == 1
        place = 10
        self.server, place = _bytes(body, place)
        (count,), place = struct.unpack_from(">I", body, place), place + 4
        for _ in range(count):
            update, place = _bytes(body, place)
            self.doc.apply_update(update)
        assert place == len(body)
        return bool(flags & 1)

    def write(self, text: str) -> None:
        """Add a paragraph."""
        with self.doc.transaction():
            paragraph = XmlElement("paragraph")
            self.fragment.children.append(paragraph)
            paragraph.children.append(XmlText(text))

    def said(self, event: str) -> list[Any]:
        """What the stream said under this name."""
        return [data for name, data in self.events if name == event]

    @contextlib.contextmanager
    def watching(self) -> Any:
        """Follow the page's stream while the block runs."""
        with self.http.stream("GET", f"/api/v1/entries/{self.entry}/events", timeout=60) as answer:
            assert answer.status_code == 200, answer.read()
            reader = threading.Thread(target=self._follow, args=(answer,), daemon=True)
            reader.start()
            yield reader

    def _follow(self, answer: httpx.Response) -> None:
        name = ""
        # The test ends the stream under the reader's feet.
        with contextlib.suppress(httpx.StreamError, httpx.TransportError):
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line.removeprefix("data: "))))


def _bytes(body: bytes, place: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">I", body, place)
    return body[place + 4 : place + 4 + length], place + 4 + length
