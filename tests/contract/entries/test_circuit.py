"""An entry goes through a circuit: frozen, closed, sealed, or returned, or revised on the way."""

import hashlib
import json
from typing import Any

import pytest

from contracts.errors import Conflict, Forbidden, Invalid, Sealed
from contracts.identifiers import CircuitId
from services.entries.domain.views import Frozen, Sought
from services.entries.use_cases.follow_signing import Message
from tests.builders.entries import Institution, StorageDouble, caller, named, page

CIRCUIT = CircuitId("circuit-1")


def freeze(lab: Institution, entry: str, circuit: CircuitId = CIRCUIT, revision: int | None = None) -> Frozen:
    """Freeze as signing asks for the author."""
    return lab.write.freeze(caller(None), entry=entry, revision=revision, circuit=circuit, by=lab.researcher)


def state(lab: Institution, entry: str) -> str:
    """Read the state."""
    return lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry.state


def test_a_freeze_lists_every_file_of_the_evidence_with_its_digest(lab: Institution, storage: StorageDouble) -> None:
    """What is signed is what entries kept: record.json byte for byte."""
    storage.has("u1", owner=lab.researcher)
    entry = lab.entry(lab.notebook().id).entry.id
    lab.write.append_revision(
        caller(lab.researcher), entry=entry, expected_head=1, written=page(files=(named("é.CSV", upload="u1"),))
    )

    frozen = freeze(lab, entry)

    paths = [one.path for one in frozen.objects]
    assert ["attachments/0001.csv", "record.html", "record.json", "ro-crate-metadata.json"] == paths
    record = storage.put_files["record.json"]
    assert frozen.revision.digest == hashlib.sha256(record).hexdigest() == frozen.objects[2].sha256
    assert 2 == json.loads(record)["revision"]
    assert "in_circuit" == state(lab, entry)
    assert frozen == freeze(lab, entry)


def test_another_circuit_or_another_revision_is_a_conflict(lab: Institution) -> None:
    """One circuit at a time, over the head only."""
    entry = lab.entry(lab.notebook().id).entry.id
    with pytest.raises(Conflict):
        freeze(lab, entry, revision=7)
    freeze(lab, entry)

    with pytest.raises(Conflict):
        freeze(lab, entry, CircuitId("circuit-2"))


def test_a_page_with_more_files_than_its_evidence_could_hold_is_not_frozen(
    lab: Institution, storage: StorageDouble
) -> None:
    """Three people would sign what no file can keep; the author is told, and the page stays open."""
    files = tuple(named(f"{number}.csv", upload=f"u{number}") for number in range(901))
    for number in range(901):
        storage.has(f"u{number}", owner=lab.researcher)
    entry = lab.entry(lab.notebook().id).entry.id
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page(files=files))

    with pytest.raises(Invalid) as refused:
        freeze(lab, entry)

    assert "attachments" == refused.value.fields[0].name
    assert "900" in refused.value.fields[0].problem
    assert "open" == state(lab, entry)
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=2, written=page(files=files[:900]))
    assert 900 + 3 == len(freeze(lab, entry).objects)


def test_only_who_may_send_it_freezes_it(lab: Institution) -> None:
    """A lead approves, but sends nobody else's page."""
    entry = lab.entry(lab.notebook().id).entry.id

    with pytest.raises(Forbidden):
        lab.write.freeze(caller(None), entry=entry, revision=None, circuit=CIRCUIT, by=lab.lead)


def test_only_who_may_sign_a_page_is_asked_to(lab: Institution) -> None:
    """A signature of someone who may not read the page, or whose role never signs, would attest nothing."""
    entry = lab.entry(lab.notebook().id).entry.id
    stranger = lab.person("Sam Stranger", "researcher", at=lab.other_team)
    asked = {"entry": entry, "revision": None, "circuit": CIRCUIT, "by": lab.researcher}

    with pytest.raises(Invalid) as refused:
        lab.write.freeze(caller(None), **asked, signers=(lab.researcher, stranger, lab.lead, lab.admin))

    assert [stranger, lab.admin] == [field.problem.split()[0] for field in refused.value.fields]
    lab.write.freeze(caller(None), **asked, signers=(lab.researcher, lab.colleague, lab.lead))


