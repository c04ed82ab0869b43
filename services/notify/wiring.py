"""Assemble the house of notify."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils import uuid7

from chassis.bus.client import BusClient
from chassis.database import open_engine
from contracts.errors import PaillasseError
from services.notify.adapters.compose import TemplateComposer
from services.notify.adapters.entries import BusEntries
from services.notify.adapters.maildir import Maildir
from services.notify.settings import NotifySettings
from services.notify.store.unit_of_work import PostgresUnitOfWork
from services.notify.use_cases.deliver_mails import DeliverMails
from services.notify.use_cases.list_notices import ListNotices
from services.notify.use_cases.note_event import NoteEvent
from services.notify.use_cases.read_notices import ReadNotices

_log = structlog.get_logger()


class Sender:
    """Send due mails in a thread beside the bus (green when patched)."""

    def __init__(self, deliver_mails: DeliverMails, *, idle_seconds: float) -> None:
        self._deliver_mails = deliver_mails
        self._idle_seconds = idle_seconds
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that a mail is due."""
        self._wake.set()

    def stop(self) -> None:
        """End after the round in hand."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            if not self._round():
                self._wake.wait(self._idle_seconds)

    def _round(self) -> bool:
        # A database that restarts must cost mails a second, not their sender's life.
        try:
            return self._deliver_mails()
        except PaillasseError as error:
            _log.warning("mails_postponed", code=error.code, detail=error.detail)
        except SQLAlchemyError as error:
            _log.warning("mails_postponed", reason=type(error).__name__)
        return False


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of notify calls."""

    note_event: NoteEvent
    list_notices: ListNotices
    read_notices: ReadNotices
    sender: Sender
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
    deliver_mails = DeliverMails(open_unit, entries, composer, Maildir(settings.maildir), now)
    return House(
        note_event=NoteEvent(open_unit, entries, now, new_id),
        list_notices=ListNotices(open_unit),
        read_notices=ReadNotices(open_unit, now),
        sender=Sender(deliver_mails, idle_seconds=settings.mail_idle_seconds),
        engine=engine,
        bus=bus,
    )
