"""Agree on shares: who else may read or write a notebook or an entry, until when (product.md §4)."""

from datetime import date
from typing import ClassVar, Literal

from contracts.envelope import Call, Done, Message, Page
from contracts.identifiers import EntryId, GrantId, NotebookId, PersonId, StructureId

_READ = "entries_read"


class Grant(Message):
    """A share of a notebook or entry with a person, team or unit, until a date inclusive."""

    id: GrantId
    notebook: NotebookId | None = None
    entry: EntryId | None = None
    person: PersonId | None = None
    structure: StructureId | None = None
    level: Literal["reader", "commenter", "contributor"]
    from_date: date
    until_date: date | None = None


class GiveGrant(Call):
    """Share a notebook or an entry (exactly one) with a person or a structure (exactly one)."""

    service = "entries"
    method = "give_grant"
    changes = True
    notebook: NotebookId | None = None
    entry: EntryId | None = None
    person: PersonId | None = None
    structure: StructureId | None = None
    level: Literal["reader", "commenter", "contributor"]
    until_date: date | None = None
    reply: ClassVar[type[Message]] = Grant


class RevokeGrant(Call):
    """End a share at once."""

    service = "entries"
    method = "revoke_grant"
    changes = True
    grant: GrantId
    reply: ClassVar[type[Message]] = Done


class GrantList(Message):
    """The shares of a notebook or entry."""

    items: tuple[Grant, ...]
    next_cursor: str | None = None


class ListGrants(Call, Page):
    """List the shares in force or to come."""

    service = _READ
    method = "list_grants"
    notebook: NotebookId | None = None
    entry: EntryId | None = None
    reply: ClassVar[type[Message]] = GrantList
