"""Say where a test's servers are: the same words for processes and containers."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import amqp
import boto3
import psycopg2
from botocore.config import Config
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from contracts.topology import EVENT_SOURCES, RELAY_USER


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL whose superuser the tests are."""

    host: str
    port: int
    superuser: str
    password: str
    made: set[str] = field(default_factory=set)

    def connect(self, database: str = "postgres") -> Any:
        """Connect as superuser, every statement its own transaction."""
        connection = psycopg2.connect(
            host=self.host, port=self.port, user=self.superuser, password=self.password, dbname=database
        )
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        return connection

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as superuser."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def create_database(self, house: str, *, template: str | None = None) -> dict[str, Any]:
        """
        Make a fresh, empty database owned by the role of ``house``.

        Returns what ``chassis.settings.DatabaseSettings`` takes: host, port, name, user, password.
        """
        self._make_roles(house)
        name = f"{house}_{secrets.token_hex(4)}"
        copied = f' TEMPLATE "{template}"' if template else ""
        self.execute(f'CREATE DATABASE "{name}" OWNER "{house}"{copied}')
        return {"host": self.host, "port": self.port, "name": name, "user": house, "password": f"{house}-test"}

    def relay_of(self, database: dict[str, Any]) -> dict[str, Any]:
        """Return the same database as the relay's role sees it."""
        house = database["user"]
        return {**database, "user": f"{house}_relay", "password": f"{house}_relay-test"}

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _make_roles(self, house: str) -> None:
        if house in self.made:
            return
        self.execute(*(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{role}-test'" for role in (house, f"{house}_relay")))
        self.made.add(house)


@dataclass(frozen=True)
class RabbitServer:
    """A RabbitMQ with the product's definitions; ``users`` maps each to its password."""

    host: str
    port: int
    vhost: str
    users: dict[str, str]
    # Process ids of epmd and the node; empty for a container.
    pids: tuple[int, ...] = ()

    def bus(self, user: str) -> dict[str, Any]:
        """Return what ``chassis.settings.BusSettings`` takes."""
        return {"host": self.host, "port": self.port, "vhost": self.vhost, "user": user, "password": self.users[user]}

    def url(self, user: str) -> str:
        """Return an AMQP address with credentials."""
        return f"amqp://{user}:{self.users[user]}@{self.host}:{self.port}/{self.vhost}"


@dataclass(frozen=True)
class S3Server:
    """An S3 with a bucket that has versioning and Object Lock."""

    url: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    # Kills and starts it; none for a container or somebody else's bucket.
    process: Any = None

    def client(self) -> Any:
        """Connect as an administrator, to look and to break."""
        return boto3.client(
            "s3", endpoint_url=self.url, aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key,
            region_name=self.region, config=Config(s3={"addressing_style": "path"}),
        )  # fmt: skip


def bus_users() -> dict[str, str]:
    """Give every bus user a password."""
    return {user: secrets.token_urlsafe(24) for user in (*EVENT_SOURCES, RELAY_USER)}


def forget_calls(server: RabbitServer) -> None:
    """
    Delete every call queue, as the house that owns it.

    Queues outlive the process that declared them, as they must; a test about absent houses wants none left by others.
    """
    for house in EVENT_SOURCES:
        connection = amqp.Connection(
            f"{server.host}:{server.port}", userid=house, password=server.users[house], virtual_host=server.vhost
        )
        connection.connect()
        try:
            channel = connection.channel()
            for service in (house, f"{house}_read"):
                channel.queue_delete(f"rpc-{service}")
        finally:
            connection.close()
