"""Parts come in any order, again, broken or too late; what is noted as durable never changes."""

from dataclasses import replace

import pytest

from contracts.errors import Conflict, Invalid, NotFound
from services.storage.domain.upload import Upload
from services.storage.ports import Cause
from services.storage.use_cases import plan_upload, receive_part
from tests.builders.storage import CURIE, Street, digest

DATA = b"0123456789"


def planned(street: Street, data: bytes = DATA) -> Upload:
    """Plan an upload of four bytes a part."""
    upload = replace(street.planned(data).upload, part_size_bytes=4)
    street.shelf.rows.uploads[upload.id] = upload
    return upload


def send(street: Street, upload: Upload, *numbers: int, data: bytes = DATA) -> None:
    """Send some parts, in that order."""
    for number in numbers:
        part = upload.parts[number - 1]
        reception = street.receive(upload.id, number)
        try:
            reception.write(memoryview(data)[part.offset :][: part.size_bytes])
            reception.finish()
        finally:
            reception.close()


def completed(street: Street, upload: Upload) -> bytes:
    """Complete it and return what the store has under its digest."""
    done = street.complete(upload.id, asker=CURIE, cause=Cause())
    assert done.digests is not None
    return street.store.blobs[done.digests.sha256]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (1, 3, 2)])
def test_parts_in_any_order_are_one_file(street: Street, order: tuple[int, ...]) -> None:
    """What overtakes is read back when its turn comes: the digest is that of the file."""
    upload = planned(street)

    send(street, upload, *order)

    assert digest(DATA) == street.shelf.rows.uploads[upload.id].digests.sha256
    assert DATA == completed(street, upload)


def test_a_part_sent_again_is_compared_and_never_written(street: Street) -> None:
    """A client that lost the answer sends it again; other bytes are told, and the first stay."""
    upload = planned(street)
    send(street, upload, 1, 1)

    with pytest.raises(Conflict) as refused:
        send(street, upload, 1, data=b"XXXX")
    send(street, upload, 2, 3)

    assert ("part_differs", "1") == (refused.value.detail["reason"], refused.value.detail["current"])
    assert DATA == completed(street, upload)


@pytest.mark.parametrize(("sent", "problem"), [(b"0123", "too_short"), (b"0123456789a", "too_long")])
def test_a_part_of_another_length_leaves_nothing(street: Street, sent: bytes, problem: str) -> None:
    """A body cut short, or one that goes on, is no part; the right one is still welcome."""
    upload = street.planned(DATA).upload

    with pytest.raises(Invalid) as refused:
        send(street, upload, 1, data=sent) if problem == "too_short" else _write(street, upload, sent)

    assert problem == refused.value.fields[0].problem
    assert {} == street.incoming.files
    send(street, upload, 1)
    assert DATA == completed(street, upload)


def _write(street: Street, upload: Upload, data: bytes) -> None:
    reception = street.receive(upload.id, 1)
    try:
        reception.write(memoryview(data))
    finally:
        reception.close()


def test_an_empty_file_is_a_file(street: Street) -> None:
    """Instruments write them; one empty part is sent like any other."""
    upload = street.planned(b"").upload

    send(street, upload, 1, data=b"")

    assert b"" == completed(street, upload)


def test_an_upload_that_was_forgotten_in_memory_is_hashed_from_its_bytes(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process remembers a few hundred; another may have taken the first parts."""
    monkeypatch.setattr(receive_part, "_REMEMBERED_UPLOADS", 1)
    one, two = planned(street), planned(street, DATA[::-1])

    send(street, one, 1)
    send(street, two, 1, data=DATA[::-1])
    send(street, one, 2, 3)
    send(street, two, 2, 3, data=DATA[::-1])

    assert (DATA, DATA[::-1]) == (completed(street, one), completed(street, two))


def test_parts_lost_in_a_power_cut_are_hashed_anew_when_they_come_again(street: Street) -> None:
    """What this process remembers of them is older than what the rows say."""
    upload = planned(street)
    send(street, upload, 1, 2, 3)
    street.incoming.files.clear()
    with pytest.raises(Invalid):
        street.complete(upload.id, asker=CURIE, cause=Cause())

    send(street, upload, 1, 2, 3)

    assert DATA == completed(street, upload)


def test_a_part_of_an_upload_that_ended_meanwhile_is_not_noted(street: Street) -> None:
    """And what was hashed of it is forgotten, for it is no part of anything."""
    upload = planned(street)
    reception = street.receive(upload.id, 1)
    reception.write(memoryview(DATA)[:4])
    street.discard(upload.id, asker=CURIE)

    with pytest.raises(NotFound):
        reception.finish()
    reception.close()
    assert {} == street.shelf.rows.parts


def test_a_plan_signs_as_many_parts_as_can_be_sent_in_time(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next plan signs the next ones; none of them is said to be there."""
    monkeypatch.setattr(plan_upload, "MOST_SIGNED", 2)
    upload = planned(street)
    first = street.get(upload.id, asker=CURIE)
    send(street, upload, 1)
    second = street.get(upload.id, asker=CURIE)

    assert [(True, False), (True, False), (False, False)] == [(bool(one.url), one.received) for one in first.parts]
    assert [(False, True), (True, False), (True, False)] == [(bool(one.url), one.received) for one in second.parts]
