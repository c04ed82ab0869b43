"""Define what every message shares: its base classes and the envelope an event travels in."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.identifiers import MessageId, PersonId


class Message(BaseModel):
    """Be frozen, and ignore fields a newer sender may add."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Call(Message):
    """
    Ask one house for one thing and get one ``reply``.

    ``service`` is the nameko service that answers, ``issuers`` the processes whose actor tokens it accepts,
    ``changes`` whether it alters anything (then its queue is durable and a repeat needs an idempotency key).
    """

    service: ClassVar[str]
    method: ClassVar[str]
    reply: ClassVar[type[Message]]
    issuers: ClassVar[frozenset[str]] = frozenset({"gateway"})
    changes: ClassVar[bool] = False


class Event(Message):
    """Announce a fact, in the past tense. Thin: ids, numbers, states, labels; never text, names or addresses."""

    source: ClassVar[str]
    type: ClassVar[str]
    version: ClassVar[int] = 1


class Envelope(Message):
    """Carry one event; ``message_id`` makes its effect happen once, ``occurred_at`` is aware UTC."""

    message_id: MessageId
    occurred_at: datetime
    source: str
    type: str
    schema_version: int = 1
    correlation_id: str = ""
    actor_id: PersonId | None = None
    payload: dict[str, Any]


class Done(Message):
    """Say that it is done and there is nothing more to tell."""


class Page(Message):
    """Ask for a slice of a list: opaque ``cursor`` of the previous slice, at most 200 rows."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=200)
