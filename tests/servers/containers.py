"""Start the same servers as containers, where a Docker engine answers."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from contracts.topology import VIRTUAL_HOST
from onebox.servers import postgresql, rabbitmq
from tests.servers.processes import PostgresServer, RabbitServer, wait_until

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"


def postgres(folder: Path) -> Iterator[PostgresServer]:
    """Run PostgreSQL's official image."""
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(POSTGRES_IMAGE, username=postgresql.SUPERUSER, password="test-superuser") as container:  # noqa: S106
        port = int(container.get_exposed_port(5432))
        layout = postgresql.Postgres(folder, port, "test-superuser")
        yield PostgresServer("127.0.0.1", port, postgresql.SUPERUSER, layout.password, None, layout)


def rabbitmq_definitions(users: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """Return passwords and the definitions an installation would load."""
    passwords = {user: f"test-{user}" for user in users}
    layout = rabbitmq.Rabbit(Path(tempfile.gettempdir()), rabbitmq.Ports(0, 0, 0), passwords)
    return passwords, json.dumps(layout.definitions())


def rabbitmq_node(users: tuple[str, ...]) -> Iterator[RabbitServer]:
    """Run RabbitMQ's official image with our definitions."""
    from testcontainers.community.rabbitmq import RabbitMqContainer

    passwords, definitions = rabbitmq_definitions(users)
    with RabbitMqContainer(RABBITMQ_IMAGE) as container:
        port = int(container.get_exposed_port(5672))
        code, said = container.exec(
            ["sh", "-c", f"cat > /tmp/d.json <<'EOF'\n{definitions}\nEOF\nrabbitmqctl import_definitions /tmp/d.json"]
        )
        assert code == 0, said
        wait_until(lambda: rabbitmq.answers(port), what="rabbitmq container")
        yield RabbitServer("127.0.0.1", port, VIRTUAL_HOST, passwords)
