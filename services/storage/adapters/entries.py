"""Ask the house of entries what a hold reaches."""

from dataclasses import dataclass
from typing import cast

from chassis.bus.client import BusClient
from contracts.entries import calls
from contracts.identifiers import NotebookId, PersonId
from services.storage.domain.hold import Scope


@dataclass(frozen=True, slots=True)
class BusEntries:
    """The house of entries behind its contract."""

    bus: BusClient
    timeout_seconds: float

    def scope_of_hold(self, scope: Scope, subject: str, *, by: PersonId | None) -> tuple[NotebookId, ...]:
        """Return the notebooks a hold reaches, however many."""
        found: list[NotebookId] = []
        cursor: str | None = None
        while True:
            call = calls.ScopeOfHold(by=by, scope=scope, subject=subject, cursor=cursor)
            part = cast("calls.HoldScope", self.bus.call(call, timeout_seconds=self.timeout_seconds))
            found.extend(part.notebooks)
            cursor = part.next_cursor
            if cursor is None:
                return tuple(found)

    def demand_archivist(self, by: PersonId) -> None:
        """Ask for a hold on nobody but themselves: the answer is empty, or Forbidden."""
        self.scope_of_hold("person", by, by=by)
