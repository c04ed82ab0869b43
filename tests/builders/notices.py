"""Build notices, people and pages to name."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.identifiers import EntryId, EntryReference, MessageId, NotebookReference, NoticeId, PersonId
from services.notify.domain.letter import Letter, PageName, Person
from services.notify.domain.notice import Notice

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Person(PersonId("ada"), "Ada Prévost", "ada.prevost@example.org", "fr")
WIM = Person(PersonId("wim"), "Wim Jansen", "wim.jansen@example.org", "en")
LEA = Person(PersonId("lea"), "Léa Müller", "lea.muller@example.org", "fr")
PAGE = PageName(
    EntryId("entry-1"), EntryReference("U1234-2026-007/37"), "Dosage <b>du</b> fer", NotebookReference("U1234-2026-007"),
    "Cahier de biochimie", "U1234", ADA.id,
)  # fmt: skip


def notice(number: int = 1, **changes: Any) -> Notice:
    """Return notice ``number``: it is Wim's turn to sign as a witness."""
    plain = Notice(
        id=NoticeId(f"0190a000-0000-7000-8000-{number:012d}"), event=MessageId(f"event-{number}"), person=WIM.id,
        kind="to_sign", capacity="signer", entry=PAGE.entry, created_at=NOON, role="witness",
    )  # fmt: skip
    return replace(plain, **changes)


def letter(recipient: Person = WIM, by: Person | None = None, **changes: Any) -> Letter:
    """Return a letter about Ada's page."""
    told = notice(person=recipient.id, by=by.id if by is not None else None, **changes)
    return Letter(told, recipient, PAGE, author=ADA, by=by)
