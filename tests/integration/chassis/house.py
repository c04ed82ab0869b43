"""A tiny house, run by the real runner: it echoes, waits, breaks, dies and notes what it heard in a file."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.bus.client import BusClient
from chassis.bus.edge import Assembled, CallContext, Heard, answers, gathers, listens
from chassis.inbox.table import first_time
from chassis.settings import BusSettings, DatabaseSettings, IdentitySettings
from contracts import errors
from contracts.envelope import Call, Envelope, Event, Message


class Echoed(Message):
    """What came, and who sent it."""

    text: str
    actor: str = ""
    keyed: str = ""


class Echo(Call):
    """Say it again."""

    service, method, reply, changes = "entries", "echo", Echoed, True
    issuers = frozenset({"gateway", "entries"})
    text: str
    repeat: int = 1


class Slow(Call):
    """Take your time."""

    service, method, reply = "entries", "slow", Echoed
    seconds: float


class Break(Call):
    """Raise the error of this code, or a bug."""

    service, method, reply = "entries", "break_it", Echoed
    code: str


class Die(Call):
    """Kill the process that handles this."""

    service, method, reply, changes = "entries", "die", Echoed, True


class Missing(Call):
    """Never answered by the house: a newer gateway's call."""

    service, method, reply = "entries", "not_there_yet", Echoed


class Nobody(Call):
    """Of a house that does not run."""

    service, method, reply = "notify", "anything", Echoed


class ReadEcho(Call):
    """The reading twin."""

    service, method, reply = "entries_read", "read_echo", Echoed
    text: str


class Relayed(Call):
    """Call the reading twin from inside the house."""

    service, method, reply = "entries", "relayed", Echoed
    text: str


class Happened(Event):
    """Something happened in signing."""

    source = "signing"
    type = "Happened"
    name: str
    mood: str = "good"


class Gathered(Happened):
    """Something that happens often."""

    type = "Gathered"


@dataclass(frozen=True)
class House:
    """What the service classes share."""

    trace: Path
    client: BusClient

    def note(self, line: str) -> None:
        """Write one line that survives the process."""
        with self.trace.open("a") as file:
            file.write(line + "\n")

    def started(self) -> None:
        """Note that everything is served."""
        self.note(f"started {os.getpid()}")

    def close(self) -> None:
        """Note the end."""
        self.client.close()
        self.note("closed")


def assemble() -> House:
    """Build the house from the environment."""
    return House(Path(os.environ["TEST_TRACE"]), BusClient(BusSettings.load(), IdentitySettings.load()))


class Entries:
    """What changes."""

    name = "entries"
    house = Assembled(assemble)

    @answers(Echo)
    def echo(self, call: Echo, context: CallContext) -> Echoed:
        """Say it again."""
        keyed = f"{context.request.key} {context.request.digest}" if context.request else ""
        return Echoed(text=call.text * call.repeat, actor=f"{context.actor.issuer}/{context.actor.person}", keyed=keyed)

    @answers(Slow)
    def slow(self, call: Slow, _context: CallContext) -> Echoed:
        """Take time."""
        self.house.note(f"slow {call.seconds}")
        time.sleep(call.seconds)
        self.house.note(f"slept {call.seconds}")
        return Echoed(text="late")

    @answers(Break)
    def break_it(self, call: Break, _context: CallContext) -> Echoed:
        """Raise."""
        if call.code == "bug":
            raise ZeroDivisionError("secret detail")
        if call.code == "invalid":
            raise errors.Invalid(errors.FieldProblem("title", "too_long", "shorten it"), hint="1")
        raise errors.BY_CODE[call.code](status=404, entry="e1")

    @answers(Die)
    def die(self, _call: Die, _context: CallContext) -> Echoed:
        """Go without a word."""
        self.house.note("died")
        os.kill(os.getpid(), 9)
        return Echoed(text="")

    @answers(Relayed)
    def relayed(self, call: Relayed, _context: CallContext) -> Echoed:
        """Ask the twin."""
        return self.house.client.call(ReadEcho(text=call.text))

    @listens(Happened)
    def on_happened(self, event: Happened, envelope: Envelope) -> None:
        """Behave as the fact says."""
        self.house.note(f"heard {event.name} {envelope.message_id}")
        if event.mood == "poison":
            os.kill(os.getpid(), 9)
        if event.mood == "slow":
            time.sleep(30)
        if event.mood == "refused":
            raise errors.Invalid(errors.FieldProblem("name", "bad"))
        if event.mood == "bug":
            raise ZeroDivisionError
        if event.mood == "once" and self._is_first(event.name):
            raise errors.Unavailable(reason="first time")
        if event.mood == "effect":
            _take_effect(event.name, envelope.message_id)
        self.house.note(f"did {event.name}")

    @gathers(Gathered, rest_seconds=0.05)
    def on_gathered(self, heard: Sequence[Heard[Gathered]]) -> None:
        """Behave as each fact says; what was done before one of them failed is told again."""
        self.house.note(f"gathered {len(heard)}")
        for one in heard:
            self.on_happened(one.event, one.envelope)

    def _is_first(self, name: str) -> bool:
        """Say whether the fact was heard once only."""
        return sum(line.startswith(f"heard {name} ") for line in self.house.trace.read_text().splitlines()) == 1


class EntriesRead:
    """What only reads."""

    name = "entries_read"
    house = Assembled(assemble)

    @answers(ReadEcho)
    def read_echo(self, call: ReadEcho, _context: CallContext) -> Echoed:
        """Say it again."""
        return Echoed(text=call.text)


ReadEcho.issuers = frozenset({"gateway", "entries"})


def _take_effect(name: str, message_id: str) -> None:
    """Count a fact once, in the commit that remembers its message."""
    from sqlalchemy import text

    from chassis.database import open_engine

    engine = open_engine(DatabaseSettings.load(), application_name="test-house")
    with engine.begin() as connection:
        if first_time(connection, consumer="on_happened", message_id=message_id):
            connection.execute(text("INSERT INTO effect (name) VALUES (:name)"), {"name": name})
    engine.dispose()
