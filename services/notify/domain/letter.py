"""Hold what a mail is written from, and the mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid5

from contracts.identifiers import EntryId, EntryReference, MessageId, NotebookReference, PersonId
from services.notify.domain.notice import MAILS, Notice

Locale = Literal["fr", "en"]
AlarmKind = Literal["integrity_broken", "page_refused"]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom one writes to, or names; who ``has_left`` is still named, and no longer written to."""

    id: PersonId
    name: str
    mail: str
    locale: Locale
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
    """
    What operators must look at, and the names its words need: ids and digests, never what people wrote.

    ``integrity_broken``: stored bytes (``sha256``) are no longer what they were; ``damage`` is missing, truncated,
    damaged or replaced. ``page_refused``: the index does not take a page (``entry``).
    """

    event: MessageId
    kind: AlarmKind
    names: Mapping[str, str]
    at: datetime

    @property
    def mail_id(self) -> str:
        """Return the mail's identity: a repeat overwrites it; a day of refused pages, which are listed, is one mail."""
        told = f"{self.at:%Y-%m-%d}" if self.kind == "page_refused" else self.event
        return str(uuid5(MAILS, f"{told}/operators/{self.kind}"))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be handed over: ``title`` and ``text`` are what the web app shows of it."""

    id: str
    title: str
    text: str
    content: bytes
