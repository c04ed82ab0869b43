"""A call ends in a reply or a typed error, whatever is sent."""

import signal
import threading
import time
from contextlib import suppress

import amqp
import pytest
from uuid_utils import uuid4

from chassis.bus import wire
from contracts import errors
from tests.integration.chassis.conftest import Bench, Served
from tests.integration.chassis.house import Break, Die, Echo, Missing, Nobody, ReadEcho, Relayed, Slow
from tests.servers.processes import wait_until
from tests.servers.running import forget_calls


def test_a_call_comes_back(bench: Bench, served: Served) -> None:
    """The whole way: client, broker, edge, method and back, with who asked and under which key."""
    reply = bench.client().call(Echo(text="page"), on_behalf_of="p1", idempotency_key="k1")

    assert (reply.text, reply.actor) == ("page", "gateway/p1")
    assert reply.keyed.startswith("k1 ")


def test_reads_are_served_beside_writes(bench: Bench, served: Served) -> None:
    """Two nameko services in one process, one house object; a house may call the other."""
    client = bench.client()

    assert client.call(ReadEcho(text="r")).text == "r"
    assert client.call(Relayed(text="twice")).text == "twice"


def test_a_green_house_and_its_broker_rights_are_enough(bench: Bench, served: Served) -> None:
    """Every queue was declared with the rights of the house's own user."""
    assert bench.depth(wire.dead_letter_queue(wire.call_queue("entries"))) == 0


@pytest.mark.parametrize(
    "parcel",
    [
        {"body": b"{}", "content_type": "application/json", "reply_to": "x", "correlation_id": "1"},
        {"body": b"[]", "content_type": "application/json", "reply_to": "x", "correlation_id": "1"},
        {"body": b"\xff\xfe", "content_type": "application/json", "reply_to": "x", "correlation_id": "1"},
        {"body": b'{"args":[{}],"kwargs":{}}', "content_type": "application/json"},
        {"body": b'{"args":[{}],"kwargs":{}}', "content_type": "application/x-python-serialize", "reply_to": "x",
         "correlation_id": "1"},
        {"body": b'{"args":[{}],"kwargs":{}}', "reply_to": "x", "correlation_id": "1"},
    ],
)  # fmt: skip
def test_an_illegal_call_is_buried_and_kills_nothing(bench: Bench, served: Served, parcel: dict) -> None:
    """Nameko's own consumer dies of it, the message comes back, and the next container dies (bug B1)."""
    body = parcel.pop("body")
    channel = bench.channel("gateway")
    channel.basic_publish(amqp.Message(body, **parcel), exchange="nameko-rpc", routing_key="entries.echo")

    wait_until(lambda: bench.depth("rpc-entries.dlq") == 1, what="dead letter")
    assert bench.client().call(Echo(text="alive")).text == "alive"
    assert served.process.poll() is None


def test_every_typed_error_crosses_the_bus(bench: Bench, served: Served) -> None:
    """By code, with its details as strings: nameko would turn numbers into text unasked (bug B9)."""
    client = bench.client()
    for code, kind in errors.BY_CODE.items():
        with pytest.raises(kind) as caught:
            client.call(Break(code=code))

        assert type(caught.value) is kind
        if code == "invalid":
            assert caught.value.fields == (errors.FieldProblem("title", "too_long", "shorten it"),)
        else:
            assert caught.value.detail == {"status": "404", "entry": "e1"}


def test_a_bug_says_nothing_of_itself(bench: Bench, served: Served) -> None:
    """Only an opaque id leaves the house."""
    with pytest.raises(errors.PaillasseError) as caught:
        bench.client().call(Break(code="bug"))

    assert caught.value.code == "internal"
    assert set(caught.value.detail) == {"correlation_id"}


def test_a_wrong_field_is_named(bench: Bench, served: Served) -> None:
    """An older or newer caller learns which field it got wrong."""
    with pytest.raises(errors.Invalid) as caught:
        bench.client().call(Echo.model_construct(repeat=1))

    assert [each.name for each in caught.value.fields] == ["text"]


