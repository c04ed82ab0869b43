"""Files made to hurt: each costs its own process, and has a reason in words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.storage.adapters.reading.process import ChildReader
from services.storage.domain.reading import Reason, Status, media_type_lies
from tests.builders import files

PROJECT = Path(__file__).parents[3]
READER = ChildReader(memory_bytes=768 * 1024 * 1024, cpu_seconds=20, wall_seconds=150)
DOCX, XLSX = files.docx(["a"]), files.xlsx({"A1": "a"})
ODT = files.opendocument("text", files.paragraph("a"))

HOSTILE = {
    "zip bomb in a letter": (lambda: files.bomb(DOCX, "word/document.xml"), Reason.BOMB),
    "zip bomb in a workbook": (lambda: files.bomb(XLSX, "xl/worksheets/sheet1.xml"), Reason.BOMB),
    "deep XML": (files.deep_docx, Reason.BOMB),
    "billion laughs in a letter": (
        lambda: files.replaced(DOCX, "word/document.xml", files.laughing("document")), Reason.BOMB,
    ),
    "billion laughs in a workbook": (
        lambda: files.replaced(XLSX, "xl/sharedStrings.xml", files.laughing("sst")), Reason.BOMB,
    ),
    "billion laughs in OpenDocument": (
        lambda: files.replaced(ODT, "content.xml", files.laughing("content")), Reason.BOMB,
    ),
    "a cell at the end of the sheet": (
        lambda: files.xlsx({"A1": "a", "XFD1048576": "z"}), Reason.TOO_MUCH_MEMORY,
    ),
    "a PDF that never ends": (files.endless_pdf, Reason.TOO_MUCH_MEMORY),
    "a locked PDF": (files.encrypted_pdf, Reason.ENCRYPTED),
    "a locked workbook": (files.encrypted_xlsx, Reason.ENCRYPTED),
    "half a PDF": (lambda: files.pdf(["a"])[:60], Reason.DAMAGED),
    "half a letter": (lambda: DOCX[:-200], Reason.DAMAGED),
    "a letter without words": (lambda: files.replaced(DOCX, "word/document.xml", b""), Reason.DAMAGED),
    "half a picture": (lambda: files.picture("PNG")[:2000], Reason.DAMAGED),
    "a picture of a continent": (lambda: files.claiming(30_000, 30_000), Reason.BOMB),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_has_a_reason_in_words(kind: str) -> None:
    """Whoever looks for text in it learns why there is none; the file itself is never touched."""
    make, reason = HOSTILE[kind]

    found = READER([make()], name="piège")

    assert (found.status, found.reason, found.places) == (Status.FAILED, reason, ())


def test_time_at_work_is_bounded() -> None:
    """One file may not keep a processor for itself."""
    found = ChildReader(READER.memory_bytes, 1, 60)([files.laborious_pdf()], name="plan.pdf")

    assert (found.status, found.reason) == (Status.FAILED, Reason.TOO_SLOW)


def test_time_on_the_wall_is_bounded_too() -> None:
    """A reader that waits instead of working uses no CPU."""
    found = ChildReader(READER.memory_bytes, 5, wall_seconds=0.01)([DOCX], name="lettre.docx")

    assert (found.status, found.reason) == (Status.FAILED, Reason.TOO_SLOW)


_PRISONER = """
import json, os, resource, socket, subprocess, sys
from services.storage.adapters.reading.walls import shut
shut(memory_bytes=768 * 1024**2, cpu_seconds=5, parent=int(sys.argv[1]))
def attempt(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    except MemoryError:
        return "MemoryError"
    return "succeeded"
print(json.dumps({
    "tcp": attempt(lambda: socket.create_connection(("127.0.0.1", 5432))),
    "udp": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "unix": attempt(lambda: socket.socket(socket.AF_UNIX)),
    "fork": attempt(os.fork),
    "program": attempt(lambda: subprocess.run(["/bin/true"])),
    "passwords": attempt(lambda: open("/etc/passwd")),
    "project": attempt(lambda: open("pyproject.toml")),
    "writing": attempt(lambda: open("/tmp/paillasse-prisoner", "w")),
    "memory": attempt(lambda: bytearray(1024**3)),
    "files": resource.getrlimit(resource.RLIMIT_FSIZE)[1] < 2**30,
}))
"""


def test_the_walls_stand() -> None:
    """What a library is tricked into cannot phone home, start programs, or read and write other files."""
    answered = subprocess.run(
        [sys.executable, "-c", _PRISONER, str(os.getpid())], cwd=PROJECT, capture_output=True, check=True
    )

    assert json.loads(answered.stdout) == {
        "tcp": "PermissionError", "udp": "PermissionError", "unix": "PermissionError", "fork": "PermissionError",
        "program": "PermissionError", "passwords": "PermissionError", "project": "PermissionError",
        "writing": "PermissionError", "memory": "MemoryError", "files": True,
    }  # fmt: skip


def test_nothing_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job process holds the database's password; the child that opens strangers' files must not."""
    seen: dict[str, object] = {}
    real = subprocess.Popen

    def watched(arguments: list[str], **options: object) -> object:
        seen.update(options)
        return real(arguments, **options)

    monkeypatch.setenv("PAILLASSE_DATABASE_PASSWORD", "secret")
    monkeypatch.setattr(subprocess, "Popen", watched)

    READER([DOCX], name="lettre.docx")

    assert set(seen["env"]) == {"LANG", "PYTHONDONTWRITEBYTECODE"}


@pytest.mark.parametrize(
    ("claimed", "found", "lies"),
    [
        ("image/png", "application/pdf", True),
        ("application/pdf", "text/html", True),
        ("text/csv", "application/vnd.microsoft.portable-executable", True),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("text/csv; charset=utf-8", "text/plain", False),
        ("image/jpg", "image/jpeg", False),
        ("Application/PDF", "application/pdf", False),
        ("application/octet-stream", "application/pdf", False),
        ("chemical/x-mdl", "text/plain", False),
        ("application/pdf", "", False),
        ("", "application/pdf", False),
    ],
)  # fmt: skip
def test_a_lie_is_told_from_a_doubt(claimed: str, found: str, lies: bool) -> None:
    """A flag on an honest file would teach people to overlook flags."""
    assert media_type_lies(claimed, found) is lies
