"""Start PostgreSQL and RabbitMQ as private processes, from the same descriptions as an installation."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from contracts.topology import VIRTUAL_HOST
from onebox.programs import Program
from onebox.servers import minio, opensearch, postgresql, rabbitmq
from onebox.servers.ports import free_ports
from tests.servers.running import PostgresServer, RabbitServer, S3Server, bus_users

STOP_SECONDS = 20.0


@dataclass(slots=True)
class Process:
    """One server process in a group of its own, its output in a file."""

    program: Program
    log: Path
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    sink: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Prepare, start, and wait until it answers."""
        program = self.program
        if program.before is not None:
            asyncio.run(program.before())
        self.sink = self.log.open("ab")
        self.running = subprocess.Popen(
            program.argv, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent", **program.env},
            user=program.user, stdout=self.sink, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            start_new_session=True, cwd="/",
        )  # fmt: skip
        ready = program.ready
        if ready is not None:
            wait_until(lambda: asyncio.run(ready.answers()), what=program.name, seconds=program.ready_seconds)

    def stop(self, *, kill: bool = False) -> None:
        """End the process group; kill −9 when asked or when it does not end."""
        if self.running is None:
            return
        if self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL if kill else self.program.stop_signal)
        try:
            self.running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(STOP_SECONDS)
        self.running = None
        if self.sink is not None:
            self.sink.close()

    @property
    def pid(self) -> int:
        """The process id, which is also its group's."""
        assert self.running is not None
        return self.running.pid


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 30.0) -> None:
    """Return as soon as the condition holds; fail naming what did not happen."""
    deadline = time.monotonic() + seconds
    pause = time.sleep
    while not condition():
        if time.monotonic() > deadline:
            message = f"{what}: not so after {seconds:g} s"
            raise TimeoutError(message)
        pause(0.02)


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Make a folder that a server's own account can walk into, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix=f"paillasse-test-{name}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_process() -> Iterator[PostgresServer]:
    """Run a private PostgreSQL."""
    postgresql.find_programs()
    (port,) = free_ports(1)
    with scratch_folder("postgresql") as folder:
        cluster = postgresql.Cluster(folder / "cluster", port, secrets.token_urlsafe(24))
        process = Process(cluster.program(), folder / "log")
        try:
            process.start()
            yield PostgresServer("127.0.0.1", port, postgresql.SUPERUSER, cluster.password)
        finally:
            process.stop()


@contextmanager
def rabbitmq_process() -> Iterator[RabbitServer]:
    """Run a private RabbitMQ node with the product's users, rights and exchanges."""
    rabbitmq.find_server()
    amqp, distribution, epmd = free_ports(3)
    users = bus_users()
    with scratch_folder("rabbitmq") as folder:
        node = rabbitmq.Node(folder, amqp, distribution, epmd, users)
        started = [Process(program, folder / f"{program.name}.log") for program in node.programs()]
        try:
            for process in started:
                process.start()
            yield RabbitServer("127.0.0.1", amqp, VIRTUAL_HOST, users, tuple(each.pid for each in started))
        finally:
            for process in reversed(started):
                process.stop()


@contextmanager
def minio_process() -> Iterator[S3Server]:
    """Run a private MinIO with a locked bucket."""
    minio.find_program()
    (port,) = free_ports(1)
    with scratch_folder("minio") as folder:
        described = minio.Minio(folder / "data", port, "paillasse-test", secrets.token_urlsafe(24))
        process = Process(described.program(), folder / "log")
        try:
            process.start()
            server = S3Server(described.url, minio.BUCKET, described.access_key, described.secret_key, process=process)
            server.client().create_bucket(Bucket=minio.BUCKET, ObjectLockEnabledForBucket=True)
            yield server
        finally:
            process.stop()


@contextmanager
def opensearch_process() -> Iterator[str]:
    """Run a private OpenSearch and yield its address."""
    opensearch.find_server()
    (port,) = free_ports(1)
    with scratch_folder("opensearch") as folder:
        process = Process(opensearch.Node(folder, port).program(), folder / "log")
        try:
            process.start()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stop()