def test_an_unknown_method_is_version_skew(bench: Bench, served: Served) -> None:
    """A newer gateway before an older house."""
    with pytest.raises(errors.Unsupported) as caught:
        bench.client().call(Missing())

    assert caught.value.detail["reason"] == "version_skew"


def test_nobody_there_is_told_at_once(bench: Bench) -> None:
    """Mandatory and confirmed: no waiting for a house that was never started."""
    forget_calls(bench.server)
    client = bench.client()
    started = time.monotonic()

    with pytest.raises(errors.Unavailable) as caught:
        client.call(Nobody(), timeout_seconds=10)

    assert caught.value.detail["reason"] == "unknown_service"
    assert time.monotonic() - started < 3


def test_a_call_past_its_time_is_shed_before_the_handler(bench: Bench, served: Served) -> None:
    """Serving what nobody waits for any more keeps the next one waiting (ADR-0002)."""
    client = bench.client()
    with pytest.raises(errors.UnknownOutcome):
        client.call(Slow(seconds=3), timeout_seconds=0.5)
    headers = wire.call_headers(token="", deadline=time.time() - 1, timeout_seconds=2, correlation_id="c")
    channel = bench.channel("gateway")
    message = amqp.Message(
        wire.encode_call(Slow(seconds=77)), content_type="application/json", reply_to="gone", correlation_id="1",
        application_headers=headers,
    )  # fmt: skip
    channel.basic_publish(message, exchange="nameko-rpc", routing_key="entries.slow")

    assert client.call(Echo(text="next")).text == "next"
    assert bench.lines("slow 77") == []
    assert bench.lines("slept 3") == []


def test_a_stranger_is_refused(bench: Bench, served: Served) -> None:
    """Each method lists the issuers it accepts; the token decides, not the message."""
    with pytest.raises(errors.Forbidden):
        bench.client("search").call(Slow(seconds=0))

    assert bench.lines("slow") == []


def test_large_replies_do_not_interleave(bench: Bench, served: Served) -> None:
    """Without the lock on the reply connection two 3 MB replies hang it for ever (two of two runs)."""
    client = bench.client()
    letters = "abcdefghijkl"
    got: dict[str, bool] = {}

    def call(letter: str) -> None:
        reply = client.call(Echo(text=letter, repeat=3_000_000), timeout_seconds=20)
        got[letter] = reply.text == letter * 3_000_000

    threads = [threading.Thread(target=call, args=(letter,)) for letter in letters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert got == dict.fromkeys(letters, True)


def test_a_poisonous_call_kills_as_often_as_its_delivery_limit_and_is_buried(bench: Bench) -> None:
    """With all the time in the world a call still kills a bounded number of processes; then somebody can look at it."""
    buried = wire.dead_letter_queue(wire.call_queue("entries"))
    served = bench.start()

    def call() -> None:
        with suppress(errors.PaillasseError):
            bench.client().call(Die(), timeout_seconds=3600)

    threading.Thread(target=call, daemon=True).start()
    for _ in range(wire.CALL_DELIVERIES):
        assert served.process.wait(60) == -signal.SIGKILL
        served = bench.start_unready()
    assert served.process.wait(60) == -signal.SIGKILL
    served = bench.start()

    wait_until(lambda: bench.depth(buried) == 1, what="the call in the dead-letter queue")
    assert wire.CALL_DELIVERIES + 1 == len(bench.lines("died"))
    assert served.process.poll() is None
    assert bench.client().call(Echo(text="alive")).text == "alive"


def test_a_call_that_kills_is_not_served_for_ever(bench: Bench, served: Served) -> None:
    """Kill −9 in a handler: the repeat finds its time over, or the delivery limit; never an endless loop of deaths."""
    with pytest.raises(errors.Unavailable):
        bench.client().call(Die(), timeout_seconds=1)
    served.process.wait(10)
    bench.start()

    assert bench.client().call(Echo(text=str(uuid4())[:4])).text
    assert len(bench.lines("died")) == 1
