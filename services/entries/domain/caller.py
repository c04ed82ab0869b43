"""Say who asks, for which request, so that every use case can decide and repeat safely."""

from dataclasses import dataclass

from contracts.errors import Forbidden
from contracts.identifiers import Actor, PersonId, RequestKey


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified actor of a call with its correlation id and, on a keyed write, its request key."""

    actor: Actor
    correlation_id: str = ""
    request: RequestKey | None = None

    @property
    def person(self) -> PersonId:
        """
        Name the acting person.

        Raises:
            Forbidden: nobody acts, only a process; writing and reading content needs a person.

        """
        if self.actor.person is None:
            raise Forbidden(reason="no_person")
        return self.actor.person
