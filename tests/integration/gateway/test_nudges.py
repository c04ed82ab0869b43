"""What happens to a page reaches every gateway over the real broker, and nobody is waited for."""

import asyncio
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.settings import BusSettings
from contracts.identifiers import EntryId, PersonId
from gateway.bus import Bus
from gateway.watching import Stream, Watchers
from tests.servers.running import RabbitServer

PAGE = EntryId("0192f3a0-0000-7000-8000-000000000001")


@pytest.fixture
def settings(rabbitmq_server: RabbitServer) -> BusSettings:
    """The broker, as a gateway knows it."""
    return BusSettings(**rabbitmq_server.bus("gateway"))


def _bus(settings: BusSettings) -> Bus:
    return Bus(settings, Ed25519PrivateKey.generate(), in_flight_limit=8)


async def _said(stream: Stream, event: str) -> Any:
    """Return what the stream says next under this name."""
    async with asyncio.timeout(20):
        while True:
            name, data = await stream.waiting.get()
            if name == event:
                return data


async def _until_here(stream: Stream, *names: str) -> Any:
    """Wait until these people are here; return what was said of them."""
    while True:
        people = (await _said(stream, "here"))["people"]
        if [person["name"] for person in people] == list(names):
            return people


def test_two_gateways_know_who_has_a_page_open_and_hear_what_happens_to_it(settings: BusSettings) -> None:
    """Any process serves any page: presence and nudges must not depend on which one a browser reached."""

    async def scene() -> None:
        buses = [_bus(settings), _bus(settings)]
        one, two = (Watchers(bus) for bus in buses)
        for bus in buses:
            await bus.start()
        ada = Stream(PAGE, PersonId("ada"), "Ada", "2026-03-01T09:00:00.000Z")
        lea = Stream(PAGE, PersonId("lea"), "Léa", "2026-03-01T09:01:00.000Z")
        with one.opened(ada):
            await _until_here(ada, "Ada")
            with two.opened(lea):
                await _until_here(ada, "Ada", "Léa")
                assert [False, True] == [person["me"] for person in await _until_here(lea, "Ada", "Léa")]
                await buses[0].nudge(orjson.dumps([{"entry": PAGE, "kind": "draft", "epoch": 1, "cursor": 7}]))
                for stream in (ada, lea):
                    assert {"epoch": 1, "cursor": 7} == await _said(stream, "draft")
            await _until_here(ada, "Ada")
            one.end_streams()
            assert {"reason": "stopping"} == await _said(ada, "closed")
        for bus in buses:
            await bus.stop()

    asyncio.run(scene())


def test_a_nudge_without_a_bus_is_lost_and_nothing_else(settings: BusSettings) -> None:
    """The broker restarts while people write: their text is committed, a sync repairs the rest."""
    bus = _bus(settings)

    asyncio.run(bus.nudge(b"[]"))

    assert not bus.ready
