"""List what waits for a person's signature."""

from dataclasses import dataclass

from contracts.identifiers import Actor
from services.signing.domain.intents import sentence
from services.signing.domain.views import InboxItem
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import acting_person


@dataclass(frozen=True)
class ListInbox:
    """Return a slice, oldest first: step ids are UUIDv7 and sort by time."""

    open: OpenUnitOfWork

    def __call__(
        self, *, actor: Actor, locale: str, cursor: str | None, limit: int
    ) -> tuple[tuple[InboxItem, ...], str | None]:
        """Return the items and the cursor of the next slice."""
        person = acting_person(actor)
        with self.open() as uow:
            found = uow.circuits.inbox(person, after=cursor, limit=limit + 1)
        items = tuple(
            InboxItem(
                circuit=circuit,
                step=step,
                intent_text=sentence(
                    step.role, locale=locale, reference=circuit.page.reference, revision=circuit.page.revision
                ),
            )
            for circuit, step in found[:limit]
        )
        return items, items[-1].step.id if len(found) > limit else None
