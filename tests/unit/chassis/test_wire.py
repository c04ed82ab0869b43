"""The bytes on the bus say what they must, and nothing breaks on what they must not say."""

import pytest

from chassis.bus import wire
from contracts import errors
from contracts.envelope import Call, Envelope, Message


class Counted(Message):
    """A reply."""

    number: int


class Count(Call):
    """A call."""

    service, method, reply = "entries", "count", Counted
    upto: int
    names: tuple[str, ...] = ()


@pytest.mark.parametrize("kind", errors.BY_CODE.values(), ids=lambda kind: kind.code)
def test_every_typed_error_survives_the_wire(kind: type[errors.PaillasseError]) -> None:
    """Class, details and fields come back as they left; details are strings whatever they were (bug B9)."""
    sent = kind(entry="e1", status=404)
    if kind is errors.Invalid:
        sent = errors.Invalid(errors.FieldProblem("title", "too_long", "shorten it"), entry="e1", status=404)

    with pytest.raises(kind) as caught:
        wire.decode_reply(wire.encode_error(sent), Counted)

    assert type(caught.value) is kind
    assert caught.value.detail == {"entry": "e1", "status": "404"}
    assert getattr(caught.value, "fields", ()) == getattr(sent, "fields", ())


@pytest.mark.parametrize(
    "report", [{}, {"exc_args": []}, {"exc_args": ["x"]}, {"exc_args": [{"code": "of a newer version"}]}]
)
def test_an_error_nobody_knows_is_the_root(report: dict) -> None:
    """A newer house, or nameko itself, reports something else: that is a bug, not a crash of the caller."""
    assert type(wire.decode_error(report)) is errors.PaillasseError


def test_a_call_comes_back_as_it_left() -> None:
    """Encode, decode, validate."""
    call = Count(upto=3, names=("é", "b"))

    assert call == wire.parse(Count, wire.decode_call(wire.encode_call(call)))


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{}", b'{"args":[]}', b'{"args":[1]}', b'{"args":[{},{}]}', b'"x"']
)
def test_bytes_that_are_no_call_are_illegal(body: bytes) -> None:
    """One error for all, so that the edge buries them."""
    with pytest.raises(wire.IllegalMessageError):
        wire.decode_call(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"message_id":"m"}'])
def test_bytes_that_are_no_envelope_are_illegal(body: bytes) -> None:
    """One error for all, so that the edge buries them."""
    with pytest.raises(wire.IllegalMessageError):
        wire.decode_event(body)


def test_every_wrong_field_is_named_without_its_value() -> None:
    """A value may be anybody's text: it stays out of errors and logs."""
    with pytest.raises(errors.Invalid) as caught:
        wire.parse(Count, {"upto": "secret", "names": [1]})

    assert [each.name for each in caught.value.fields] == ["upto", "names.0"]
    assert "secret" not in str(caught.value.fields)


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    """The same request repeated by another client is the same request."""
    assert wire.digest({"a": 1, "b": [2]}) == wire.digest({"b": [2], "a": 1})
    assert wire.digest({"a": 1}) != wire.digest({"a": 2})


@pytest.mark.parametrize("body", [b"", b"{}", b'{"result":{"number":"x"},"error":null}'])
def test_a_reply_of_another_version_is_unsupported(body: bytes) -> None:
    """Version skew is told apart from a failure of the house."""
    with pytest.raises(errors.Unsupported):
        wire.decode_reply(body, Counted)


def test_a_call_is_shed_at_half_its_budget() -> None:
    """Started later it would be served just too late, and so would every one behind it (ADR-0002)."""
    headers = wire.call_headers(token="t", deadline=100.0, timeout_seconds=2.0, correlation_id="c")

    assert (headers[wire.DEADLINE], headers[wire.START_BY]) == ("100.000", "99.000")


@pytest.mark.parametrize(
    ("service", "replicated"), [("entries", True), ("signing", True), ("entries_read", False), ("search", False)]
)
def test_queues_of_evidence_are_replicated(service: str, replicated: bool) -> None:
    """Decision 14: entries and signing quorum, the others classic."""
    arguments = wire.call_queue_arguments(service)

    assert (arguments.get("x-queue-type") == "quorum") is replicated
    assert arguments["x-overflow"] == "reject-publish"


def test_an_envelope_comes_back_as_it_left() -> None:
    """Encode and decode."""
    envelope = Envelope(
        message_id="m",
        occurred_at="2026-01-02T03:04:05Z",
        source="entries",
        type="EntryCreated",
        payload={"entry": "e"},
    )

    assert wire.decode_event(wire.encode_event(envelope)) == envelope
