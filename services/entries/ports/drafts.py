"""Ask for drafts: the rows the store keeps of them, and the living documents those rows make."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from contracts.identifiers import EntryId, PersonId
from services.entries.domain.drafts import Draft, DraftShown, Tried, Update

# Gives the rows after a cursor, in order.
Rows = Callable[[int], Sequence[Update]]


class Drafts(Protocol):
    """Drafts and their rows, as the store keeps them."""

    def show(self, entry: EntryId, *, person: PersonId) -> DraftShown:
        """Return a page with its draft, if there is one; NotFound when there is no such page."""

    def lock(self, entry: EntryId, *, person: PersonId) -> DraftShown:
        """Return the same, the draft locked until this unit of work ends."""

    def held(self, entry: EntryId) -> Draft | None:
        """Return the draft of a page this unit of work has locked, locked too; none when there is none."""

    def updates(self, entry: EntryId, *, after: int) -> list[Update]:
        """Return rows after a cursor, in order."""

    def add(self, draft: Draft, update: Update) -> None:
        """Keep one more row with what the draft is now."""

    def replace(self, draft: Draft, updates: Sequence[Update]) -> None:
        """Keep the draft, made when it is new, with these rows in place of all others."""

    def save(self, draft: Draft) -> None:
        """Keep what the draft is now; its rows stay."""


class LivingDocuments(Protocol):
    """Documents many write at once (Yjs); bytes are v1 updates and state vectors."""

    def make(self, document: dict[str, Any] | None, *, title: str) -> tuple[tuple[bytes, ...], bytes]:
        """Return a new document's updates, always the same for the same page, and its state vector."""

    def attempt(self, draft: Draft, rows: Rows, update: bytes) -> Tried:
        """
        Apply an update to a scratch document.

        Raises:
            Invalid: malformed, or something no editor of this page writes.

        """

    def keep(self, draft: Draft) -> None:
        """Note that what was attempted last is committed as ``draft``."""

    def forget(self, entry: EntryId) -> None:
        """Drop the scratch document: what was attempted did not happen."""

    def read(self, draft: Draft, rows: Rows) -> dict[str, Any]:
        """Return the document an editor would show, as TipTap JSON; not yet checked against the schema."""

    def merge(self, draft: Draft, rows: Rows) -> tuple[bytes, ...]:
        """Return all rows as few."""

    def lacking(self, update: bytes, state_vector: bytes) -> bytes:
        """Return what of an update a client with this state lacks; Invalid when that is no state vector."""

    def covers(self, state_vector: bytes, wanted: bytes) -> bool:
        """Say whether the first state holds all of the second; Invalid when that is no state vector."""
