"""One house of entries, twice: on the fake store and on PostgreSQL. What passes on one must pass on both."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.entries.adapters.machine import SystemClock
from services.entries.store.unit_of_work import SqlReadings, SqlUnits, autocommit
from services.entries.wiring import build_reads, build_writing
from tests.builders.entries import ZONE, Institution, StorageDouble, institution
from tests.fakes.entries import FakeStore

CLOCK = SystemClock(ZoneInfo(ZONE))


@pytest.fixture
def storage() -> StorageDouble:
    """The house of storage."""
    return StorageDouble()


@pytest.fixture(params=["fake", "postgresql"])
def lab(request: pytest.FixtureRequest, storage: StorageDouble) -> Iterator[Institution]:
    """A small institution."""
    if request.param == "fake":
        store = FakeStore(CLOCK)
        yield _on(store.units, store.readings, storage)
        return
    database = request.getfixturevalue("house_database")("entries")
    engine = open_engine(DatabaseSettings(**database), application_name="test")
    yield _on(SqlUnits(engine, ZONE, CLOCK), SqlReadings(autocommit(engine), ZONE), storage)
    engine.dispose()


def _on(units: Any, readings: Any, storage: StorageDouble) -> Institution:
    return institution(build_writing(units, readings, files=storage, clock=CLOCK), build_reads(readings, files=storage))
