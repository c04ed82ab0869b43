"""Join houses without a bus: a call is answered by the very method that answers it on the bus, in this process."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.bus.edge import CallContext
from chassis.bus.handling import Heard
from chassis.bus.listeners import Gatherer, Listener
from contracts.envelope import Call, Envelope, Message
from contracts.identifiers import Actor


@dataclass(frozen=True)
class DirectBus:
    """Calls of one house to another, whose ``service`` has its house."""

    service: Any
    actor: Actor

    def call(self, call: Call, *, timeout_seconds: float) -> Message:
        """Return the answer as it was made."""
        context = CallContext(self.actor, correlation_id="test", deadline=time.time() + timeout_seconds)
        answer: Message = getattr(self.service, call.method)(call, context)
        return answer


def hear(service: Any, facts: Iterable[Mapping[str, Any]]) -> None:
    """Let a service act on facts in the order given, each alone; facts it does not listen to pass by."""
    ears = {listener.event.type: (name, listener) for name, listener in _listeners(type(service))}
    for fact in facts:
        if fact["type"] in ears:
            name, listener = ears[fact["type"]]
            envelope = Envelope.model_validate(dict(fact))
            event = listener.event.model_validate(envelope.payload)
            if isinstance(listener, Gatherer):
                getattr(service, name)([Heard(event, envelope)])
            else:
                getattr(service, name)(event, envelope)


def _listeners(kind: type) -> Iterator[tuple[str, Listener]]:
    for name in dir(kind):
        for entrypoint in getattr(getattr(kind, name), "nameko_entrypoints", ()):
            if isinstance(entrypoint, Listener):
                yield name, entrypoint
