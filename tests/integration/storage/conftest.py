"""Give tests the house of storage and a running door."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.storage.settings import StoreSettings
from services.storage.wiring import House, build_house, open_store

PROJECT = Path(__file__).parents[3]
READY_WITHIN_SECONDS = 30


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningStorage:
    """A house, its store folder and its door."""

    house: House
    store_dir: Path
    environment: dict[str, str]
    door_port: int
    side_port: int
    door: subprocess.Popen[bytes] = field(init=False)

    def open_door(self) -> None:
        """Start the door and return once it is ready."""
        self.door = subprocess.Popen(
            [sys.executable, "-m", "services.storage.transfer"], cwd=PROJECT, env=os.environ | self.environment
        )
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            assert self.door.poll() is None, "the door died"
            try:
                if httpx.get(f"http://127.0.0.1:{self.side_port}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the door is not ready")

    def kill_door(self) -> None:
        """Kill it as a crash would."""
        self.door.send_signal(signal.SIGKILL)
        self.door.wait(10)

    def close_door(self) -> None:
        """Stop it as a supervisor would."""
        self.door.terminate()
        assert self.door.wait(30) == 0

    def blobs(self) -> list[Path]:
        """Return every blob file."""
        return sorted(path for path in (self.store_dir / "blobs").rglob("*") if path.is_file())

    def incoming(self) -> list[Path]:
        """Return every unfinished file."""
        return sorted((self.store_dir / "incoming").iterdir())


@pytest.fixture
def start_storage(house_database: Callable[[str], dict[str, Any]]) -> Iterator[Callable[[Path], RunningStorage]]:
    """Start storage on a folder."""
    started: list[RunningStorage] = []

    def start(store_dir: Path) -> RunningStorage:
        database, door_port, side_port = house_database("storage"), free_port(), free_port()
        key = secrets.token_hex(32)
        settings = StoreSettings(
            store_dir=store_dir, door_url=f"http://127.0.0.1:{door_port}", url_key=key, reserve_bytes=0
        )
        engine = open_engine(DatabaseSettings(**database), application_name="test-storage")
        environment = {f"PAILLASSE_DATABASE_{name.upper()}": str(value) for name, value in database.items()} | {
            "PAILLASSE_STORE_DIR": str(store_dir),
            "PAILLASSE_DOOR_URL": settings.door_url,
            "PAILLASSE_DOOR_PORT": str(door_port),
            "PAILLASSE_HEALTH_PORT": str(side_port),
            "PAILLASSE_URL_KEY": key,
        }
        house = build_house(engine, settings, *open_store(settings))
        running = RunningStorage(house, store_dir, environment, door_port, side_port)
        started.append(running)
        running.open_door()
        return running

    yield start
    for running in started:
        running.house.close()
        if running.door.poll() is None:
            running.close_door()


@pytest.fixture
def storage(start_storage: Callable[[Path], RunningStorage], tmp_path: Path) -> RunningStorage:
    """Start storage on a fresh folder."""
    return start_storage(tmp_path / "store")
