"""Run the house of storage in this process and its door as another."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from services.storage.wiring import House

PROJECT = Path(__file__).parents[2]
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
