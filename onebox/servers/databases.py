"""Give every house its own database and role, and the relay its own role in each."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

HOUSES = ("entries", "signing", "storage", "search", "notify", "gateway")


@dataclass(frozen=True, slots=True)
class DatabasePasswords:
    """Passwords of a house's owner role and of the relay's role there."""

    owner: str
    relay: str


async def make_databases(*, port: int, superuser: str, password: str, houses: Mapping[str, DatabasePasswords]) -> None:
    """
    Create what is missing and set the passwords; safe to run at every start.

    A role may connect to its own database only; the migration grants the relay its three rights on ``outbox``.
    """
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user=superuser, password=password, database="postgres", timeout=10, ssl=False
    )
    try:
        roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for house, passwords in houses.items():
            for role, secret in ((house, passwords.owner), (f"{house}_relay", passwords.relay)):
                verb = "ALTER" if role in roles else "CREATE"
                await connection.execute(f"{verb} ROLE {_name(role)} LOGIN PASSWORD {_text(secret)}")
            if house in databases:
                continue
            await connection.execute(f"CREATE DATABASE {_name(house)} OWNER {_name(house)}")
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {_name(house)} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {_name(house)} TO {_name(house + '_relay')}")
    finally:
        await connection.close()


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