def test_closed_for_its_seal_it_refuses_revisions_and_then_is_sealed_once(lab: Institution) -> None:
    """Between the last check and the seal nothing may slip in."""
    entry = lab.entry(lab.notebook().id).entry.id
    freeze(lab, entry)
    for _ in range(2):
        lab.write.close_for_seal(caller(None), entry=entry, revision=1, circuit=CIRCUIT)
    with pytest.raises(Sealed):
        lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page())
    numbers = []
    for _ in range(2):
        lab.write.seal_entry(
            caller(None), message=Message("entry_sealed", "m1"), entry=entry, circuit=CIRCUIT, alone=False
        )
        shown = lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None)
        numbers.append(shown.entry.change_number)

    assert "sealed" == shown.entry.state
    assert numbers[0] == numbers[1]
    assert ("read", "comment", "grant") == shown.may
    with pytest.raises(Sealed):
        lab.write.strike_out(caller(lab.researcher), entry=entry, reason="non")


def test_signed_alone_it_is_signed(lab: Institution) -> None:
    """A circuit of one stage is sealed too, and says so."""
    entry = lab.entry(lab.notebook().id).entry.id
    freeze(lab, entry)

    lab.write.seal_entry(caller(None), message=Message("entry_sealed", "m"), entry=entry, circuit=CIRCUIT, alone=True)

    assert "signed" == state(lab, entry)


def test_returned_it_is_revised_and_sent_again(lab: Institution) -> None:
    """A refusal is not an end."""
    entry = lab.entry(lab.notebook().id).entry.id
    freeze(lab, entry)
    lab.write.return_entry(caller(None), message=Message("circuit_returned", "m"), entry=entry, circuit=CIRCUIT)
    assert "returned" == state(lab, entry)
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page())

    frozen = freeze(lab, entry, CircuitId("circuit-2"))

    assert 2 == frozen.revision.number


def test_struck_out_it_stays_in_the_sequence(lab: Institution) -> None:
    """Nothing is deleted."""
    notebook = lab.notebook()
    entry = lab.entry(notebook.id).entry.id

    struck = lab.write.strike_out(caller(lab.researcher), entry=entry, reason="Doublon")

    assert ("struck_out", "Doublon") == (struck.entry.state, struck.entry.strike_out_reason)
    pages = lab.read.list_entries(caller(lab.colleague), notebook=notebook.id, sought=Sought(), after=None, limit=10)
    assert [1] == [one.number for one in pages]


def test_a_house_is_told_what_to_index(lab: Institution) -> None:
    """Search pulls an entry as it is now, with the labels that open it."""
    shown = lab.entry(lab.notebook().id)

    (indexed,) = lab.read.list_indexable.named([shown.entry.id, "unknown"])

    assert ("Température 37 °C" in indexed.text, "U1234") == (True, indexed.described.unit_code)
    assert shown.labels == indexed.described.labels
    assert [indexed] == lab.read.list_indexable(after=None, limit=10)
    assert lab.read.decide(person=lab.lead, action="sign", entry=shown.entry.id).allowed


def test_a_freeze_that_another_call_did_meanwhile_is_done_once(
    lab: Institution, storage: StorageDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing asked twice: while one stores what is signed, the other commits. One circuit, one answer."""
    entry = lab.entry(lab.notebook().id).entry.id
    put, quicker = storage.put, []

    def slow(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(storage, "put", put)
        quicker.append(freeze(lab, entry))
        return put(*args, **named)

    monkeypatch.setattr(storage, "put", slow)
    frozen = freeze(lab, entry)

    assert [frozen] == quicker
    shown = lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry
    assert quicker[0].described.entry.change_number == shown.change_number
