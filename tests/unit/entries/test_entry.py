"""An entry moves as product.md §2 says, and no other way."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from contracts.errors import Conflict, Invalid, Sealed, Stale
from contracts.identifiers import (
    AccessLabel,
    CircuitId,
    EntryId,
    NotebookId,
    NotebookReference,
    PersonId,
    Sha256,
    Sha512,
)
from services.entries.domain.entry import Entry
from services.entries.domain.facts import EntryStateChanged, EntryStruckOut, RevisionAppended
from services.entries.domain.revision import (
    RECORD_LIMIT_BYTES,
    Author,
    Bytes,
    Content,
    Revision,
    placed,
    record_of,
    revision_of,
    to_milliseconds,
    utc_text,
)
from services.entries.domain.states import FINAL
from tests.builders.entries import NOW

AUTHOR = Author(PersonId("p"), "René")
ONE, TWO = CircuitId("c1"), CircuitId("c2")


def entry(**changes: Any) -> Entry:
    """An open page with one revision."""
    page = Entry(
        EntryId("e"), NotebookId("n"), NotebookReference("U1234-2026-007"), 37, "Page", AUTHOR, NOW, NOW,
        head=1, head_digest=Sha256("a" * 64), change_number=5,
    )  # fmt: skip
    return replace(page, **changes)


def file(name: str = "mesures.csv", media_type: str = "text/csv") -> Bytes:
    """A file storage keeps."""
    return Bytes(name, media_type, 12, Sha256("d" * 64), Sha512("e" * 128))


def revision_after(page: Entry, *, record: bytes = b"{}") -> Revision:
    """The page's next revision."""
    content = Content("Neuf", {"type": "doc"}, "texte", {}, (file(),), "raison")
    place, attachments = page.next_place(expected_head=page.head), placed(content.files)
    assert record_of(content, place=place, author=AUTHOR, attachments=attachments, now=NOW)["reason"] == "raison"
    return revision_of(record, content, place=place, author=AUTHOR, attachments=attachments, now=NOW)


def test_a_revision_raises_the_head_and_the_change_number() -> None:
    """Search orders by the change number."""
    page = entry()
    revision = revision_after(page)

    moved, facts = page.appended(revision)

    assert (2, 6, "Neuf", "open") == (moved.head, moved.change_number, moved.title, moved.state)
    assert hashlib.sha256(b"{}").hexdigest() == moved.head_digest
    assert page.head_digest == revision.prev
    assert (RevisionAppended(page.id, page.notebook, revision.number, revision.digest, 6, ("d" * 64,)),) == facts


def test_a_revision_of_a_returned_page_leaves_it_returned() -> None:
    """It is sent again by a circuit, not by a revision."""
    page = entry(state="returned")

    assert "returned" == page.appended(revision_after(page))[0].state


def test_a_revision_in_circuit_ends_that_circuit_visibly() -> None:
    """Signing hears which circuit is over."""
    page = entry(state="in_circuit", circuit=ONE, frozen_revision=1)

    moved, facts = page.appended(revision_after(page))

    assert ("open", None, None) == (moved.state, moved.circuit, moved.frozen_revision)
    assert EntryStateChanged(page.id, page.notebook, "in_circuit", "open", 6, ONE) == facts[1]


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_final_page_refuses_every_change(state: Any) -> None:
    """After the seal nothing changes; a new entry may supersede it."""
    page = entry(state=state)

    with pytest.raises(Sealed):
        page.next_place(expected_head=1)
    with pytest.raises(Sealed):
        page.freezable(revision=None, circuit=ONE)
    with pytest.raises(Sealed):
        page.struck_out(reason="x", now=NOW)


def test_a_page_being_sealed_refuses_a_revision() -> None:
    """Between the last check and the seal nothing slips in."""
    with pytest.raises(Sealed):
        entry(state="in_circuit", closing=True).next_place(expected_head=1)


def test_another_head_is_stale() -> None:
    """The answer says which head there is."""
    with pytest.raises(Stale) as refused:
        entry().next_place(expected_head=0)

    assert {"current": "1"} == refused.value.detail


def test_a_freeze_is_asked_once_a_circuit() -> None:
    """The same circuit twice changes nothing, another one is a conflict."""
    page, facts = entry().frozen(circuit=ONE, now=NOW)

    assert entry().freezable(revision=1, circuit=ONE)
    assert entry().freezable(revision=None, circuit=ONE)
    assert not page.freezable(revision=1, circuit=ONE)
    assert ("in_circuit", 1) == (page.state, page.frozen_revision)
    assert (EntryStateChanged(page.id, page.notebook, "open", "in_circuit", 6, ONE),) == facts
    with pytest.raises(Conflict):
        page.freezable(revision=1, circuit=TWO)
    with pytest.raises(Conflict):
        entry().freezable(revision=2, circuit=ONE)
    with pytest.raises(Conflict):
        entry(head=0).freezable(revision=None, circuit=ONE)
    with pytest.raises(Conflict):
        page.frozen(circuit=TWO, now=NOW)


