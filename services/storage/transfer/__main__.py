"""Run the door: ``python -m services.storage.transfer``."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import structlog
import uvicorn
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette

from chassis.logging import configure
from chassis.rounds import Rounds
from contracts.errors import Unavailable
from services.storage.settings import DoorSettings
from services.storage.transfer.app import Meters, door_app, side_app
from services.storage.wiring import Door, build_door

_log = structlog.get_logger()
# Each holds at most one database connection; the pool has ten.
_THREADS = 8
# Running transfers may end first; below the patience of any supervisor.
_GRACE_SECONDS = 20


class _Server(uvicorn.Server):
    """Leave signals to the process: two servers live in it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def main() -> None:
    """Listen until told to stop."""
    settings = DoorSettings.load()
    configure("door", level=settings.log_level)
    door = build_door(settings)
    store = settings.store_room
    alone = _alone(store.store_dir) if store.store == "directory" else contextlib.nullcontext()
    with alone, contextlib.closing(door):
        asyncio.run(_serve(door, settings))


@contextlib.contextmanager
def _alone(store_dir: Path) -> Iterator[None]:
    """Be the only door of this store: two of them could mix the bytes of one part."""
    descriptor = os.open(store_dir / "door.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another door serves {store_dir}: stop it first")
    try:
        yield
    finally:
        os.close(descriptor)


async def _serve(door: Door, settings: DoorSettings) -> None:
    meters = Meters()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="bytes") as threads:
        servers = (
            _server(door_app(door, settings, meters, threads), settings.door_host, settings.door_port),
            _server(side_app(door, meters), settings.health_host, settings.health_port),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, _stop, servers)
        sweeping = asyncio.create_task(_sweep(door, settings.sweep_interval_seconds, threads))
        caring = [Rounds(name, (step,), idle_seconds=settings.care_idle_seconds) for name, step in _care(door)]
        for rounds in caring:
            rounds.start()
        _log.info("door_opened", port=settings.door_port)
        await asyncio.gather(*(server.serve() for server in servers))
        for rounds in caring:
            rounds.stop()
        sweeping.cancel()
        await asyncio.wait({sweeping})
    _log.info("door_closed")


def _care(door: Door) -> tuple[tuple[str, Callable[[], bool]], ...]:
    """Name what goes on in the background, each in a thread of its own: a large file must not hold up the locks."""
    return ("scrub", door.scrub), ("lock", door.lock_blobs), ("hold", door.apply_holds)


def _server(app: Starlette, host: str, port: int) -> _Server:
    # No access log: a signed URL in a log is a key left in the lock.
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config)


def _stop(servers: tuple[_Server, ...]) -> None:
    for server in servers:
        server.should_exit = True


async def _sweep(door: Door, interval_seconds: float, threads: Executor) -> None:
    """Clear unfinished uploads now and again; what a database away cannot do now it does the next time."""
    while True:
        try:
            cleared = await asyncio.get_running_loop().run_in_executor(threads, door.expire_uploads)
        except (DBAPIError, PoolTimeout, Unavailable) as error:
            _log.warning("sweep_postponed", error=type(error).__name__)
        else:
            _log.info("uploads_cleared", count=cleared)
        await asyncio.sleep(interval_seconds)


if __name__ == "__main__":
    main()
