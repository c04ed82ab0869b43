"""A fact is acted on, tried again, or buried; its neighbours never share its fate."""

import signal
import threading
import time

import amqp
import pytest

from chassis.bus import wire
from contracts import errors
from tests.integration.chassis.conftest import EVENTS, Bench, Served
from tests.integration.chassis.house import Happened, Slow
from tests.servers.processes import wait_until

DLQ = wire.dead_letter_queue(EVENTS)


def test_a_fact_is_heard(bench: Bench, served: Served) -> None:
    """The whole way: exchange, queue, edge, method, ack."""
    bench.announce(Happened(name="one"))

    bench.expect("did one")
    assert bench.depth(DLQ) == 0


def test_a_refused_fact_is_buried_and_its_neighbours_are_not(bench: Bench, served: Served) -> None:
    """A permanent failure goes to the dead-letter queue at once; nameko would ack and lose it."""
    moods = ["good", "good", "refused", "good", "good"]
    bench.announce(*(Happened(name=f"n{number}", mood=mood) for number, mood in enumerate(moods)))

    for number in (0, 1, 3, 4):
        bench.expect(f"did n{number}")
    wait_until(lambda: bench.depth(DLQ) == 1, what="dead letter")
    buried = bench.take(DLQ)
    assert buried is not None
    assert b'"n2"' in (buried.body if isinstance(buried.body, bytes) else buried.body.encode())


def test_a_foreign_source_is_refused(bench: Bench, served: Served) -> None:
    """A message that claims to come from another service changes nothing (decision 3)."""
    bench.announce(Happened(name="forged"), source="gateway")

    wait_until(lambda: bench.depth(DLQ) == 1, what="dead letter")
    assert bench.lines("heard forged") == []


def test_a_forged_return_from_a_waiting_room_is_refused(bench: Bench, served: Served) -> None:
    """Any house may write to the waiting rooms; only what the broker vouches for as our own comes back in."""
    bench.announce(Happened(name="template", mood="refused"))
    wait_until(lambda: bench.depth(DLQ) == 1, what="template")
    template = bench.take(DLQ)
    assert template is not None
    body = template.body if isinstance(template.body, bytes) else template.body.encode()
    channel = bench.channel("search")
    message = amqp.Message(body.replace(b"template", b"smuggled"), content_type="application/json", user_id="search")
    channel.basic_publish(message, exchange="retry.5s", routing_key=EVENTS)

    wait_until(lambda: bench.depth(DLQ) == 1, what="dead letter", seconds=15)
    assert bench.lines("heard smuggled") == []


def test_a_passing_failure_is_tried_again_later(bench: Bench, served: Served) -> None:
    """The fact waits five seconds in a waiting room, with its own count of attempts, and then takes effect."""
    started = time.monotonic()
    bench.announce(Happened(name="later", mood="once"), Happened(name="beside"))

    bench.expect("did beside", seconds=3)
    bench.expect("did later", seconds=15)
    assert time.monotonic() - started > 4
    assert bench.depth(DLQ) == 0


def test_attempts_run_out(bench: Bench, served: Served) -> None:
    """The eighth failure buries the fact."""
    template_name = "worn"
    bench.announce(Happened(name=template_name, mood="refused"))
    wait_until(lambda: bench.depth(DLQ) == 1, what="template")
    template = bench.take(DLQ)
    assert template is not None
    body = template.body if isinstance(template.body, bytes) else template.body.encode()
    channel = bench.channel("entries")
    message = amqp.Message(
        body.replace(b'"refused"', b'"bug"'), content_type="application/json", user_id="entries",
        application_headers={wire.ATTEMPT: wire.EVENT_ATTEMPTS - 1},
    )  # fmt: skip
    channel.basic_publish(message, exchange="retry.5s", routing_key=EVENTS)

    wait_until(lambda: bench.depth(DLQ) == 1, what="dead letter", seconds=15)
    assert len(bench.lines(f"heard {template_name}")) == 2


def test_a_poisonous_fact_kills_some_times_and_its_neighbours_survive(bench: Bench) -> None:
    """Kill −9 in a handler: the fetched neighbours die with it, but are done before its next strike."""
    names = [f"n{number}" for number in range(3)]
    served = bench.start()
    bench.announce(Happened(name="poison", mood="poison"), *(Happened(name=name) for name in names))

    bench.restart_until_done(served, names)
    assert bench.depth(DLQ) == 0


def test_sigterm_lets_running_work_finish(bench: Bench, served: Served) -> None:
    """`/readyz` says no at once, `/livez` yes; the caller gets its reply; the exit code is 0."""
    client = bench.client()
    replies = []
    caller = threading.Thread(target=lambda: replies.append(client.call(Slow(seconds=2), timeout_seconds=8).text))
    caller.start()
    bench.expect("slow 2")
    served.process.send_signal(signal.SIGTERM)

    wait_until(lambda: served.probe("/readyz") == 503, what="not ready", seconds=2)
    assert served.probe("/livez") == 200
    assert served.process.wait(15) == 0
    caller.join(5)
    assert replies == ["late"]
    assert bench.lines("closed") == ["closed"]


def test_the_grace_is_bounded(bench: Bench) -> None:
    """Work that never ends does not keep the process: it is killed after the grace, and the exit is clean."""
    served = bench.start(PAILLASSE_GRACE_SECONDS="1")
    with pytest.raises(errors.UnknownOutcome):
        _begin_and_stop(bench, served)
    assert served.process.wait(10) == 0


def _begin_and_stop(bench: Bench, served: Served) -> None:
    """Begin a long call, ask for the end, and wait for what the caller sees."""
    client = bench.client()
    failures: list[Exception] = []

    def call() -> None:
        try:
            client.call(Slow(seconds=50), timeout_seconds=12)
        except errors.PaillasseError as error:
            failures.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    bench.expect("slow 50")
    served.process.send_signal(signal.SIGTERM)
    caller.join(20)
    raise failures[0]
