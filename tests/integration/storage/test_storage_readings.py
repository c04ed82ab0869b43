"""Read inside files with the real job process, its children, PostgreSQL and the door."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from sqlalchemy import text

from chassis import jobs as jobs_ledger
from contracts.identifiers import PersonId, Sha256
from services.storage.domain.reading import Reason, Status
from services.storage.domain.upload import Owner
from services.storage.ports import Cause, KnownReading
from services.storage.use_cases.create_upload import Wish
from tests.builders import files
from tests.builders.running_storage import PROJECT, RunningStorage

CURIE = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000001"))
WITHIN_SECONDS = 90
WAITING = (
    "SELECT id FROM job WHERE (state = 'queued' AND not_before <= now()) OR (state = 'running' AND lease_until < now()) "
    "ORDER BY created_at LIMIT 1"
)
Found = TypeVar("Found")


def kept(storage: RunningStorage, data: bytes, *, name: str) -> Sha256:
    """Upload a file and keep it as a revision's."""
    plan = storage.house.create_upload(Wish(name, "application/octet-stream", len(data)), asker=CURIE)
    for planned in plan.parts:
        end = planned.part.offset + planned.part.size_bytes
        assert httpx.put(planned.url, content=data[planned.part.offset : end], timeout=60).status_code == 204
    upload = storage.house.complete_upload(plan.upload.id, asker=CURIE, cause=Cause())
    storage.house.keep_uploads([upload.id], asker=Owner("entries", CURIE.person))
    assert upload.digests is not None
    return upload.digests.sha256


@contextmanager
def jobs(storage: RunningStorage) -> Iterator[subprocess.Popen[bytes]]:
    """Run the job process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.storage.jobs"], cwd=PROJECT, env=os.environ | storage.environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def until(find: Callable[[], Found | None], *, what: str) -> Found:
    """Wait for something."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        if (found := find()) is not None:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come")


def text_of(storage: RunningStorage, sha256: Sha256) -> KnownReading:
    """Wait for a file's text."""
    return until(lambda: storage.house.get_text(sha256), what="the text")


def announced(storage: RunningStorage, sha256: Sha256) -> list[str]:
    """Return the types of the events about a file's inside."""
    query = text("SELECT type FROM outbox WHERE payload->>'sha256' = :sha256 AND type <> 'BlobConfirmed' ORDER BY id")
    with storage.house.engine.connect() as connection:
        return list(connection.execute(query, {"sha256": sha256}).scalars())


def test_a_kept_file_gets_text_and_pictures(storage: RunningStorage) -> None:
    """From the upload to what a reader sees, through every process that has a part in it."""
    pdf = kept(storage, files.pdf(["Tampon", "Na2HPO4"]), name="protocole.pdf")
    table = kept(storage, b"t;OD\n0;0,05\n", name="croissance.csv")
    locked = kept(storage, files.encrypted_xlsx(), name="secret.xlsx")

    with jobs(storage):
        found = text_of(storage, pdf)
        csv = text_of(storage, table)
        refused = text_of(storage, locked)

    assert [(place.label, place.text) for place in found.reading.places] == [("p. 1", "Tampon"), ("p. 2", "Na2HPO4")]
    assert found.kinds == ("page-1", "page-2", "thumbnail")
    bare = storage.house.get_text(pdf, with_places=False)
    assert bare is not None
    assert (bare.reading.places, bare.kinds) == ((), found.kinds)
    assert announced(storage, pdf) == ["TextExtracted", "PreviewMade"]
    assert (refused.reading.status, refused.reading.reason) == (Status.FAILED, Reason.ENCRYPTED)
    shown = httpx.get(storage.house.get_preview(pdf, "thumbnail").url)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert (shown.headers["content-disposition"], shown.headers["x-content-type-options"]) == ("inline", "nosniff")
    assert shown.content.startswith(b"\x89PNG")
    assert csv.kinds == ("table",)
    rows = httpx.get(storage.house.get_preview(table, "table").url).json()["sheets"][0]["rows"]
    assert rows == [["t", "OD"], ["0", "0,05"]]
    # What nobody could read is still there, whole.
    download = storage.house.issue_download_url(locked, name="secret.xlsx", media_type="application/octet-stream")
    assert httpx.get(download.url).content == files.encrypted_xlsx()


def test_a_preview_of_another_file_cannot_be_guessed(storage: RunningStorage) -> None:
    """A changed URL opens nothing."""
    sha256 = kept(storage, files.pdf(["a"]), name="a.pdf")
    with jobs(storage):
        text_of(storage, sha256)
    url = storage.house.get_preview(sha256, "thumbnail").url

    assert httpx.get(url[:-2] + "AA").status_code == 403
    assert httpx.get(url.replace("/previews/", "/blobs/")).status_code == 403


def test_asking_again_mends_what_an_outage_ended(storage: RunningStorage) -> None:
    """A store that was away for longer than the attempts last must not leave a file unread for ever."""
    sha256 = kept(storage, files.pdf(["a"]), name="a.pdf")
    engine = storage.house.engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE job SET state = 'failed', attempts = 8, error = 'store away'"))

    assert storage.house.get_text(sha256) is None

    with engine.begin() as connection:
        [row] = connection.execute(text("SELECT state, attempts FROM job")).all()
        assert tuple(row) == ("queued", 0)
        connection.execute(
            text(
                "INSERT INTO job (id, kind, key, payload, state) "
                "SELECT 'done-' || n, 'read', 'done-' || n, '{}', 'done' FROM generate_series(1, 20000) AS n"
            )
        )
        connection.execute(text("ANALYZE job"))
        assert jobs_ledger.claim(connection) is not None
        plan = "\n".join(connection.execute(text(f"EXPLAIN {WAITING}")).scalars())
    # What waits is found without a look at what is done.
    assert "job_workable" in plan, plan


@pytest.mark.fault
@pytest.mark.full
def test_a_job_process_killed_while_it_reads_is_done_again(storage: RunningStorage) -> None:
    """The child dies with its parent, the next process begins anew, and the world is told once."""
    cells = {f"A{row}": f"échantillon {row}" for row in range(1, 60_001)}
    sha256 = kept(storage, files.xlsx(cells), name="suivi.xlsx")

    with jobs(storage) as first:
        child = until(lambda: _child_of(first.pid), what="a child")
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        until(lambda: _is_over(child) or None, what="the end of the child")
        assert storage.house.get_text(sha256) is None
    with jobs(storage):
        found = text_of(storage, sha256)

    assert (found.reading.status, found.reading.places[0].label) == (Status.DONE, "Feuil1!A1")
    assert announced(storage, sha256) == ["TextExtracted", "PreviewMade"]


def _child_of(parent: int) -> int | None:
    """Return a reading child of a process."""
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        # Threads and children come and go between the look at a list and the look at what it names.
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in children.read_text().split():
                if "services.storage.adapters.reading" in Path(f"/proc/{child}/cmdline").read_text():
                    return int(child)
    return None


def _is_over(process: int) -> bool:
    """Tell whether a process is gone, or dead and only not yet collected by whoever adopted it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
