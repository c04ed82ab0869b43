"""Place, lift and list legal holds."""

from dataclasses import dataclass

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import HoldId, PersonId, RequestKey
from services.storage.domain.facts import HoldLifted, HoldPlaced
from services.storage.domain.hold import Hold, HoldShown, Scope
from services.storage.domain.upload import Owner
from services.storage.ports import Cause, Clock, Entries, NewId, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Asked:
    """What an archivist asks for."""

    scope: Scope
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Keep everything of a unit, person or notebook, whatever comes later; entries decides who may."""

    uow: UnitOfWorkFactory
    entries: Entries
    clock: Clock
    new_id: NewId

    def __call__(self, asked: Asked, *, asker: Owner, cause: Cause, request: RequestKey | None = None) -> HoldShown:
        """
        Return the hold; a repeated request returns the same.

        Raises:
            Forbidden: The asker is no archivist.
            NotFound: There is no such unit, person or notebook.

        """
        person = _person(asker)
        notebooks = self.entries.scope_of_hold(asked.scope, asked.subject, by=person)
        with self.uow() as uow:
            known = uow.recall(request) if request is not None else None
            if known is not None:
                return uow.holds.show(known["hold"])
            now = self.clock()
            hold = Hold(HoldId(self.new_id()), asked.scope, asked.subject, asked.reason, person, now)
            uow.holds.add(hold, notebooks)
            uow.publish(HoldPlaced(hold), cause=cause, at=now)
            if request is not None:
                uow.remember(request, {"hold": hold.id})
            placed = uow.holds.show(hold.id)
            uow.commit()
        return placed


@dataclass(frozen=True, slots=True)
class LiftHold:
    """End a hold."""

    uow: UnitOfWorkFactory
    entries: Entries
    clock: Clock

    def __call__(self, id_: HoldId, *, reason: str, asker: Owner, cause: Cause) -> HoldShown:
        """
        Return it as it is now.

        Raises:
            Forbidden: The asker is no archivist.
            NotFound: There is no such hold.
            Conflict: It was lifted before.

        """
        person = _person(asker)
        self.entries.demand_archivist(person)
        with self.uow() as uow:
            hold = uow.holds.get(id_, lock=True)
            if hold is None:
                raise NotFound(kind="hold", id=id_)
            now = self.clock()
            lifted = hold.lifted(by=person, at=now, reason=reason)
            uow.holds.save(lifted)
            uow.publish(HoldLifted(lifted), cause=cause, at=now)
            ended = uow.holds.show(id_)
            uow.commit()
        return ended


@dataclass(frozen=True, slots=True)
class ListHolds:
    """Show holds to archivists."""

    uow: UnitOfWorkFactory
    entries: Entries

    def __call__(self, *, after: HoldId | None, limit: int, asker: Owner) -> list[HoldShown]:
        """Return them, newest first; Forbidden to others."""
        self.entries.demand_archivist(_person(asker))
        with self.uow() as uow:
            return uow.holds.page(after=after, limit=limit)


def _person(asker: Owner) -> PersonId:
    if asker.person is None:
        raise Forbidden(action="hold", reason="no_person")
    return asker.person
