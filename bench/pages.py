"""Make pages in a demonstration's notebook, and the requests that read and save them."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.load import Target, http
from onebox.demo.api import COOKIE, Person

_SENTENCE = "La solution de glucose (démonstration) a été agitée dix minutes à 37 °C, puis centrifugée. "
# About 2 kB of text: a written page, neither empty nor a thesis.
_PARAGRAPHS = 6
_SENTENCES = 4


def revision(title: str) -> dict[str, Any]:
    """Return the fields of a revision with a page of text."""
    text = {"type": "text", "text": _SENTENCE * _SENTENCES}
    paragraphs = [{"type": "paragraph", "content": [text]} for _ in range(_PARAGRAPHS)]
    return {"title": title, "document": {"type": "doc", "content": paragraphs}, "fields": {}, "reason": "bench"}


async def make_pages(author: Person, count: int) -> list[str]:
    """Open a notebook and create ``count`` pages with a first revision; return their ids."""
    mine = (await author.get("/notebooks"))["items"]
    wanted = {"structure": mine[0]["structure"], "title": "Mesures (démonstration)"}
    notebook = (await author.post("/notebooks", wanted))["id"]
    made = []
    for number in range(count):
        body = {"title": f"Page {number}", "first": revision(f"Page {number}")}
        made.append((await author.post(f"/notebooks/{notebook}/entries", body))["id"])
    return made


@dataclass(slots=True)
class Pages:
    """Pages with the revision each stands at: client n writes to page n, nobody else does."""

    author: Person
    port: int
    ids: list[str]
    heads: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads = [1] * len(self.ids)

    def reads(self) -> Target:
        """Return a target that reads pages."""
        requests = [http("GET", f"/api/v1/entries/{page}", headers=self._headers()) for page in self.ids]
        return Target("127.0.0.1", self.port, lambda client, number: requests[(client + number) % len(requests)])

    def saves(self) -> Target:
        """Return a target that saves revisions, each keyed and based on the one before, as a browser does."""
        body = json.dumps(revision("Page de mesure")).encode()
        return Target("127.0.0.1", self.port, lambda client, _number: self.save(client, body))

    def save(self, client: int, body: bytes) -> bytes:
        """Return the next save of a page."""
        head = self.heads[client]
        self.heads[client] += 1
        headers = {**self._headers(), "If-Match": f'"{head}"', "Idempotency-Key": uuid4().hex}
        return http("POST", f"/api/v1/entries/{self.ids[client]}/revisions", headers=headers, body=body)

    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.author.cookie}", "Content-Type": "application/json"}
