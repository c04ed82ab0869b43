"""Agree on legal holds: what they reach, who placed and lifted them."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.envelope import Call, Message, Page
from contracts.identifiers import HoldId, PersonId

HoldScopeName = Literal["unit", "person", "notebook"]


class Hold(Message):
    """
    A legal hold: nothing it reaches is deleted until it is lifted, whatever its retention says.

    ``files`` are reached now, ``locked`` of them are locked in the store itself; the rest follow within seconds.
    """

    id: HoldId
    scope: HoldScopeName
    subject: str
    reason: str
    placed_by: PersonId
    placed_at: datetime
    lifted_by: PersonId | None = None
    lifted_at: datetime | None = None
    files: int = 0
    locked: int = 0


class PlaceHold(Call):
    """Place a hold on a unit, a person or a notebook; Forbidden unless the actor is an archivist."""

    service = "storage"
    method = "place_hold"
    changes = True
    scope: HoldScopeName
    subject: str = Field(min_length=1, max_length=36)
    reason: str = Field(min_length=1, max_length=1000)
    reply: ClassVar[type[Message]] = Hold


class LiftHold(Call):
    """Lift a hold; what nothing else keeps may be deleted from then on. Conflict when it is lifted already."""

    service = "storage"
    method = "lift_hold"
    changes = True
    hold: HoldId
    reason: str = Field(min_length=1, max_length=1000)
    reply: ClassVar[type[Message]] = Hold


class HoldList(Message):
    """A slice of the holds, newest first."""

    items: tuple[Hold, ...]
    next_cursor: str | None = None


class ListHolds(Call, Page):
    """List holds, lifted ones too; for archivists."""

    service = "storage"
    method = "list_holds"
    reply: ClassVar[type[Message]] = HoldList
