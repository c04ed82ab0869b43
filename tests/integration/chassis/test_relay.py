"""A committed fact arrives, once in effect, whatever dies on the way."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, text

from chassis.database import open_engine
from chassis.inbox import table as inbox
from chassis.outbox import table as outbox
from chassis.settings import DatabaseSettings
from tests.integration.chassis.conftest import Bench
from tests.integration.chassis.house import Happened
from tests.servers.processes import wait_until
from tests.servers.running import PostgresServer


@pytest.fixture
def database(postgres_server: PostgresServer) -> dict[str, Any]:
    """A fresh database of the house, with outbox, inbox and a table of effects."""
    place = postgres_server.create_database("entries")
    engine = open_engine(DatabaseSettings(**place), application_name="test")
    with engine.begin() as connection:
        op = Operations(MigrationContext.configure(connection))
        outbox.create(op)
        inbox.create(op)
        op.execute("CREATE TABLE effect (name text)")
    engine.dispose()
    return place


@pytest.fixture
def engine(database: dict[str, Any]) -> Iterator[Engine]:
    """Connect as the house."""
    opened = open_engine(DatabaseSettings(**database), application_name="test")
    yield opened
    opened.dispose()


def _commit(engine: Engine, *events: Happened) -> None:
    with engine.begin() as connection:
        outbox.append(connection, events=events, occurred_at=datetime.now(UTC), actor_id=None, correlation_id="c1")


def _count(engine: Engine, query: str) -> int:
    with engine.begin() as connection:
        return int(connection.execute(text(query)).scalar_one())


def _relay(
    bench: Bench, database: dict[str, Any], *, program: str = "chassis.outbox.relay", **others: dict[str, Any]
) -> Any:
    """Start the relay on this outbox, with no more than its own role's rights."""
    role = f"{database['user']}_relay"
    plan = json.dumps({"entries": {**database, "user": role, "password": f"{role}-test"}, **others})
    environment = bench.environment("relay", "relay", PAILLASSE_RELAY_FILE=plan)
    return bench.spawn([program], environment, "relay")


def _house_on(bench: Bench, database: dict[str, Any]) -> None:
    bench.extra.update({f"PAILLASSE_DATABASE_{name.upper()}": str(value) for name, value in database.items()})


def test_a_committed_fact_arrives_and_leaves_the_outbox(bench: Bench, database: dict[str, Any], engine: Engine) -> None:
    """Commit → NOTIFY → relay → broker → listener; a rolled-back fact never does."""
    _house_on(bench, database)
    bench.start()
    _relay(bench, database)
    _commit(engine, Happened(name="a"), Happened(name="b"))

    bench.expect("did a")
    bench.expect("did b")
    wait_until(lambda: _count(engine, "SELECT count(*) FROM outbox") == 0, what="empty outbox")


def test_one_house_without_database_does_not_stop_the_others(
    bench: Bench, database: dict[str, Any], engine: Engine
) -> None:
    """Each outbox has its own thread and connections."""
    bench.start()
    _relay(bench, database, signing={**database, "port": 1})
    _commit(engine, Happened(name="alone"))

    bench.expect("did alone")


def test_the_relay_dies_over_and_over_and_no_effect_is_lost_or_doubled(
    bench: Bench, database: dict[str, Any], engine: Engine
) -> None:
    """Kill −9 at any moment: published again, absorbed by the inbox."""
    _house_on(bench, database)
    bench.start()
    total = 150
    relay = _relay(bench, database)
    for number in range(total):
        _commit(engine, Happened(name=f"e{number}", mood="effect"))
        if number % 50 == 25:
            relay.kill()
            relay.wait()
            relay = _relay(bench, database)

    wait_until(lambda: _count(engine, "SELECT count(DISTINCT name) FROM effect") == total, what="effects", seconds=60)
    wait_until(lambda: _count(engine, "SELECT count(*) FROM outbox") == 0, what="empty outbox")
    assert _count(engine, "SELECT count(*) FROM effect") == total


def test_the_relay_dies_exactly_between_confirm_and_commit_and_each_effect_happens_once(
    bench: Bench, database: dict[str, Any], engine: Engine
) -> None:
    """The broker has the facts, the outbox still has them too: the next relay sends them again under their old ids."""
    _house_on(bench, database)
    bench.start()
    names = [f"twice{number}" for number in range(3)]
    _commit(engine, *(Happened(name=name, mood="effect") for name in names))
    dying = _relay(bench, database, program="tests.integration.chassis.dying_relay")

    assert -signal.SIGKILL == dying.wait(30)
    assert len(names) == _count(engine, "SELECT count(*) FROM outbox")
    for name in names:
        bench.expect(f"did {name}")
    _relay(bench, database)
    for name in names:
        bench.expect(f"did {name}", count=2)
        assert len({line.split()[-1] for line in bench.lines(f"heard {name} ")}) == 1
    wait_until(lambda: _count(engine, "SELECT count(*) FROM outbox") == 0, what="empty outbox")
    assert len(names) == _count(engine, "SELECT count(*) FROM effect")
