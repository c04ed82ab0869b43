"""Keep one AMQP connection that many threads write to and one reads; plain threads, or green ones where patched."""

import random
import select
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import amqp
import structlog
from amqp.exceptions import AMQPError

from chassis.bus.wire import CONTENT_ENCODING, CONTENT_TYPE
from chassis.settings import BusSettings
from contracts.errors import Unavailable
from contracts.topology import RPC_EXCHANGE

# Waiting this long for a connection, a caller is told that the bus is away.
CONNECT_WAIT_SECONDS = 1.0
BACK_OFF_SECONDS = (0.1, 2.0)

LINE_ERRORS = (AMQPError, OSError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way out; ``properties`` are AMQP's basic properties."""

    body: bytes
    exchange: str
    routing_key: str
    properties: dict[str, Any] = field(default_factory=dict)
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class ReplyBox:
    """The exclusive queue in which this line's replies arrive."""

    queue: str
    routing_key: str


class Waiter:
    """Wait for what becomes of one parcel: ``acked``, ``nacked``, ``returned``, ``lost`` or ``replied``."""

    def __init__(self, unique: str, *, until_reply: bool = False) -> None:
        self.id = unique
        self.until_reply = until_reply
        self.body = b""
        self.outcome = "timeout"
        self.done = threading.Event()

    def end(self, outcome: str, body: bytes = b"") -> None:
        """Tell the outcome, once."""
        if self.done.is_set() or (outcome == "acked" and self.until_reply):
            return
        self.outcome, self.body = outcome, body
        self.done.set()


class _Session:
    """One life of the connection: two channels, and who waits for what."""

    def __init__(self, settings: BusSettings, *, name: str, replies: ReplyBox | None) -> None:
        self.waiters: dict[str, Waiter] = {}
        self.tags: dict[int, Waiter] = {}
        self.tag = 0
        self.blocked = False
        self._ending = threading.Lock()
        self.connection = amqp.Connection(
            host=f"{settings.host}:{settings.port}",
            userid=settings.user,
            password=settings.password.get_secret_value(),
            login_method="PLAIN",
            virtual_host=settings.vhost,
            heartbeat=settings.heartbeat_seconds,
            connect_timeout=settings.connect_timeout_seconds,
            client_properties={"connection_name": name},
            on_blocked=self._block,
            on_unblocked=self._unblock,
        )
        self.connection.connect()
        # Otherwise py-amqp reads from the socket before each publish, in the writer's thread, beside the reader: frames
        # get lost between the two. The reader hears of a blocked connection anyway.
        self.connection.client_properties.setdefault("capabilities", {})["connection.blocked"] = False
        # Kept apart: py-amqp forgets its own when the broker hangs up.
        self.transport = self.connection.transport
        self.plain = self.connection.channel()
        self.confirmed = self.connection.channel()
        self.confirmed.confirm_select()
        self.confirmed.events["basic_ack"].add(self._acked)
        self.confirmed.events["basic_nack"].add(self._nacked)
        self.confirmed.events["basic_return"].add(self._returned)
        if replies is not None:
            self.plain.queue_declare(replies.queue, exclusive=True, auto_delete=True)
            self.plain.queue_bind(replies.queue, RPC_EXCHANGE, replies.routing_key)
            self.plain.basic_consume(replies.queue, no_ack=True, callback=self._replied)

    def write(self, parcel: Parcel, waiter: Waiter | None) -> None:
        """Put one message on the wire; the caller holds the lock of the line."""
        message = amqp.Message(
            parcel.body, content_type=CONTENT_TYPE, content_encoding=CONTENT_ENCODING, **parcel.properties
        )
        channel = self.plain
        if waiter is not None:
            channel = self.confirmed
            self.tag += 1
            self.tags[self.tag] = self.waiters[waiter.id] = waiter
        channel.basic_publish(
            message, exchange=parcel.exchange, routing_key=parcel.routing_key, mandatory=parcel.mandatory
        )

    def forget(self, waiter: Waiter) -> None:
        """Let go of a waiter; its tag goes with the broker's confirm."""
        self.waiters.pop(waiter.id, None)

    def end(self) -> None:
        """Close the socket, once, and tell all who wait."""
        if self._ending.acquire(blocking=False):
            self.transport.close()
        for waiter in [*self.waiters.values(), *self.tags.values()]:
            waiter.end("lost")

    def _settle(self, tag: int, multiple: bool, outcome: str) -> None:  # noqa: FBT001 -- AMQP's own argument
        for each in [known for known in self.tags if known <= tag] if multiple else [tag]:
            waiter = self.tags.pop(each, None)
            if waiter is not None:
                waiter.end(outcome)

    def _acked(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 -- AMQP's own argument
        self._settle(tag, multiple, "acked")

    def _nacked(self, tag: int, multiple: bool, *_flags: bool) -> None:  # noqa: FBT001 -- AMQP's own argument
        self._settle(tag, multiple, "nacked")

    def _returned(self, _error: Exception, _exchange: str, _key: str, message: amqp.Message) -> None:
        waiter = self.waiters.get(message.properties.get("message_id", ""))
        if waiter is not None:
            waiter.end("returned")

    def _replied(self, message: amqp.Message) -> None:
        waiter = self.waiters.get(message.properties.get("correlation_id", ""))
        if waiter is not None:
            body = message.body
            waiter.end("replied", body.encode() if isinstance(body, str) else bytes(body))

    def _block(self, *_reason: object) -> None:
        self.blocked = True

    def _unblock(self) -> None:
        self.blocked = False


class Line:
    """Publish, confirmed or not, over one connection that is opened at first use and again when lost.

    The lock is what keeps the frames of two large messages from interleaving: without it both senders hang for ever
    (measured with 3 MB replies, ADR-0002).
    """

    def __init__(self, settings: BusSettings, *, name: str, replies: ReplyBox | None = None) -> None:
        self._settings = settings
        self._name = name
        self._replies = replies
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._up = threading.Event()
        self._session: _Session | None = None
        self._reader: threading.Thread | None = None
        self._closed = False

    def send(self, parcel: Parcel, waiter: Waiter | None = None, *, wait_seconds: float = CONNECT_WAIT_SECONDS) -> None:
        """Write one message; with a waiter it is confirmed. Raise Unavailable when it did not get out."""
        session = self._open_session(min(wait_seconds, CONNECT_WAIT_SECONDS))
        if session.blocked or not self._writing.acquire(timeout=max(wait_seconds, CONNECT_WAIT_SECONDS)):
            raise Unavailable(reason="bus_blocked")
        try:
            session.write(parcel, waiter)
        except LINE_ERRORS as error:
            self._lose(session, error)
            raise Unavailable(reason="bus_lost") from error
        finally:
            self._writing.release()

    def wait(self, waiter: Waiter, seconds: float) -> str:
        """Wait for what becomes of a parcel, and let go of it."""
        waiter.done.wait(max(seconds, 0))
        session = self._session
        if session is not None:
            session.forget(waiter)
        return waiter.outcome

    def deliver(self, parcel: Parcel, unique: str, *, timeout_seconds: float) -> None:
        """Write one message and wait until the broker keeps it. Raise Unavailable when it does not."""
        waiter = Waiter(unique)
        self.send(parcel, waiter)
        outcome = self.wait(waiter, timeout_seconds)
        if outcome != "acked":
            raise Unavailable(reason=f"message_{outcome}")

    def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            session.end()
        if self._reader is not None:
            self._reader.join(1)

    def _open_session(self, wait_seconds: float) -> _Session:
        """Return the living session, starting the reader at first use."""
        session = self._session
        if session is not None:
            return session
        if self._closed:
            raise Unavailable(reason="bus_closed")
        with self._starting:
            if self._reader is None:
                self._reader = threading.Thread(target=self._keep_up, name=self._name, daemon=True)
                self._reader.start()
        self._up.wait(wait_seconds)
        session = self._session
        if session is None:
            raise Unavailable(reason="bus_away")
        return session

    def _keep_up(self) -> None:
        """Connect, read until the connection is lost, and again; pauses grow and differ between processes."""
        pause, longest = BACK_OFF_SECONDS
        while not self._closed:
            try:
                session = _Session(self._settings, name=self._name, replies=self._replies)
            except LINE_ERRORS as error:
                log.warning("bus_away", line=self._name, error=str(error))
                time.sleep(pause * (0.5 + random.random()))  # noqa: S311 -- jitter, not a secret
                pause = min(pause * 2, longest)
                continue
            pause = BACK_OFF_SECONDS[0]
            self._session = session
            self._up.set()
            self._read(session)

    def _read(self, session: _Session) -> None:
        """Read one life of the connection to its end."""
        beat = max(self._settings.heartbeat_seconds / 4, 0.5)
        last = time.monotonic()
        try:
            while self._session is session:
                readable, _, _ = select.select([session.transport.sock], [], [], beat)
                if readable:
                    session.connection.blocking_read()
                if time.monotonic() - last >= beat:
                    last = time.monotonic()
                    with self._writing:
                        session.connection.heartbeat_tick()
        except (*LINE_ERRORS, AttributeError, ValueError) as error:
            # AttributeError, ValueError: the socket was taken away while we waited on it.
            self._lose(session, error)

    def _lose(self, session: _Session, error: Exception) -> None:
        """End a session once; the reader opens the next."""
        if self._session is session:
            self._session = None
            self._up.clear()
            log.warning("bus_lost", line=self._name, error=str(error))
        session.end()
