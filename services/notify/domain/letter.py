"""Hold what a mail is written from, and the mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid5

from contracts.identifiers import EntryId, EntryReference, MessageId, NotebookReference, PersonId, Sha256
from services.notify.domain.notice import MAILS, Notice


@dataclass(frozen=True, slots=True)
class Person:
    """Whom one writes to, or names; who ``has_left`` is still named, and no longer written to."""

    id: PersonId
    name: str
    mail: str
    locale: Literal["fr", "en"]
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class PageName:
    """What a mail says of a page: names and numbers, never its text."""

    entry: EntryId
    reference: EntryReference
    title: str
    notebook_reference: NotebookReference
    notebook_title: str
    unit_code: str
    author: PersonId


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with the names it needs; ``by`` who acted, ``author`` whose page it is."""

    notice: Notice
    recipient: Person
    page: PageName
    author: Person | None
    by: Person | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Stored bytes are no longer what they were: ``damage`` is missing, truncated, damaged or replaced."""

    event: MessageId
    sha256: Sha256
    damage: str
    at: datetime

    @property
    def mail_id(self) -> str:
        """Return the mail's identity: a repeat of the event overwrites it."""
        return str(uuid5(MAILS, f"{self.event}/operators/integrity_broken"))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be handed over: ``title`` and ``text`` are what the web app shows of it."""

    id: str
    title: str
    text: str
    content: bytes
