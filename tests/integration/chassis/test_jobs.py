"""Jobs are done by whoever is there, however impatiently others ask."""

import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from chassis import jobs
from chassis.database import open_engine
from chassis.settings import DatabaseSettings

ASKED_AGAIN_SECONDS = 0.01


@pytest.fixture
def engine(house_database: Callable[[str], dict[str, Any]]) -> Iterator[Engine]:
    """A house's database with a job table; the loop takes SIGTERM for itself, the tests take it back."""
    before = signal.getsignal(signal.SIGTERM)
    opened = open_engine(DatabaseSettings(**house_database("storage")), application_name="test")
    yield opened
    opened.dispose()
    signal.signal(signal.SIGTERM, before)


def test_who_asks_again_and_again_wakes_nobody_into_idleness(engine: Engine) -> None:
    """A reader polls for a text whose job a killed process held: the next process waits for the lease to end."""
    done: list[str] = []
    with engine.begin() as connection:
        jobs.enqueue_all(connection, kind="read", payloads={"a": {}})
        assert jobs.claim(connection) is not None
        connection.execute(text("UPDATE job SET lease_until = now() + interval '2 seconds'"))
    over = threading.Event()

    def ask() -> None:
        while not over.wait(ASKED_AGAIN_SECONDS):
            with engine.begin() as connection:
                jobs.enqueue_all(connection, kind="read", payloads={"a": {}})

    impatient = threading.Thread(target=ask)
    impatient.start()
    try:
        jobs.JobLoop(engine).run({"read": lambda job, _: done.append(job.key) or {}}, idle_seconds=5)
    finally:
        over.set()
        impatient.join()

    assert ["a"] == done
