"""The evidence file is made once, of what was signed and what proves it."""

import json
import zipfile
from io import BytesIO

import pytest

from contracts.errors import Invalid, NotFound, Unavailable
from services.signing.domain.canonical import canonical
from services.signing.domain.merkle import root_of
from services.signing.domain.statement import NONCE_BYTES, Act, Place, SignerIdentity, write_statement
from tests.builders.signing import AUTHOR, THREE, WITNESS, entry_id, page, session_of, sign_all
from tests.unit.signing.conftest import Dies


def sealed(world, number=1):
    """Return a page's sealed circuit."""
    world.acts.start_circuit(entry_id(number), revision=None, stages=THREE, actor=session_of(AUTHOR))
    circuit = sign_all(world.acts, entry_id(number), clock=world.clock)
    world.acts.seal(circuit.id)
    return circuit


def evidence(world, number=1):
    """Ask for the file as the author."""
    return world.acts.get_evidence(entry_id(number), actor=session_of(AUTHOR))


def test_the_file_is_kept_and_announced_once(world):
    """A job that runs twice, or two that run at once, leave one file."""
    circuit = sealed(world)
    assert evidence(world)[1] is None

    for _ in range(2):
        world.acts.build_evidence(circuit.id)

    found, url = evidence(world)
    assert found.evidence_sha256 in url
    assert found.evidence_size_bytes == len(world.storage.blobs[found.evidence_sha256])
    assert world.facts.count("EvidenceReady") == 1


def test_two_jobs_that_finish_together_announce_one_file(world):
    """The second finds the first one's in its own commit."""
    circuit = sealed(world)
    keep = world.storage.keep

    def overtaken(*args, **more):
        world.storage.keep = keep
        world.acts.build_evidence(circuit.id)
        keep(*args, **more)

    world.storage.keep = overtaken
    world.acts.build_evidence(circuit.id)

    assert world.facts.count("EvidenceReady") == 1


def test_a_circuit_that_is_not_sealed_has_no_file(world):
    """Nothing half-proven leaves the house."""
    circuit = world.acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    world.acts.build_evidence(circuit.id)
    world.acts.seal(circuit.id)

    with pytest.raises(NotFound):
        evidence(world)
    assert "EvidenceReady" not in world.facts
    assert "EntrySealed" not in world.facts


def test_a_seal_that_finds_another_heads_parts_stops(world):
    """The head before the seal was signed into it: another one would make a file nobody can verify."""
    circuit = sealed(world)
    world.store.memory.parts[circuit.id]["META-INF/proof/checkpoint-before.txt"] = b"another\n"

    with pytest.raises(AssertionError):
        world.acts.build_evidence(circuit.id)


def test_a_long_list_of_files_is_stated_by_its_root_and_kept_beside(world):
    """Above a hundred objects a statement would outgrow what it may be (docs/evidence-format.md §5.2)."""
    many = page(1, attachments=120)
    world.entries.pages[entry_id(1)] = many.frozen
    world.storage.blobs.update(many.blobs)
    circuit = sealed(world)
    world.acts.build_evidence(circuit.id)

    with zipfile.ZipFile(BytesIO(world.storage.blobs[evidence(world)[0].evidence_sha256])) as file:
        listed = json.loads(file.read("META-INF/statements/objects.json"))
        stated = json.loads(file.read("META-INF/statements/001-author.json"))["objects"]
        manifest = file.read("META-INF/ASiCManifest001.xml").decode()
    assert len(listed) == 123
    assert stated == {"count": 123, "root": root_of([canonical(item) for item in listed]).hex()}
    assert "META-INF/statements/objects.json" in manifest


def test_no_time_for_the_seal_is_said_and_it_is_made_when_there_is(world):
    """A job ends with "later", and what it put on record is used again."""
    world.acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    circuit = sign_all(world.acts, entry_id(1), clock=world.clock)
    world.moment = "seal_intent_recorded"
    with pytest.raises(Dies):
        world.acts.seal(circuit.id)
    world.authorities.out = True
    with pytest.raises(Unavailable):
        world.acts.seal(circuit.id)
    world.authorities.out = False

    world.acts.seal(circuit.id)

    assert world.facts.count("EntrySealed") == 1


def test_two_seals_at_once_make_one_intent(world):
    """The second process finds the first one's intent in its own commit, and signs the same."""
    world.acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    circuit = sign_all(world.acts, entry_id(1), clock=world.clock)
    stamp = world.authorities.stamp_by_each

    def overtaken(digest):
        world.authorities.stamp_by_each = stamp
        world.moment = "seal_intent_recorded"
        with pytest.raises(Dies):
            world.acts.seal(circuit.id)
        return stamp(digest)

    world.authorities.stamp_by_each = overtaken
    world.acts.seal(circuit.id)

    seals = [intent for intent in world.store.memory.intents.values() if intent.role == "seal"]
    assert len(seals) == 1
    assert world.facts.count("EntrySealed") == 1


def test_a_statement_longer_than_any_reader_takes_is_refused(world):
    """Better no signature than one whose file the verifier refuses (docs/evidence-format.md §5)."""
    signer = SignerIdentity(id=WITNESS, name="n" * 70_000)
    act = Act(role="witness", locale="fr", method="password", claimed_at=world.clock.now(), nonce=bytes(NONCE_BYTES))

    with pytest.raises(Invalid):
        write_statement(page(1).frozen, signer=signer, place=Place("c", 1, 2, None), act=act)


def test_a_file_says_who_it_is_by_name():
    """The suggested name is the page's reference and revision."""
    assert page(7).frozen.evidence_name == "U1234-2026-007-7-v1.asice"
