"""What waits for the next statement is sent before it, in its order, and shares the fate of its transaction."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from chassis.statements import ask, later
from tests.servers.processes import wait_until
from tests.servers.running import PostgresServer

PUT = "INSERT INTO note (number, words) VALUES (:number, :words)"
LOCK = "SELECT pg_advisory_xact_lock(:key)"
ALL = "SELECT number, words FROM note WHERE number >= :least ORDER BY number"


@pytest.fixture
def engine(postgres_server: PostgresServer) -> Iterator[Engine]:
    """Open an empty database with one table."""
    opened = open_engine(DatabaseSettings(**postgres_server.create_database("entries")), application_name="test")
    with opened.begin() as connection:
        connection.execute(text("CREATE TABLE note (number integer PRIMARY KEY, words text NOT NULL)"))
    yield opened
    opened.dispose()


def rows(engine: Engine) -> list[tuple[int, str]]:
    """Read all as another sees it."""
    with engine.connect() as connection:
        return [tuple(row) for row in ask(connection, ALL, {"least": 0})]


def test_what_waits_is_seen_by_the_next_question_and_by_nobody_else_before_the_commit(engine: Engine) -> None:
    """Text is text: a percent sign, a quote, a semicolon or a colon in it changes nothing."""
    words = "10 % ';-- :number %(words)s \\ 37 °C"
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": words})
        later(connection, PUT, {"number": 2, "words": ""})

        assert [row.words for row in ask(connection, ALL, {"least": 0})] == [words, ""]
        assert rows(engine) == []
        connection.commit()
    assert rows(engine) == [(1, words), (2, "")]


def test_a_commit_sends_what_waits_even_when_nothing_else_was_asked(engine: Engine) -> None:
    """A fact that only announces something is a transaction of its own."""
    for number in range(3):
        with engine.connect() as connection:
            later(connection, PUT, {"number": number, "words": "alone"})
            connection.commit()

    assert len(rows(engine)) == 3


@pytest.mark.parametrize("rolled_back", [True, False])
def test_what_was_not_committed_never_happened(engine: Engine, *, rolled_back: bool) -> None:
    """Not even in the next transaction of the same connection."""
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": "undone"})
        if rolled_back:
            connection.rollback()
    with engine.connect() as connection:
        later(connection, PUT, {"number": 2, "words": "kept"})
        connection.commit()

    assert rows(engine) == [(2, "kept")]


def test_a_refused_statement_takes_its_transaction_with_it_and_the_connection_serves_on(engine: Engine) -> None:
    """Its error is raised by the commit that sends it."""
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": "first"})
        later(connection, PUT, {"number": 1, "words": "twice"})
        with pytest.raises(IntegrityError):
            connection.commit()
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": "again"})
        connection.commit()

    assert rows(engine) == [(1, "again")]


@pytest.mark.parametrize("asked", [True, False])
def test_leaving_without_a_commit_undoes_what_was_sent(engine: Engine, *, asked: bool) -> None:
    """Whether the driver, a question or the commit itself sent it: the next user finds a clean connection."""
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": "undone"})
        if asked:
            ask(connection, ALL, {"least": 0})
        else:
            connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        later(connection, PUT, {"number": 2, "words": "undone too"})
        with pytest.raises(ProgrammingError):
            connection.execute(text("SELECT no_such_column FROM note"))

    assert rows(engine) == []
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO note VALUES (3, 'kept')"))
        connection.commit()
    assert rows(engine) == [(3, "kept")]


def test_nested_and_read_only_transactions_keep_their_meaning(engine: Engine) -> None:
    """A savepoint undoes its part only; a snapshot stays the same while others commit."""
    with engine.begin() as connection:
        later(connection, PUT, {"number": 1, "words": "kept"})
        with connection.begin_nested() as point:
            later(connection, PUT, {"number": 2, "words": "undone"})
            point.rollback()
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with snapshot.connect() as reading:
        before = reading.execute(text("SELECT count(*) FROM note")).scalar()
        with engine.begin() as connection:
            later(connection, PUT, {"number": 3, "words": "meanwhile"})

        assert reading.execute(text("SELECT count(*) FROM note")).scalar() == before == 1
    assert [number for number, _ in rows(engine)] == [1, 3]


def test_a_connection_lost_in_a_transaction_is_replaced(engine: Engine) -> None:
    """The server went away: that transaction fails, the next one is served."""
    with engine.connect() as connection:
        later(connection, PUT, {"number": 1, "words": "lost"})
        mine = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
        with pytest.raises(OperationalError):
            connection.commit()

    with engine.begin() as connection:
        later(connection, PUT, {"number": 2, "words": "kept"})
    assert rows(engine) == [(2, "kept")]


def test_what_was_read_stays_true_when_the_server_goes_before_the_end(engine: Engine) -> None:
    """Nothing was to be kept: a restart at that moment is no failure of the request."""
    with engine.connect() as connection:
        (mine,) = ask(connection, "SELECT pg_backend_pid() AS pid", {}).one()
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:mine, 5000)"), {"mine": mine})

    assert rows(engine) == []


def test_the_second_statement_sees_what_was_committed_while_the_first_waited(engine: Engine) -> None:
    """A lock before a look is of use only when the look is newer than the lock."""
    with engine.connect() as holder, ThreadPoolExecutor() as threads:
        ask(holder, LOCK, {"key": 1})
        later(holder, PUT, {"number": 7, "words": "meanwhile"})

        def look() -> list[int]:
            with engine.connect() as connection:
                return [row.number for row in ask(connection, ALL, {"least": 0, "key": 1}, first=(LOCK,))]

        looking = threads.submit(look)
        wait_until(lambda: _waits(engine), what="the other to wait for the lock")
        holder.commit()

        assert looking.result(10) == [7]


def _waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())
