"""Hold what a mail is written from, and the mail."""

from dataclasses import dataclass
from typing import Literal

from contracts.identifiers import EntryId, EntryReference, NotebookReference, PersonId
from services.notify.domain.notice import Notice


@dataclass(frozen=True, slots=True)
class Person:
    """Whom one writes to, or names."""

    id: PersonId
    name: str
    mail: str
    locale: Literal["fr", "en"]


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
class Mail:
    """A mail ready to be handed over: ``title`` and ``text`` are what the web app shows of it."""

    id: str
    title: str
    text: str
    content: bytes
