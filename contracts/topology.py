"""
Name the exchanges, users and rights of the bus: data that who starts the broker and who speaks on it must share.

Standard library only, so that onebox can write the broker's definitions without importing the chassis.
"""

import re
from dataclasses import dataclass

VIRTUAL_HOST = "paillasse"

RPC_EXCHANGE = "nameko-rpc"
DEAD_LETTER_EXCHANGE = "dlx"

# Those who announce facts: each has a topic exchange `<source>.events`, which only the relay may write (ADR-0003).
EVENT_SOURCES = ("entries", "signing", "storage", "search", "notify", "gateway")
RELAY_USER = "relay"

# Nudges and presence: transient and unconfirmed, for whoever has a page open at this moment; a sync repairs what is
# lost (decisions: drafts). Entries and the gateways write here, each gateway reads by a queue of its own.
NUDGES_EXCHANGE = "entries.nudges"
_NUDGERS = ("entries", "gateway")


@dataclass(frozen=True, slots=True)
class RetryStep:
    """
    Name one waiting room.

    A message is published to the fanout exchange ``name`` with its own queue as routing key, waits in the queue of
    the same name, and the broker then dead-letters it through the default exchange back to that queue.
    """

    name: str
    delay_milliseconds: int


RETRY_STEPS = (RetryStep("retry.5s", 5_000), RetryStep("retry.30s", 30_000), RetryStep("retry.5m", 300_000))


@dataclass(frozen=True, slots=True)
class Rights:
    """Give the three regular expressions of a RabbitMQ permission (rabbitmq.com/access-control)."""

    configure: str
    write: str
    read: str


def events_exchange(source: str) -> str:
    """Name the exchange on which ``source`` announces its facts."""
    return f"{source}.events"


def rights_of(user: str) -> Rights:
    """
    Say what a bus user may do.

    A house owns its queues, may call anyone (``nameko-rpc``), wait (``retry.*``) and bury (``dlx``); it reads every
    ``*.events`` but writes none, so that nobody can speak in another's name. The relay writes ``*.events`` only.
    """
    if user == RELAY_USER:
        return Rights(configure="^$", write=r"^[a-z]+\.events$", read="^$")
    name = re.escape(user)
    own = rf"rpc-{name}(_[a-z]+)?(\.dlq)?|evt-.*--{name}(_[a-z]+)?\..*|rpc\.reply-{name}-.*|nudges-{name}-.*"
    nudges = rf"|{re.escape(NUDGES_EXCHANGE)}" if user in _NUDGERS else ""
    return Rights(
        configure=f"^({own})$",
        write=rf"^({own}|nameko-rpc|retry\.[0-9a-z]+|dlx{nudges})$",
        read=rf"^({own}|nameko-rpc|dlx|[a-z]+\.events{nudges})$",
    )


def exchange_definitions() -> list[dict[str, object]]:
    """List the exchanges as ``definitions.json`` wants them (rabbitmq.com/definitions)."""
    kinds = {
        RPC_EXCHANGE: "topic",
        DEAD_LETTER_EXCHANGE: "direct",
        NUDGES_EXCHANGE: "topic",
        **{events_exchange(source): "topic" for source in EVENT_SOURCES},
        **{step.name: "fanout" for step in RETRY_STEPS},
    }
    return [
        {"name": name, "vhost": VIRTUAL_HOST, "type": kind, "durable": True, "auto_delete": False, "internal": False,
         "arguments": {}}
        for name, kind in kinds.items()
    ]  # fmt: skip


def queue_definitions() -> list[dict[str, object]]:
    """List the waiting rooms as ``definitions.json`` wants them; every other queue is declared by its house."""
    return [
        {"name": step.name, "vhost": VIRTUAL_HOST, "durable": True, "auto_delete": False,
         "arguments": {
             "x-queue-type": "quorum",
             "x-message-ttl": step.delay_milliseconds,
             "x-dead-letter-exchange": "",
             "x-dead-letter-strategy": "at-least-once",
             "x-overflow": "reject-publish",
         }}
        for step in RETRY_STEPS
    ]  # fmt: skip


def binding_definitions() -> list[dict[str, object]]:
    """Bind each waiting room to its exchange."""
    return [
        {"source": step.name, "vhost": VIRTUAL_HOST, "destination": step.name, "destination_type": "queue",
         "routing_key": "", "arguments": {}}
        for step in RETRY_STEPS
    ]  # fmt: skip


def permission_definitions(users: tuple[str, ...] = (*EVENT_SOURCES, RELAY_USER)) -> list[dict[str, str]]:
    """List who may do what as ``definitions.json`` wants it."""
    return [
        {"user": user, "vhost": VIRTUAL_HOST, "configure": rights.configure, "write": rights.write, "read": rights.read}
        for user in users
        for rights in (rights_of(user),)
    ]


# Who listens to what: the relay publishes these with `mandatory` and keeps them until a queue exists, so that an event
# is not lost before its listener first starts. A test compares this table with every @listens in the houses.
LISTENERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("entries", "EntryCreated"): ("search", "signing"),
    ("entries", "NotebookOpened"): ("storage",),
    ("entries", "RevisionAppended"): ("search", "signing", "storage"),
    ("entries", "EntryStateChanged"): ("search", "signing"),
    ("entries", "EntryStruckOut"): ("search", "signing"),
    ("entries", "NotebookChanged"): ("search",),
    ("entries", "RoleChanged"): ("search", "signing"),
    ("entries", "PersonAffiliated"): ("search",),
    ("entries", "PersonLeft"): ("search", "signing"),
    ("entries", "GrantChanged"): ("search", "signing"),
    ("entries", "CommentAdded"): ("notify", "search"),
    ("entries", "CommentResolved"): ("search",),
    ("entries", "TagsChanged"): ("search",),
    ("signing", "StepDue"): ("notify",),
    ("signing", "StepSigned"): ("notify",),
    ("signing", "CircuitReturned"): ("entries", "notify"),
    ("signing", "EntrySealed"): ("entries", "notify"),
    ("storage", "BlobConfirmed"): ("signing",),
    ("storage", "IntegrityBroken"): ("notify", "signing"),
    ("storage", "HoldPlaced"): ("signing",),
    ("storage", "HoldLifted"): ("signing",),
    ("storage", "TextExtracted"): ("search",),
    ("search", "PageRefused"): ("notify",),
    ("gateway", "TokenIssued"): ("signing",),
}
