"""A house that only echoes, run by the product's own runner: what the chassis costs and nothing else."""

import os

from chassis.bus.edge import CallContext, answers
from contracts.envelope import Call, Message

# `search` has a classic queue, `entries` a quorum one (chassis.bus.wire): the process speaks as one of them.
USERS = ("search", "entries")
_SERVED = os.environ.get("PAILLASSE_HOUSE", "search")


class Echoed(Message):
    """What came."""

    text: str


class Echo(Call):
    """Say it again, over a classic queue."""

    service, method, reply = "search", "echo", Echoed
    text: str


class ReplicatedEcho(Echo):
    """Say it again, over a quorum queue."""

    service, changes = "entries", True


_ECHO: type[Echo] = ReplicatedEcho if _SERVED == ReplicatedEcho.service else Echo


class Echoes:
    """Answers one method."""

    name = _ECHO.service

    @answers(_ECHO)
    def echo(self, call: Echo, _context: CallContext) -> Echoed:
        """Say it again."""
        return Echoed(text=call.text)
