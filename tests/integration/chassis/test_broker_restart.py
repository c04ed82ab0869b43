"""The broker goes away and comes back: nothing is lost, and nobody has to be restarted."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts import errors
from contracts.topology import VIRTUAL_HOST
from onebox.servers import rabbitmq
from onebox.servers.ports import free_ports
from tests.integration.chassis.conftest import Bench
from tests.integration.chassis.house import Echo, Happened
from tests.servers.processes import Process, scratch_folder, wait_until
from tests.servers.running import RabbitServer, bus_users


@pytest.fixture
def node(tmp_path: Path) -> Iterator[tuple[Bench, Process]]:
    """Run a broker of our own, which may be stopped."""
    if os.environ.get("PAILLASSE_TEST_SERVERS") == "containers":
        pytest.skip("servers run as containers: run without PAILLASSE_TEST_SERVERS=containers")
    amqp, distribution, epmd = free_ports(3)
    users = bus_users()
    keys = {name: Ed25519PrivateKey.generate() for name in ("gateway", "entries")}
    with scratch_folder("restart") as folder:
        programs = rabbitmq.Node(folder, amqp, distribution, epmd, users).programs()
        started = [Process(program, folder / f"{program.name}.log") for program in programs]
        bench = Bench(RabbitServer("127.0.0.1", amqp, VIRTUAL_HOST, users), tmp_path, keys)
        try:
            for process in started:
                process.start()
            yield bench, started[-1]
        finally:
            bench.close()
            for process in reversed(started):
                process.stop()


@pytest.mark.fault
def test_calls_and_facts_go_on_after_the_broker_restarted(node: tuple[Bench, Process]) -> None:
    """While it is down a call fails at once and typed; when it is back, so are house and client, unaided."""
    bench, broker = node
    served = bench.start()
    client = bench.client()
    assert client.call(Echo(text="before")).text == "before"
    bench.announce(Happened(name="before"))
    bench.expect("did before")

    broker.stop()
    with pytest.raises(errors.Unavailable):
        client.call(Echo(text="down"))
    broker.start()

    def answers() -> bool:
        try:
            return bool(client.call(Echo(text="after"), timeout_seconds=1).text == "after")
        except errors.Unavailable:
            return False

    wait_until(answers, what="answer after restart", seconds=40)
    bench.announce(Happened(name="after"))
    bench.expect("did after")
    wait_until(lambda: served.probe("/readyz") == 200, what="ready again", seconds=10)
    assert served.process.poll() is None
    assert threading.active_count() < 20
