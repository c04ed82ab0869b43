"""What a clumsy or hostile client sends about files and searches: a clear problem, and nothing of it is kept."""

import hashlib
import json
import re
import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.builders import files
from tests.e2e.laboratory import Laboratory, Visitor, page
from tests.e2e.system import System

CONTENT = b"mesure;valeur\n1;2\n" * 100
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def plan(person: Visitor, **changes: Any) -> dict[str, Any]:
    """Plan an upload of the content."""
    body = {"name": "mesures.csv", "media_type": "text/csv", "size_bytes": len(CONTENT), **changes}
    made: dict[str, Any] = person.make("/uploads", body)
    return made


def send(planned: dict[str, Any], content: bytes = CONTENT, *, url: str = "") -> httpx.Response:
    """Send the one part of an upload to the store."""
    (part,) = planned["parts"]
    return httpx.put(url or part["url"], content=content, headers=part["headers"], timeout=30)


def uploaded(person: Visitor, content: bytes, *, name: str, media_type: str) -> str:
    """Return a finished upload."""
    planned = plan(person, name=name, media_type=media_type, size_bytes=len(content))
    assert send(planned, content).is_success
    person.make(f"/uploads/{planned['id']}/complete", {})
    return str(planned["id"])


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem of a refused request, which says in words what to do."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["title"]
    assert all(one["problem"] and one["remedy"] for one in said.get("errors", ()))
    return said


@pytest.mark.parametrize(
    "name", ["../a.csv", "a/../b.csv", "/etc/passwd", "a\x00b.csv", "a\u202ecsv.exe", "", "x" * 256]
)
def test_a_name_that_is_none_is_refused(lab: Laboratory, name: str) -> None:
    """Paths, what ends a string early and what turns it round."""
    body = {"name": name, "media_type": "text/csv", "size_bytes": 3}
    said = problem(lab.ada.ask("POST", "/uploads", body), 422)
    assert {"name"} == {one["name"] for one in said["errors"]}


@pytest.mark.parametrize("size", [-1, 5 * 1024**4 + 1, "beaucoup"])
def test_a_size_that_is_none_is_refused(lab: Laboratory, size: object) -> None:
    """Less than nothing, more than any store takes, no number."""
    body = {"name": "a.csv", "media_type": "text/csv", "size_bytes": size}
    said = problem(lab.ada.ask("POST", "/uploads", body), 422)
    assert {"size_bytes"} == {one["name"] for one in said["errors"]}


def test_bytes_that_are_not_those_announced_are_not_kept(lab: Laboratory, system: System) -> None:
    """A part too short or too long, none at all, another digest: each is said, and no row and no file stays."""
    for wrong in (CONTENT[:-1], CONTENT + b"x"):
        assert send(plan(lab.ada), wrong).status_code in {400, 413, 422}
    planned = plan(lab.ada)
    said = problem(lab.ada.ask("POST", f"/uploads/{planned['id']}/complete", {}), 422)
    assert {"parts"} == {one["name"] for one in said["errors"]}

    assert send(planned).is_success
    said = problem(lab.ada.ask("POST", f"/uploads/{planned['id']}/complete", {"sha256": "0" * 64}), 422)
    assert {"sha256"} == {one["name"] for one in said["errors"]}
    assert system.rows_and_files_agree()


def test_a_signed_url_opens_what_was_signed_and_nothing_else(lab: Laboratory) -> None:
    """Another time, another place, another size, the seal of another: what is signed stands in the address itself."""
    planned, other = plan(lab.ada), plan(lab.ada)
    start, _, sealed = planned["parts"][0]["url"].rpartition("/")
    said, seal = sealed.split(".")
    true = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    altered = [_said(true | {"expires": true["expires"] + 86_400}), _said(true | {"offset": 1}),
               _said(true | {"size_bytes": 10**9}), _said(true | {"upload": other["id"]})]  # fmt: skip
    urls = [f"{start}/{one}.{seal}" for one in altered] + [f"{start}/{said}.", f"{start}/{said}", f"{start}/x.{seal}"]
    for url in (*urls, other["parts"][0]["url"].rpartition(".")[0] + f".{seal}"):
        assert send(planned, url=url).status_code in {403, 404}, url
    assert not any(
        part["received"] for one in (planned, other) for part in lab.ada.get(f"/uploads/{one['id']}")["parts"]
    )


