"""Reach the databases of a demonstration as their superuser: for twins and for clocks, never for what is measured."""

from typing import Any

import psycopg2

from bench.demonstration import Demonstration
from onebox.servers.ports import LOOPBACK
from onebox.servers.postgresql import SUPERUSER


def dsn(demo: Demonstration, database: str) -> str:
    """Return the connection string of a database of the demonstration's cluster."""
    password = demo.secret("postgresql", "superuser_password")
    return f"host={LOOPBACK} port={demo.ports['postgresql']} dbname={database} user={SUPERUSER} password={password}"


def connect(where: str) -> Any:
    """Connect; psycopg2 has no types."""
    return psycopg2.connect(where)


def execute(demo: Demonstration, database: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements, each committed by itself; return the rows of the last."""
    connection = connect(dsn(demo, database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()
