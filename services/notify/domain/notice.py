"""Define a notice: one thing told to one person because of one event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from contracts.identifiers import EntryId, MessageId, NoticeId, PersonId

Kind = Literal["to_sign", "signed", "returned", "sealed", "commented", "mentioned"]
# As what a person is told: it decides the wording, and only the first one found counts.
Capacity = Literal["signer", "author", "lead", "reader"]

# Namespace of mail ids (RFC 9562 §5.5): chosen once, never to change, or a repeat would no longer overwrite.
MAILS = UUID("6f1f6c1e-3c0e-5a3b-9b0c-0f5d1a2e7c44")


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Tell ``person`` that ``kind`` happened to ``entry``.

    ``by`` is who acted, ``role`` in which step of the circuit; ``alone`` when the author signed without a circuit.
    """

    id: NoticeId
    event: MessageId
    person: PersonId
    kind: Kind
    capacity: Capacity
    entry: EntryId
    created_at: datetime
    by: PersonId | None = None
    role: str | None = None
    alone: bool = False

    @property
    def mail_id(self) -> str:
        """Return the mail's identity, Maildir file name and Message-ID: a repeat overwrites (decisions.md 15)."""
        return str(uuid5(MAILS, f"{self.event}/{self.person}/{self.kind}"))

    @property
    def path(self) -> str:
        """Return where the notice leads in the web app."""
        return f"/entries/{self.entry}"


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A notice with the words it was told in, as its reader sees it."""

    notice: Notice
    title: str
    text: str
    read_at: datetime | None
