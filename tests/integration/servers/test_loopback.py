"""Promise that the servers we start are private."""

from pathlib import Path

import psycopg2
import pytest

from tests.servers.running import PostgresServer, RabbitServer

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
LISTEN = "0A"


def listening_addresses(pids: set[int]) -> set[str]:
    """Return the local addresses (hexadecimal, as the kernel prints them) on which these processes listen."""
    sockets = {
        link.readlink().name.removeprefix("socket:[").removesuffix("]")
        for pid in pids
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink() and str(link.readlink()).startswith("socket:")
    }
    rows = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].split(":")[0] for row in rows if row[3] == LISTEN and row[9] in sockets}


def family(leaders: tuple[int, ...]) -> set[int]:
    """Return the processes whose session was begun by one of ``leaders``."""
    members = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            session = int(stat.read_text().rsplit(")", 1)[1].split()[3])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if session in leaders:
            members.add(int(stat.parent.name))
    return members


def test_neither_the_broker_nor_its_port_mapper_listens_off_loopback(rabbitmq_server: RabbitServer) -> None:
    """
    Erlang's distribution and epmd listen on every interface unless told otherwise (decisions.md 34).

    A notebook server must not open a remote shell to the laboratory's network.
    """
    if not rabbitmq_server.pids:
        pytest.skip("a container has a network of its own")

    addresses = listening_addresses(family(rabbitmq_server.pids))

    assert addresses
    assert addresses <= LOOPBACK


def test_postgresql_trusts_nobody(postgres_server: PostgresServer) -> None:
    """A local account without the password gets nothing: no ``trust`` anywhere."""
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=postgres_server.host, port=postgres_server.port, user=postgres_server.superuser, dbname="postgres",
            password="wrong",
        )  # fmt: skip


def test_a_fresh_database_belongs_to_its_house(postgres_server: PostgresServer) -> None:
    """A house can make tables in its own database, as its migrations do."""
    database = postgres_server.create_database("search")

    with psycopg2.connect(
        host=database["host"], port=database["port"], dbname=database["name"], user=database["user"],
        password=database["password"],
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        cursor.execute("CREATE TABLE proof (id int)")
        cursor.execute("SELECT count(*) FROM proof")
        assert cursor.fetchone() == (0,)
    connection.close()
