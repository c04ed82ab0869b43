"""The bare twin's two ends of an RPC, by aiormq alone: no token, no deadline, no contract, no log, no measures."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic

from contracts.topology import RPC_EXCHANGE


@dataclass(frozen=True, slots=True)
class Hop:
    """How a call travels: queue, routing key, AMQP's delivery mode and the queue's arguments.

    Its names are ones that the bus user ``search`` may declare.
    """

    queue: str
    method: str
    delivery_mode: int
    arguments: dict[str, Any]


# As the calls of search, storage and notify travel, and all that only reads.
CLASSIC = Hop("rpc-search_twin", "search_twin.do", 1, {})
# As the calls of entries and signing travel: replicated, on disk before the confirm (ADR-0002).
QUORUM = Hop("rpc-search_quorum", "search_quorum.do", 2, {"x-queue-type": "quorum", "x-delivery-limit": 3})
# As many as a house fetches ahead.
PREFETCH = 12
READY = "twin ready"


class TwinClient:
    """Send a call, confirmed and mandatory as ours is, and wait for its reply on an exclusive queue."""

    def __init__(self, hop: Hop) -> None:
        self._hop = hop
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._channel: AbstractChannel | None = None
        self._reply_key = uuid4().hex

    async def start(self, url: str) -> None:
        """Connect."""
        connection = await aiormq.connect(url)
        self._channel = await connection.channel(publisher_confirms=True)
        replies = await connection.channel(publisher_confirms=False)
        queue = f"rpc.reply-search-{self._reply_key}"
        await replies.queue_declare(queue, exclusive=True, auto_delete=True)
        await replies.queue_bind(queue, RPC_EXCHANGE, self._reply_key)
        await replies.basic_consume(queue, self._on_reply, no_ack=True)

    async def call(self, body: dict[str, Any]) -> Any:
        """Return what the consumer answered."""
        if self._channel is None:
            raise RuntimeError("not started")
        call_id = uuid4().hex
        self._waiting[call_id] = reply = asyncio.get_running_loop().create_future()
        hop = self._hop
        properties = Basic.Properties(correlation_id=call_id, reply_to=self._reply_key, delivery_mode=hop.delivery_mode)
        await self._channel.basic_publish(
            json.dumps(body).encode(), exchange=RPC_EXCHANGE, routing_key=hop.method, mandatory=True,
            properties=properties,
        )  # fmt: skip
        try:
            return json.loads(await reply)
        finally:
            del self._waiting[call_id]

    async def _on_reply(self, message: DeliveredMessage) -> None:
        self._waiting[message.header.properties.correlation_id or ""].set_result(message.body)


async def consume(url: str, hop: Hop, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Do ``work`` for each call, reply unconfirmed, then ack: what a house promises too; until SIGTERM."""
    connection = await aiormq.connect(url)
    channel = await connection.channel(publisher_confirms=False)
    await channel.basic_qos(prefetch_count=PREFETCH)
    await channel.queue_declare(hop.queue, durable=True, arguments=hop.arguments)
    await channel.queue_bind(hop.queue, RPC_EXCHANGE, hop.method)

    async def on_call(message: DeliveredMessage) -> None:
        asked = message.header.properties
        answer = json.dumps(work(json.loads(message.body))).encode()
        properties = Basic.Properties(correlation_id=asked.correlation_id, delivery_mode=1)
        await channel.basic_publish(
            answer, exchange=RPC_EXCHANGE, routing_key=asked.reply_to or "", properties=properties
        )
        await channel.basic_ack(message.delivery_tag or 0)

    await channel.basic_consume(hop.queue, on_call)
    print(READY, flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await connection.close()


def main() -> int:
    """Echo."""
    asyncio.run(consume(os.environ["BENCH_TWIN_URL"], CLASSIC, lambda call: call))
    return 0


if __name__ == "__main__":
    sys.exit(main())
