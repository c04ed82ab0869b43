"""A house of entries on a real database, with storage played from memory."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.entries.wiring import build_reads, build_writing
from tests.builders.entries import Institution, StorageDouble, institution

ZONE = "Europe/Paris"


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
    return institution(build_writing(engine, storage, zone=ZONE), build_reads(engine, storage, zone=ZONE))
