"""Own a legal hold: what it is on, who placed it and why, and that it ends once."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from contracts.errors import Conflict
from contracts.identifiers import HoldId, PersonId

Scope = Literal["unit", "person", "notebook"]


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing that ``subject`` reaches is deleted while it lasts; both reasons are kept for whoever asks later."""

    id: HoldId
    scope: Scope
    subject: str
    reason: str
    placed_by: PersonId
    placed_at: datetime
    lifted_by: PersonId | None = None
    lifted_at: datetime | None = None
    lifted_reason: str = ""

    def lifted(self, *, by: PersonId, at: datetime, reason: str) -> "Hold":
        """
        End it.

        Raises:
            Conflict: It has ended before.

        """
        if self.lifted_at is not None:
            raise Conflict(reason="lifted", current=self.lifted_at.isoformat())
        return replace(self, lifted_by=by, lifted_at=at, lifted_reason=reason)


@dataclass(frozen=True, slots=True)
class HoldShown:
    """A hold, how many files it reaches now, and how many of them the store itself has locked."""

    hold: Hold
    files: int
    locked: int
