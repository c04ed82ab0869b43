"""Assemble the house of notify."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine
from uuid_utils import uuid7

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.rounds import Rounds
from services.notify.adapters.compose import TemplateComposer
from services.notify.adapters.entries import BusEntries
from services.notify.adapters.maildir import Maildir
from services.notify.settings import NotifySettings
from services.notify.store.unit_of_work import PostgresUnitOfWork
from services.notify.use_cases.deliver_mails import DeliverMails
from services.notify.use_cases.list_notices import ListNotices
from services.notify.use_cases.note_event import NoteEvent
from services.notify.use_cases.raise_alarm import RaiseAlarm
from services.notify.use_cases.read_notices import ReadNotices


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of notify calls."""

    note_event: NoteEvent
    list_notices: ListNotices
    read_notices: ReadNotices
    raise_alarm: RaiseAlarm
    sender: Rounds
    engine: Engine
    bus: BusClient

    def started(self) -> None:
        """Begin to send what is due, also what an earlier process left."""
        self.sender.start()

    def close(self) -> None:
        """Stop sending, and let go of the machines."""
        self.sender.stop()
        self.bus.close()
        self.engine.dispose()


def now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a fresh UUIDv7."""
    return str(uuid7())


def assemble() -> House:
    """Read the settings and build the house."""
    settings = NotifySettings.load()
    engine = open_engine(settings.database, application_name="notify")
    bus = BusClient(settings.bus, settings.identity)
    open_unit = partial(PostgresUnitOfWork, engine, now)
    entries = BusEntries(bus, timeout_seconds=settings.entries_timeout_seconds)
    composer = TemplateComposer(public_url=settings.public_url, demo=settings.demo)
    sink = Maildir(settings.maildir)
    deliver_mails = DeliverMails(open_unit, entries, composer, sink, now)
    return House(
        note_event=NoteEvent(open_unit, entries, now, new_id),
        list_notices=ListNotices(open_unit),
        read_notices=ReadNotices(open_unit, now),
        raise_alarm=RaiseAlarm(composer, sink, settings.operator_mail, settings.operator_locale),
        sender=Rounds("sender", (deliver_mails,), idle_seconds=settings.mail_idle_seconds),
        engine=engine,
        bus=bus,
    )
