"""Promise that nobody can speak in another's name on the bus (ADR-0003)."""

from collections.abc import Iterator

import amqp
import pytest

from contracts.topology import EVENT_SOURCES
from tests.servers.running import RabbitServer, forget_calls


def connected(server: RabbitServer, user: str) -> amqp.Connection:
    """Connect as a bus user, with confirms, so that a refusal is seen at once."""
    connection = amqp.Connection(
        f"{server.host}:{server.port}", userid=user, password=server.users[user], virtual_host=server.vhost,
        confirm_publish=True,
    )  # fmt: skip
    connection.connect()
    return connection


@pytest.fixture
def channel_of(rabbitmq_server: RabbitServer) -> Iterator[object]:
    """Open channels as a user; close their connections after the test."""
    opened = []

    def channel(user: str) -> amqp.Channel:
        connection = connected(rabbitmq_server, user)
        opened.append(connection)
        return connection.channel()

    yield channel
    for connection in opened:
        connection.collect()


@pytest.mark.parametrize("source", EVENT_SOURCES)
def test_a_house_cannot_announce_facts_itself(channel_of, source: str) -> None:
    """Only the relay writes ``*.events``: a stolen password of one house must not forge the history of another."""
    speaker = "search" if source != "search" else "entries"

    with pytest.raises(amqp.AccessRefused):
        channel_of(speaker).basic_publish(amqp.Message("{}"), exchange=f"{source}.events", routing_key="EntrySealed")


def test_the_relay_may_announce_but_not_listen_or_call(channel_of) -> None:
    """The relay carries what is written in outboxes; it has no voice of its own."""
    channel_of("relay").basic_publish(amqp.Message("{}"), exchange="entries.events", routing_key="nobody")

    with pytest.raises(amqp.AccessRefused):
        channel_of("relay").basic_publish(amqp.Message("{}"), exchange="nameko-rpc", routing_key="entries.decide")
    with pytest.raises(amqp.AccessRefused):
        channel_of("relay").queue_declare("evt-entries-EntryCreated--relay.x", durable=True)


def test_a_house_cannot_read_another_house_s_queue(channel_of, rabbitmq_server: RabbitServer) -> None:
    """Calls carry actor tokens: whoever reads the queue could use them."""
    forget_calls(rabbitmq_server)
    # A plain queue of its own name: the house's real one has other arguments, and must not find this one.
    channel_of("entries").queue_declare("rpc-entries", durable=True, auto_delete=False)

    try:
        with pytest.raises(amqp.AccessRefused):
            channel_of("search").basic_get("rpc-entries")
    finally:
        forget_calls(rabbitmq_server)


def test_a_house_cannot_redefine_an_exchange(channel_of) -> None:
    """Exchanges are part of the definitions; houses only look whether they exist."""
    channel_of("storage").exchange_declare("nameko-rpc", "topic", passive=True)

    with pytest.raises(amqp.AccessRefused):
        channel_of("storage").exchange_declare("storage.copy", "fanout", durable=True)


def test_there_is_no_guest(rabbitmq_server: RabbitServer) -> None:
    """The well-known account does not exist."""
    stranger = amqp.Connection(
        f"{rabbitmq_server.host}:{rabbitmq_server.port}", userid="guest", password="guest",
        virtual_host=rabbitmq_server.vhost, login_method="PLAIN",
    )  # fmt: skip
    with pytest.raises((amqp.AccessRefused, ConnectionError, OSError)):
        stranger.connect()
