"""Give tests the house of storage and a running door."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.storage.settings import StoreSettings
from services.storage.wiring import build_house, open_store
from tests.builders.running_storage import RunningStorage, free_port
from tests.builders.storage import ArchiveDouble


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
        house = build_house(engine, settings, open_store(settings), ArchiveDouble())
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
