"""Start PostgreSQL and RabbitMQ as private processes, and end exactly those."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from onebox.servers import postgresql, rabbitmq
from onebox.servers.ports import free_ports

READY_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(slots=True)
class Process:
    """One server process in a group of its own, its output in a file."""

    command: list[str]
    log: Path
    ready: Callable[[], bool]
    environment: dict[str, str] | None = None
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    sink: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start and wait until it answers."""
        self.sink = self.log.open("ab")
        self.running = subprocess.Popen(
            self.command, env=self.environment, user=self.user, stdout=self.sink, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip
        wait_until(self.ready, what=self.command[0], seconds=READY_SECONDS)

    def stop(self, *, kill: bool = False) -> None:
        """End the process group; kill −9 when asked or when it does not end."""
        if self.running is None:
            return
        if self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL if kill else self.stop_signal)
        try:
            self.running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(STOP_SECONDS)
        self.running = None
        if self.sink is not None:
            self.sink.close()


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 30.0) -> None:
    """Return as soon as the condition holds; fail naming what did not happen."""
    deadline = time.monotonic() + seconds
    pause = time.sleep
    while not condition():
        if time.monotonic() > deadline:
            message = f"{what}: not so after {seconds:g} s"
            raise TimeoutError(message)
        pause(0.02)


@dataclass(slots=True)
class PostgresServer:
    """A private PostgreSQL."""

    host: str
    port: int
    superuser: str
    password: str
    process: Process | None = None
    layout: postgresql.Postgres | None = None

    def sql(self, script: str, *, database: str = "postgres") -> str:
        """Run SQL as the superuser."""
        assert self.layout is not None
        return self.layout.sql(script, database=database)


@dataclass(slots=True)
class RabbitServer:
    """A private RabbitMQ node; ``users`` maps bus user to password."""

    host: str
    port: int
    vhost: str
    users: dict[str, str]
    process: Process | None = None
    layout: rabbitmq.Rabbit | None = None

    def url(self, user: str) -> str:
        """Return the AMQP URL of a user."""
        return f"amqp://{user}:{self.users[user]}@{self.host}:{self.port}/{self.vhost}"


def start_postgres(folder: Path) -> PostgresServer:
    """Start a private PostgreSQL in ``folder``."""
    (port,) = free_ports(1)
    layout = postgresql.Postgres(folder, port, "test-superuser", postgresql.system_user())
    _open_to_others(folder)
    layout.lay_out()
    process = Process(
        layout.command(), folder / "postgresql.log", lambda: asyncio.run(postgresql.answers(port)),
        user=layout.user, stop_signal=signal.SIGINT,
    )  # fmt: skip
    process.start()
    return PostgresServer("127.0.0.1", port, postgresql.SUPERUSER, layout.password, process, layout)


def _open_to_others(folder: Path) -> None:
    # The cluster's user must be able to walk down to its folder; pytest makes its folders 0700.
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)


def start_rabbitmq(folder: Path, *, users: tuple[str, ...]) -> RabbitServer:
    """Start a private RabbitMQ node in ``folder`` with these users."""
    amqp, distribution, epmd = free_ports(3)
    passwords = {user: f"test-{user}" for user in users}
    layout = rabbitmq.Rabbit(folder, rabbitmq.Ports(amqp, distribution, epmd), passwords)
    layout.lay_out()
    process = Process(
        layout.command(), folder / "rabbitmq.log", lambda: rabbitmq.answers(amqp), environment=layout.environment()
    )
    process.start()
    return RabbitServer("127.0.0.1", amqp, rabbitmq.VIRTUAL_HOST, passwords, process, layout)


def stop_rabbitmq(server: RabbitServer, *, kill: bool = False) -> None:
    """End the node and the port mapper it left."""
    assert server.process is not None
    assert server.layout is not None
    server.process.stop(kill=kill)
    server.layout.stop_epmd()
