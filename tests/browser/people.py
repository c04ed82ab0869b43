"""The demo's people, as tests arrange their work: through the API, with a session each."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from onebox.demo import institution
from onebox.demo.api import COOKIE

EVIDENCE_SECONDS = 30.0
AUTHOR, WITNESS, LEAD = institution.AUTHOR, institution.WITNESS, institution.LEAD


@dataclass
class Colleague:
    """A signed-in person at the API; ``someone`` is who they are in the demo institution."""

    http: httpx.Client
    someone: institution.Someone
    password: str
    id: str
    cookie: str

    @classmethod
    def sign_in(cls, base_url: str, folder: Path, someone: institution.Someone) -> "Colleague":
        """Open a session for one of the demo's people."""
        password = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["password"]
        http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=20)
        answer = http.post("/auth/local", json={"login": someone.mail, "password": password}).raise_for_status()
        cookie = answer.cookies[COOKIE]
        # The jar would never send a Secure cookie over http: it is set by hand.
        http.cookies.clear()
        return cls(http, someone, password, answer.json()["person"], cookie)

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET."""
        return self._send("GET", path, params=params)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Return the JSON of a POST."""
        return self._send("POST", path, json=body, headers=headers)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        sent = {"Cookie": f"{COOKIE}={self.cookie}", "Idempotency-Key": uuid4().hex, **(headers or {})}
        answer = self.http.request(method, path, headers=sent, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def upload(self, name: str, media_type: str, data: bytes) -> str:
        """Send a file to the store and return its upload."""
        asked = {"name": name, "media_type": media_type, "size_bytes": len(data), "purpose": ""}
        plan = self.post("/uploads", asked)
        for part in plan["parts"]:
            piece = data[part["offset"] : part["offset"] + part["size_bytes"]]
            httpx.put(part["url"], content=piece, headers=part["headers"], timeout=20).raise_for_status()
        self.post(f"/uploads/{plan['id']}/complete", {})
        return str(plan["id"])

    def evidence(self, entry: str) -> bytes:
        """Return an entry's evidence file, waiting while it is being made."""
        deadline = time.monotonic() + EVIDENCE_SECONDS
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        while (
            answer := self.http.get(f"/entries/{entry}/evidence", headers=headers)
        ).status_code == httpx.codes.ACCEPTED:
            assert time.monotonic() < deadline, "no evidence file"
            time.sleep(0.2)
        return httpx.get(answer.headers["location"], timeout=20).raise_for_status().content

    def notebook(self) -> dict[str, Any]:
        """Return the first notebook this person holds."""
        return next(each for each in self.get("/notebooks", limit=200)["items"] if self.id in each["holders"])

    def page(self, title: str, *blocks: dict[str, Any], notebook: str | None = None) -> dict[str, Any]:
        """Make a page (by default in their first notebook), with a first version when ``blocks`` are given."""
        made = self.post(f"/notebooks/{notebook or self.notebook()['id']}/entries", {"title": title})
        if blocks:
            body = {"title": title, "document": {"type": "doc", "content": list(blocks)}, "reason": "essai"}
            self.post(f"/entries/{made['id']}/revisions", body, **{"If-Match": '"0"'})
        return made


def paragraph(text: str) -> dict[str, Any]:
    """Return a paragraph of a document."""
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}