def _said(payload: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode().rstrip("=")


def test_an_upload_is_its_owners(lab: Laboratory) -> None:
    """Another person's upload is as if it were not there, for every call that could name it."""
    planned = plan(lab.ada)
    assert send(planned).is_success
    at = f"/uploads/{planned['id']}"
    for method, path, body in (("GET", at, None), ("POST", f"{at}/complete", {}), ("DELETE", at, None)):
        problem(lab.ben.ask(method, path, body), 404)
    lab.ada.make(f"{at}/complete", {"sha256": DIGEST})

    stolen = {**page("volé"), "attachments": [{"name": "mesures.csv", "upload": planned["id"]}]}
    notebook = lab.notebook(lab.ben)
    answer = lab.ben.ask("POST", f"/notebooks/{notebook}/entries", {"title": "Page", "first": stolen})
    assert {"attachments"} == {one["name"] for one in problem(answer, 422)["errors"]}
    assert lab.ben.get(f"/notebooks/{notebook}/entries")["items"] == []


def hostile() -> dict[str, tuple[bytes, str, str]]:
    """Return files by name, each with what becomes of its reading and why."""
    return {
        "bombe.docx": (files.bomb(files.docx(["x"]), "word/document.xml"), "failed", "bomb"),
        "verrou.pdf": (files.encrypted_pdf(), "failed", "encrypted"),
        "long.pdf": (files.pdf(f"page {n}" for n in range(10_000)), "done", "too_many_pages"),
        "page.html": (b"<script>alert(1)</script><p>inerte</p>", "done", ""),
    }


def test_hostile_files_cost_a_reason_and_can_be_had_whole(lab: Laboratory) -> None:
    """A zip bomb, a locked file, a PDF of 10,000 pages, a script: each has its word, and its bytes are untouched."""
    sent = hostile()
    attachments = [
        {"name": name, "upload": uploaded(lab.ada, content, name=name, media_type="application/octet-stream")}
        for name, (content, _, _) in sent.items()
    ]
    body = {"title": "Page", "first": {**page("pièces"), "attachments": attachments}}
    entry = lab.ada.make(f"/notebooks/{lab.notebook(lab.ada)}/entries", body)["id"]
    at = f"/entries/{entry}/revisions/1/attachments"

    for name, (content, status, reason) in sent.items():
        read = lab.ada.until(f"{at}/{name}/text", lambda found: found["status"] != "pending")
        assert (status, reason) == (read["status"], read["reason"]), name
        signed = lab.ada.ask("GET", f"{at}/{name}")
        whole = httpx.get(signed.headers["location"], timeout=30)
        assert whole.content == content
        assert whole.headers["content-disposition"].startswith("attachment")
        assert whole.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ('gel "bain', 5),
        ("bain (gel", 6),
        ("gel )", 5),
        ("(" * 500 + "gel" + ")" * 500, 22),
        ("gel before:hier", 12),
        ("field.ph:>beaucoup", 10),
    ],
)
def test_a_query_that_is_none_says_where(lab: Laboratory, typed: str, column: int) -> None:
    """The column is where it goes wrong, counted from one, as a figure and in words."""
    said = problem(lab.ada.ask("GET", f"/search?{httpx.QueryParams({'q': typed})}"), 400)
    assert said["detail"]["column"] == str(column)
    (error,) = said["errors"]
    assert error["name"] == "q"
    assert error["problem"].startswith(f"column {column}: ")


def test_a_long_query_is_refused(lab: Laboratory) -> None:
    """Beyond 2,000 characters nobody searches."""
    said = problem(lab.ada.ask("GET", "/search?q=" + "a" * 2_001), 422)
    assert {"q"} == {one["name"] for one in said["errors"]}


def test_a_query_of_ten_megabytes_is_refused_before_it_is_read(lab: Laboratory, system: System) -> None:
    """The line it stands on is already too long; the gateway goes on for everybody else."""
    place = httpx.URL(system.site.base_url)
    with socket.create_connection((place.host, place.port), timeout=30) as connection:
        with suppress(ConnectionError):
            connection.sendall(b"GET /api/v1/search?q=" + b"a" * 10_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        with suppress(ConnectionError):
            answer = connection.recv(65_536)
            assert answer == b"" or re.match(rb"HTTP/1.1 4\d\d ", answer), answer
    assert lab.ada.counts("rien") == 0
