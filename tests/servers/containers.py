"""Start the same servers as containers, when ``PAILLASSE_TEST_SERVERS=containers``."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onebox.probes import TcpProbe, until_ready
from onebox.servers import postgresql, rabbitmq
from tests.servers.running import PostgresServer, RabbitServer, bus_users

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
CONFIGURATION = """listeners.tcp.default = 5672
definitions.import_backend = local_filesystem
definitions.local.path = /etc/rabbitmq/definitions.json
definitions.skip_if_unchanged = true
"""


@contextmanager
def postgres_container() -> Iterator[PostgresServer]:
    """Run the official PostgreSQL image."""
    from testcontainers.community.postgres import PostgresContainer

    password = secrets.token_urlsafe(24)
    container = PostgresContainer(
        POSTGRES_IMAGE, username=postgresql.SUPERUSER, password=password, dbname="postgres", driver=None
    )
    with container as running:
        port = int(running.get_exposed_port(5432))
        yield PostgresServer(running.get_container_host_ip(), port, postgresql.SUPERUSER, password)


@contextmanager
def rabbitmq_container() -> Iterator[RabbitServer]:
    """Run the official RabbitMQ image with the product's definitions."""
    from testcontainers.core.container import DockerContainer

    users = bus_users()
    with tempfile.TemporaryDirectory(prefix="paillasse-test-rabbitmq-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "definitions.json").write_text(rabbitmq.definitions(users))
        (folder / "20-paillasse.conf").write_text(CONFIGURATION)
        container = (
            DockerContainer(RABBITMQ_IMAGE)
            .with_exposed_ports(5672)
            .with_volume_mapping(str(folder / "definitions.json"), "/etc/rabbitmq/definitions.json", "ro")
            .with_volume_mapping(str(folder / "20-paillasse.conf"), "/etc/rabbitmq/conf.d/20-paillasse.conf", "ro")
        )
        with container as running:
            host, port = running.get_container_host_ip(), int(running.get_exposed_port(5672))
            probe = TcpProbe(port=port, host=host, send=rabbitmq.AMQP_HEADER, expect=rabbitmq.METHOD_FRAME)
            assert asyncio.run(until_ready(probe, seconds=90)), "RabbitMQ did not start in its container"
            yield RabbitServer(host, port, "paillasse", users)
