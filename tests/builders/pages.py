"""Build indexed pages in the words of the laboratory."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.identifiers import (
    AccessLabel,
    EntryId,
    EntryReference,
    NotebookId,
    NotebookReference,
    PersonId,
    StructureId,
)
from services.search.domain.page import AttachedFile, IndexedPage, ReaderLabel

SPRING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def page(number: int = 1, **changes: Any) -> IndexedPage:
    """Return page ``number`` of a team's notebook, opened by that notebook's label; later pages are newer."""
    plain = IndexedPage(
        entry=EntryId(f"0190a000-0000-7000-8000-{number:012d}"), change_number=1, revision=1,
        notebook=NotebookId("notebook-1"), notebook_reference=NotebookReference("U1234-2026-007"),
        notebook_title="Cahier de biochimie", reference=EntryReference(f"U1234-2026-007/{number}"), number=number,
        state="open", title=f"Page {number}", text="", tags=(), fields=(), comments=(), files=(),
        author=PersonId("ada"), author_name="Ada Prévost", unit=StructureId("unit-1"), unit_code="U1234", team=None, team_name="",
        created_at=SPRING, changed_at=SPRING + timedelta(minutes=number),
        labels=(AccessLabel("notebook:notebook-1"),), denied=False,
    )  # fmt: skip
    return replace(plain, **changes)


def attached(name: str, *, sha256: str | None = None, media_type: str = "application/octet-stream") -> AttachedFile:
    """Return an attachment; its digest is made from its name."""
    return AttachedFile(name, sha256 or hashlib.sha256(name.encode()).hexdigest(), media_type)


def held(label: str = "notebook:notebook-1", *, days_ago: int = 10, days_left: int | None = None) -> ReaderLabel:
    """Return a label held since ``days_ago`` days, for ``days_left`` more days (none: for good)."""
    # Days are the institution's: in the last hours of a UTC day it is tomorrow there.
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    until = today + timedelta(days=days_left) if days_left is not None else None
    return ReaderLabel(AccessLabel(label), today - timedelta(days=days_ago), until)
