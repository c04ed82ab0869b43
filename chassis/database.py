"""Open the one engine of a process."""

import time
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError

from chassis import statements
from chassis.settings import DatabaseSettings

# Larger pools gained nothing (measured, ADR-0002); what does not fit waits, and the deadline of its call ends it.
POOL_SIZE = 10
POOL_TIMEOUT_SECONDS = 5.0
STATEMENT_TIMEOUT_MILLISECONDS = 30_000
CONNECT_TIMEOUT_SECONDS = 5
# A connection used within this time is taken for alive: a ping before each use was two of every five round trips of a
# save. The first call to find a restarted server fails as unavailable, and empties the pool for all others.
TRUSTED_SECONDS = 1.0
_GIVEN_BACK = "given_back"


def open_engine(settings: DatabaseSettings, *, application_name: str) -> Engine:
    """Return an engine on psycopg2, the driver that is green under eventlet (ADR-0002).

    READ COMMITTED, clock in UTC; a connection that lay idle is tried before use, so a restart of the server costs
    hardly a request more than those it interrupts.
    """
    url = URL.create(
        "postgresql+psycopg2",
        username=settings.user,
        password=settings.password.get_secret_value(),
        host=settings.host,
        port=settings.port,
        database=settings.name,
    )
    engine = create_engine(
        url,
        # Transactions are begun and ended by ``statements``, READ COMMITTED as the server has it.
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS} -c timezone=UTC",
        },
        execution_options=statements.OURS,
    )
    event.listen(engine, "checkin", _note_idleness)
    event.listen(engine, "checkout", lambda connection, record, _fairy: _try_idle(engine, connection, record))
    statements.adopt(engine)
    return engine


def _note_idleness(_connection: Any, record: Any) -> None:
    record.info[_GIVEN_BACK] = time.monotonic()


def _try_idle(engine: Engine, connection: Any, record: Any) -> None:
    """Raise DisconnectionError, upon which the pool connects anew, when an idle connection no longer answers."""
    given_back = record.info.get(_GIVEN_BACK)
    if given_back is None or time.monotonic() - given_back < TRUSTED_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise DisconnectionError from error