def test_closing_for_the_seal_needs_this_circuit_and_this_head() -> None:
    """A moved head must be seen before the seal, not after."""
    page, _ = entry().frozen(circuit=ONE, now=NOW)
    closed = page.closed_for_seal(revision=1, circuit=ONE)
    sealed, _ = closed.sealed(circuit=ONE, alone=False, now=NOW)

    assert closed.closing
    assert closed == closed.closed_for_seal(revision=1, circuit=ONE)
    assert sealed == sealed.closed_for_seal(revision=1, circuit=ONE)
    for revision, circuit in ((2, ONE), (1, TWO)):
        with pytest.raises(Conflict):
            page.closed_for_seal(revision=revision, circuit=circuit)
    with pytest.raises(Conflict):
        replace(page, head=2).closed_for_seal(revision=1, circuit=ONE)


@pytest.mark.parametrize(("alone", "state"), [(False, "sealed"), (True, "signed")])
def test_the_seal_ends_it(alone: bool, state: str) -> None:
    """Signed alone is said so."""
    page = entry(state="in_circuit", circuit=ONE, closing=True)

    moved, facts = page.sealed(circuit=ONE, alone=alone, now=NOW)

    assert (state, False, 6) == (moved.state, moved.closing, moved.change_number)
    assert 1 == len(facts)
    assert (moved, ()) == moved.sealed(circuit=ONE, alone=alone, now=NOW)
    assert (page, ()) == page.sealed(circuit=TWO, alone=alone, now=NOW)


def test_a_return_gives_it_back() -> None:
    """It may be revised and sent again; an old circuit's return changes nothing."""
    page = entry(state="in_circuit", circuit=ONE, closing=True)

    moved, facts = page.returned(circuit=ONE, now=NOW)

    assert ("returned", None, False) == (moved.state, moved.circuit, moved.closing)
    assert 1 == len(facts)
    assert (page, ()) == page.returned(circuit=TWO, now=NOW)
    assert (moved, ()) == moved.returned(circuit=ONE, now=NOW)


def test_struck_out_it_keeps_its_reason() -> None:
    """It stays in the sequence; in circuit it is returned first."""
    moved, facts = entry().struck_out(reason="Doublon", now=NOW)

    assert ("struck_out", "Doublon") == (moved.state, moved.strike_out_reason)
    assert EntryStruckOut(moved.id, moved.notebook, 6) == facts[-1]
    with pytest.raises(Conflict):
        entry(state="in_circuit").struck_out(reason="x", now=NOW)


def test_a_new_page_tells_its_reference_and_labels() -> None:
    """The index needs them to open it to the right readers."""
    told = entry().created((AccessLabel("notebook:n"),))

    assert "U1234-2026-007/37" == entry().reference
    assert ("entry:e", "notebook:n") == told.labels


@pytest.mark.parametrize(("name", "path"), [
    ("a.CSV", "attachments/0001.csv"), ("sans extension", "attachments/0001.bin"), ("x.tar.gz", "attachments/0001.gz"),
    ("é.données", "attachments/0001.bin"), ("x.abcdefghijk", "attachments/0001.bin"), ("../x.e\u0301", "attachments/0001.bin"),
])  # fmt: skip
def test_a_file_has_an_ascii_place_whatever_its_name(name: str, path: str) -> None:
    """docs/evidence-format.md §3: unzip works everywhere."""
    assert path == placed((file(name),))[0].path


def test_an_odd_media_type_becomes_bytes() -> None:
    """The statement allows printable ASCII only."""
    odd = ("text/plain; charset=é", "x", "a/" + "b" * 300)

    assert {"application/octet-stream"} == {placed((file(media_type=one),))[0].media_type for one in odd}
    assert "text/plain; charset=utf-8" == placed((file(media_type="text/plain; charset=utf-8"),))[0].media_type


def test_two_files_of_one_name_are_refused() -> None:
    """Also when they only look alike (NFC)."""
    with pytest.raises(Invalid):
        placed((file("é.csv"), file("e\u0301.csv")))


def test_a_huge_record_is_refused() -> None:
    """Data belongs in a file."""
    with pytest.raises(Invalid):
        revision_after(entry(), record=b" " * (RECORD_LIMIT_BYTES + 1))


def test_record_and_row_say_the_same_moment() -> None:
    """Milliseconds, UTC."""
    moment = to_milliseconds(NOW.replace(microsecond=123_456))

    assert "2026-03-01T09:30:00.123Z" == utc_text(moment)
    assert 123_000 == moment.microsecond
