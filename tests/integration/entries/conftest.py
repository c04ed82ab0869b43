"""A house of entries on a real database, with storage played from memory."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.entries.adapters.machine import SystemClock
from services.entries.store.unit_of_work import SqlReadings, SqlUnits, autocommit
from services.entries.wiring import build_reads, build_writing
from tests.builders.entries import ZONE, Institution, StorageDouble, institution


@pytest.fixture
def engine(house_database: Any) -> Iterator[Engine]:
    """A fresh, migrated database of entries."""
    opened = open_engine(DatabaseSettings(**house_database("entries")), application_name="test")
    yield opened
    opened.dispose()


@pytest.fixture
def storage() -> StorageDouble:
    """The house of storage."""
    return StorageDouble()


@pytest.fixture
def lab(engine: Engine, storage: StorageDouble) -> Institution:
    """A small institution."""
    clock = SystemClock(ZoneInfo(ZONE))
    units, readings = SqlUnits(engine, ZONE, clock), SqlReadings(autocommit(engine), ZONE)
    return institution(build_writing(units, readings, files=storage, clock=clock), build_reads(readings, files=storage))
