"""Start the same servers as containers, when ``PAILLASSE_TEST_SERVERS=containers``."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onebox.probes import TcpProbe, http_probe, until_ready
from onebox.servers import minio, postgresql, rabbitmq
from tests.servers.running import PostgresServer, RabbitServer, S3Server, bus_users

POSTGRES_IMAGE = "postgres:17"
MINIO_IMAGE = "minio/minio:latest"
RABBITMQ_IMAGE = "rabbitmq:4-management"
OPENSEARCH_IMAGE = "opensearchproject/opensearch:3"
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


@contextmanager
def minio_container() -> Iterator[S3Server]:
    """Run the official MinIO image with a locked bucket."""
    from testcontainers.core.container import DockerContainer

    secret = secrets.token_urlsafe(24)
    container = (
        DockerContainer(MINIO_IMAGE)
        .with_exposed_ports(9000)
        .with_env("MINIO_ROOT_USER", "paillasse-test")
        .with_env("MINIO_ROOT_PASSWORD", secret)
        .with_command("server /data")
    )
    with container as running:
        host, port = running.get_container_host_ip(), int(running.get_exposed_port(9000))
        probe = http_probe(port, "/minio/health/ready", host=host)
        assert asyncio.run(until_ready(probe, seconds=60)), "MinIO did not start in its container"
        server = S3Server(f"http://{host}:{port}", minio.BUCKET, "paillasse-test", secret)
        server.client().create_bucket(Bucket=minio.BUCKET, ObjectLockEnabledForBucket=True)
        yield server


@contextmanager
def opensearch_container() -> Iterator[str]:
    """Run the official OpenSearch image, without its security plugin, and yield its address."""
    from testcontainers.core.container import DockerContainer

    container = (
        DockerContainer(OPENSEARCH_IMAGE)
        .with_exposed_ports(9200)
        .with_env("discovery.type", "single-node")
        .with_env("DISABLE_SECURITY_PLUGIN", "true")
        .with_env("DISABLE_INSTALL_DEMO_CONFIG", "true")
        .with_env("OPENSEARCH_JAVA_OPTS", "-Xms512m -Xmx512m")
    )
    with container as running:
        host, port = running.get_container_host_ip(), int(running.get_exposed_port(9200))
        probe = http_probe(port, "/_cluster/health?wait_for_status=yellow&timeout=1s", host=host)
        assert asyncio.run(until_ready(probe, seconds=180)), "OpenSearch did not start in its container"
        yield f"http://{host}:{port}"
