"""Facts handled together are still each acted on, tried again, or buried; no guilty one takes others with it."""

import signal

import pytest

from chassis.bus import wire
from tests.integration.chassis.conftest import GATHERED, Bench, Served
from tests.integration.chassis.house import Gathered, Happened
from tests.servers.processes import wait_until

DLQ = wire.dead_letter_queue(GATHERED)


def test_what_comes_meanwhile_is_handled_together(bench: Bench, served: Served) -> None:
    """The first is not kept waiting; the others share one call, and all are acked."""
    bench.announce(*(Gathered(name=f"n{number}") for number in range(20)))

    for number in range(20):
        bench.expect(f"did n{number}")
    assert sum(int(line.split()[1]) for line in bench.lines("gathered")) == 20
    assert len(bench.lines("gathered")) < 20
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(15) == 0
    assert bench.depth(GATHERED) == 0
    assert bench.depth(DLQ) == 0


def test_a_failing_fact_bears_its_blame_alone(bench: Bench, served: Served) -> None:
    """One is refused and buried, one is tried again later, and the rest is done."""
    moods = ["good"] * 8 + ["refused", "once"] + ["good"] * 8
    bench.announce(*(Gathered(name=f"n{number}", mood=mood) for number, mood in enumerate(moods)))

    for number in (*range(8), *range(10, 18)):
        bench.expect(f"did n{number}")
    bench.expect("did n9", seconds=15)
    wait_until(lambda: bench.depth(DLQ) == 1, what="dead letter")
    buried = bench.take(DLQ)
    assert buried is not None
    assert b'"n8"' in (buried.body if isinstance(buried.body, bytes) else buried.body.encode())


@pytest.mark.parametrize("event", [Gathered, Happened])
def test_an_ack_reaches_only_what_was_done(bench: Bench, served: Served, event: type[Happened]) -> None:
    """Facts of two queues share a channel: acking several at once must not ack the one still in work elsewhere."""
    slow, quick = (Gathered, Happened) if event is Happened else (Happened, Gathered)
    bench.announce(slow(name="slow", mood="slow"))
    bench.expect("heard slow")
    bench.announce(*(quick(name=f"n{number}") for number in range(6)))
    for number in range(6):
        bench.expect(f"did n{number}")
    served.process.kill()
    served.process.wait(10)

    bench.start()
    wait_until(lambda: len(bench.lines("heard slow")) == 2, what="the fact that was in work, again")


def test_a_poisonous_fact_does_not_bury_those_fetched_with_it(bench: Bench) -> None:
    """After a death each comes alone, at its own moment: the innocent ones are done before the next strike."""
    names = [f"n{number}" for number in range(12)]
    served = bench.start()
    bench.announce(Gathered(name="poison", mood="poison"), *(Gathered(name=name) for name in names))

    bench.restart_until_done(served, names)
    assert bench.depth(DLQ) == 0
