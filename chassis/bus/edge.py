"""Mark the methods of a house's service: what one answers, what one listens to, where the house comes from."""

from chassis.bus.green import eventlet  # noqa: F401 -- before nameko, which imports it aloud

# isort: split

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from nameko.extensions import DependencyProvider

from chassis.bus.answers import Answer
from chassis.bus.consumers import PLANT
from chassis.bus.handling import CallContext, Heard
from chassis.bus.listeners import Gatherer, Listener
from contracts.envelope import Call, Event

__all__ = ["Assembled", "CallContext", "Heard", "House", "answers", "gathers", "listens"]

Method = TypeVar("Method", bound=Callable[..., Any])


class House(Protocol):
    """What ``assemble`` returns: the use cases of a house, and how to let go of its machines."""

    def close(self) -> None:
        """Close engines and clients; nothing runs any more."""


def answers(call: type[Call]) -> Callable[[Method], Method]:
    """Let ``method(self, call, context) -> call.reply`` answer the call; its name is ``call.method``."""

    def mark(method: Method) -> Method:
        if method.__name__ != call.method:
            raise TypeError(f"{method.__name__} cannot answer {call.service}.{call.method}")
        return Answer.decorator(call)(method)  # type: ignore[no-any-return]  # nameko has no types

    return mark


def listens(event: type[Event]) -> Callable[[Method], Method]:
    """Let ``method(self, event, envelope)`` act on a fact, at least once: be idempotent (``uow.first_time``)."""

    def mark(method: Method) -> Method:
        return Listener.decorator(event)(method)  # type: ignore[no-any-return]  # nameko has no types

    return mark


def gathers(event: type[Event], *, rest_seconds: float) -> Callable[[Method], Method]:
    """Let ``method(self, heard)`` act on several facts of a kind in one commit, each at least once: be idempotent.

    ``heard`` is a sequence of ``Heard``, oldest first. When the method raises it is called again with each fact alone.
    """

    def mark(method: Method) -> Method:
        return Gatherer.decorator(event, rest_seconds=rest_seconds)(method)  # type: ignore[no-any-return]  # no types

    return mark


class Assembled(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Give each worker the house, built once in a process by the runner and closed by it at the end.

    A house may define ``started()``: called once when every method of the process is being served.
    """

    def __init__(self, assemble: Callable[[], House]) -> None:
        self.assemble = assemble

    def get_dependency(self, worker_ctx: Any) -> House:  # noqa: ARG002 -- nameko's signature
        """Return the house of this process."""
        house: House = self.container.config[PLANT].houses[self.assemble]
        return house
