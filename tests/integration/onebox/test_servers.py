"""The private servers are private: loopback only, a password on every way in, rights as topology says."""

import asyncio
from pathlib import Path

import aiormq
import pytest
from pamqp.commands import Basic

from contracts.topology import EVENT_SOURCES
from tests.servers.processes import PostgresServer, RabbitServer


def _listening(pid: int) -> list[str]:
    """Return the local addresses on which a process group listens (proc(5), state 0A)."""
    inodes = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[2]) == pid:
                inodes |= {fd.readlink().name for fd in process.joinpath("fd").iterdir() if fd.is_symlink()}
        except OSError:
            continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and f"socket:[{parts[9]}]" in inodes:
                found.append(parts[1].split(":")[0])
    return found


LOOPBACKS = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def test_nothing_listens_off_loopback(postgres_server: PostgresServer, rabbitmq_server: RabbitServer) -> None:
    """Without two settings RabbitMQ's distribution and epmd listen on every address (tried)."""
    if postgres_server.process is None or rabbitmq_server.process is None:
        pytest.skip("servers run as containers: run without PAILLASSE_TEST_SERVERS=containers")
    addresses = [
        address
        for server in (postgres_server, rabbitmq_server)
        for address in _listening(server.process.running.pid)
    ]  # fmt: skip

    assert len(addresses) >= 3
    assert set(addresses) <= LOOPBACKS


def test_the_superuser_needs_the_password(postgres_server: PostgresServer) -> None:
    """No trust, not even on loopback: another user of the machine must not read notebooks."""
    import psycopg2

    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host="127.0.0.1", port=postgres_server.port, user="postgres", password="wrong", dbname="postgres"
        )


@pytest.mark.parametrize("exchange", [f"{house}.events" for house in EVENT_SOURCES])
def test_a_house_cannot_announce(rabbitmq_server: RabbitServer, exchange: str) -> None:
    """Only the relay writes event exchanges: a stolen broker password cannot speak in any house's name (ADR-0003)."""

    async def publish() -> None:
        connection = await aiormq.connect(rabbitmq_server.url("search"))
        try:
            channel = await connection.channel(publisher_confirms=True)
            await channel.basic_publish(
                b"{}", exchange=exchange, routing_key="EntryCreated", properties=Basic.Properties()
            )
        finally:
            await connection.close()

    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        asyncio.run(publish())


def test_the_relay_may_announce(rabbitmq_server: RabbitServer) -> None:
    """The right is there where it belongs."""

    async def publish() -> object:
        connection = await aiormq.connect(rabbitmq_server.url("relay"))
        try:
            channel = await connection.channel(publisher_confirms=True)
            return await channel.basic_publish(b"{}", exchange="entries.events", routing_key="Nothing")
        finally:
            await connection.close()

    assert isinstance(asyncio.run(publish()), Basic.Ack)


def test_a_house_cannot_reach_anothers_queue(rabbitmq_server: RabbitServer) -> None:
    """Reading or declaring another's queue would let one answer in its place."""

    async def declare() -> None:
        connection = await aiormq.connect(rabbitmq_server.url("search"))
        try:
            channel = await connection.channel()
            await channel.queue_declare("rpc-entries", durable=True)
        finally:
            await connection.close()

    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        asyncio.run(declare())
