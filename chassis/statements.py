"""Ask and tell a database in as few round trips as there are answers to read; psycopg2 through SQLAlchemy."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Result, event
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError

# Keys of a connection's own notes.
_LATER = "later"
_PREPARED = "prepared"
# The engine's option that says that its transactions are ours.
OURS = {"paillasse": True}
# libpq's states of a connection (PQTRANS_INTRANS, PQTRANS_INERROR).
_IN_TRANSACTION, _FAILED = 2, 3
# The values are written in already: a % in somebody's text is no place for one.
_AS_IT_IS = {"no_parameters": True}
# A value's place in a statement, as in SQLAlchemy's ``text``.
_PLACE = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


def adopt(engine: Engine) -> None:
    """Begin and end the transactions of an engine with our own words, sent along with the statements between them.

    The driver must be in autocommit: its BEGIN and COMMIT are round trips of their own.
    """
    event.listen(engine, "before_cursor_execute", lambda connection, *_: _send_waiting(connection))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _commit)
    event.listen(engine, "rollback", _roll_back)
    event.listen(engine, "reset", _reset)


def _begin(connection: Connection) -> None:
    # An isolation level asked for is the driver's to begin and to end.
    if connection.get_execution_options().get("isolation_level") is None:
        connection.info[_LATER] = [b"BEGIN"]


def _commit(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") is None:
        if connection.info.get(_LATER) == [b"BEGIN"]:
            connection.info.pop(_LATER)
        else:
            connection.info.setdefault(_LATER, []).append(b"COMMIT")
    _send_waiting(connection)


def _roll_back(connection: Connection) -> None:
    if connection.invalidated:
        return
    connection.info.pop(_LATER, None)
    try:
        _undo(connection.connection.driver_connection)
    except connection.dialect.loaded_dbapi.Error as error:
        # The server that is gone has undone it: what was read before is no less true.
        connection.invalidate(error)


def _reset(driver: Any, record: Any, _state: Any) -> None:
    record.info.pop(_LATER, None)
    _undo(driver)


def _undo(driver: Any) -> None:
    """Undo what we began and neither committed nor undid; a connection that is gone has nothing to undo."""
    if driver is not None and driver.autocommit and driver.get_transaction_status() in {_IN_TRANSACTION, _FAILED}:
        driver.cursor().execute("ROLLBACK")


def is_ours(connection: Connection) -> bool:
    """Say whether ``ask`` and ``later`` may be used: its engine must be an adopted one."""
    return bool(connection.get_execution_options().get("paillasse"))


def ask(connection: Connection, statement: str, row: Mapping[str, Any], *, first: Sequence[str] = ()) -> Result[Any]:
    """Return what a statement answers, prepared once a connection: planning took more than the look itself.

    ``statement`` is written as for ``text``, with ``:name``. ``first`` are others whose answer nobody reads: they
    run before, in the same round trip, and the statement sees what was committed meanwhile.
    """
    if not connection.in_transaction():
        connection.begin()
    asked = [_written(connection, each, row) for each in (*first, statement)]
    names, rows = _run(connection, [*connection.info.pop(_LATER, ()), *asked])
    return IteratorResult(_shape(names), iter(rows))


@cache
def _shape(names: tuple[str, ...]) -> SimpleResultMetaData:
    return SimpleResultMetaData(names)


def later(connection: Connection, statement: str, row: Mapping[str, Any]) -> None:
    """Send a statement of this transaction, whose answer nobody reads, along with the next one or the commit.

    Otherwise as ``ask``. What waits reaches the server before anything else does, in its order; an error is raised by
    whatever sends it. Four writes of a save are one round trip instead of four.
    """
    if not connection.in_transaction():
        connection.begin()
    # Written first: preparing sends what waits.
    written = _written(connection, statement, row)
    connection.info.setdefault(_LATER, []).append(written)


def _send_waiting(connection: Connection) -> None:
    waiting = connection.info.pop(_LATER, None)
    if waiting:
        _run(connection, waiting)


def _run(connection: Connection, script: Sequence[bytes]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """
    Return the names and rows the last statement answers, none when it answers nothing.

    Past SQLAlchemy's own execution, which took as long as all else a house does for a save (docs/adr/0009); errors are
    raised as its own, and a connection that is gone is given up as it would.
    """
    borrowed: Any = connection.connection
    driver = connection.dialect.loaded_dbapi
    try:
        with closing(borrowed.cursor()) as cursor:
            cursor.execute(b";".join(script))
            if cursor.description is None:
                return (), []
            return tuple(column.name for column in cursor.description), cursor.fetchall()
    except driver.Error as error:
        lost = connection.dialect.is_disconnect(error, borrowed.driver_connection, None)
        raised = DBAPIError.instance(
            b";".join(script).decode(), None, error, driver.Error, connection_invalidated=lost,
            dialect=connection.dialect,
        )  # fmt: skip
        if lost:
            connection.invalidate(error)
        raise raised from error


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement as the server keeps it: what prepares it, and what calls it with values."""

    name: str
    prepare: str
    execute: str


@cache
def _plan(statement: str) -> _Plan:
    names = list(dict.fromkeys(_PLACE.findall(statement)))
    name = f"p{hashlib.sha256(statement.encode()).hexdigest()[:16]}"
    body = _PLACE.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    values = ", ".join(f"%({each})s" for each in names)
    return _Plan(name, f"PREPARE {name} AS {body}", f"EXECUTE {name} ({values})" if names else f"EXECUTE {name}")


def _written(connection: Connection, statement: str, row: Mapping[str, Any]) -> bytes:
    """Write the call of a statement with its values, after preparing it on a connection that does not know it."""
    plan = _plan(statement)
    prepared = connection.info.setdefault(_PREPARED, set())
    if plan.name not in prepared:
        connection.exec_driver_sql(plan.prepare, execution_options=_AS_IT_IS)
        prepared.add(plan.name)
    cursor: Any = connection.connection.cursor()
    written: bytes = cursor.mogrify(plan.execute, row)
    cursor.close()
    return written
