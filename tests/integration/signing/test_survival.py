"""Kill signing at every moment, crowd it, rewrite its past: nothing is lost, doubled or believed."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from contracts.errors import IntegrityBroken
from tests.builders.signing import AUTHOR, THREE, entry_id, session_of, sign, sign_all

PROJECT = Path(__file__).parents[3]
MOMENTS = [
    "intent_recorded", "key_made", "signed", "stamped", "stamped_twice", "made", "before_commit", "recorded",
]  # fmt: skip
SEAL_MOMENTS = ["closed_for_seal", "seal_intent_recorded", "signed", "stamped_twice", "before_commit", "recorded"]


def die_at(world, moment: str, *, act: str, institution, authority_url, tmp_path) -> None:
    """Run the act in another process until it kills itself."""
    plan = tmp_path / "plan.json"
    plan.write_text(
        json.dumps({
            "database": world.database, "trust": str(institution.trust), "keys": str(institution.keys),
            "authority": authority_url, "folder": str(tmp_path), "moment": moment, "act": act, "number": 1,
        })
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.signing.dying", plan],
        cwd=PROJECT, check=False, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stdout + done.stderr
    with world.engine.begin() as connection:
        # The lease of the dead process is over.
        connection.execute(text("UPDATE intent SET lease_until = now() - interval '1 second'"))


def rows(world, query: str) -> list:
    """Read the database."""
    with world.engine.connect() as connection:
        return list(connection.execute(text(query)))


@pytest.mark.fault
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signature_killed_at_any_moment_is_finished_once(world, moment, institution, authority_url, tmp_path):
    """Whoever signed and saw an error must find one signature, one leaf, one event: not none, not two."""
    acts = world.acts()
    started = acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    die_at(world, moment, act="sign", institution=institution, authority_url=authority_url, tmp_path=tmp_path)

    survivor = world.acts()
    survivor.log.verify()
    survivor.resume_signing()

    circuit = survivor.get_circuit(entry_id(1), actor=session_of(AUTHOR))
    assert [step.state for step in circuit.steps] == ["signed", "due", "waiting"]
    assert rows(world, "SELECT state FROM intent") == [("done",)]
    assert rows(world, "SELECT index FROM log_leaf WHERE kind = 'signature'") == [(0,)]
    assert len(rows(world, "SELECT id FROM outbox WHERE type = 'StepSigned'")) == 1
    assert started.id == circuit.id


@pytest.mark.fault
@pytest.mark.parametrize("moment", SEAL_MOMENTS)
def test_a_seal_killed_at_any_moment_is_finished_once(world, moment, institution, authority_url, tmp_path):
    """A page is sealed once, and its file still proves itself."""
    acts = world.acts()
    acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    circuit = sign_all(acts, entry_id(1), clock=world.clock)
    die_at(world, moment, act="seal", institution=institution, authority_url=authority_url, tmp_path=tmp_path)

    survivor = world.acts()
    survivor.seal(circuit.id)
    survivor.build_evidence(circuit.id)

    sealed = survivor.get_circuit(entry_id(1), actor=session_of(AUTHOR))
    assert sealed.state == "sealed"
    assert len(rows(world, "SELECT id FROM outbox WHERE type = 'EntrySealed'")) == 1
    file = tmp_path / "page.asice"
    file.write_bytes(world.storage.blobs[sealed.evidence_sha256])
    done = subprocess.run(
        [sys.executable, "-m", "verifier", file, "--trust", institution.trust, "--json"],
        cwd=PROJECT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_twenty_ceremonies_at_once_lose_and_double_no_leaf(world):
    """The index is counted by hand, so this is where it would go wrong."""
    acts = world.acts()
    due = {}
    for number in range(1, 21):
        started = acts.start_circuit(entry_id(number), revision=None, stages=THREE, actor=session_of(AUTHOR))
        due[number] = started.due[0].id

    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(lambda step: sign(acts, AUTHOR, step, clock=world.clock)[0], due.values()))

    assert sorted(receipt.signature.leaf_index for receipt in receipts) == list(range(20))
    assert [index for (index,) in rows(world, "SELECT index FROM log_leaf ORDER BY index")] == list(range(20))
    assert all(receipt.tlog_proof for receipt in receipts)
    world.acts().log.verify()


def test_a_rewritten_leaf_keeps_signing_from_starting(world):
    """A database administrator can change a row; not without being seen at the next start."""
    acts = world.acts()
    acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    sign_all(acts, entry_id(1), clock=world.clock)
    acts.log.cover_all()
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE log_leaf SET leaf = salt WHERE index = 1"))

    with pytest.raises(IntegrityBroken):
        world.acts().log.verify()
    assert rows(world, "SELECT payload ->> 'what' FROM outbox WHERE type = 'IntegrityBroken'") == [("log_root_record",)]


def test_a_log_set_back_to_an_older_backup_keeps_signing_from_starting(world):
    """The published head remembers what the restored database forgot."""
    acts = world.acts()
    acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    sign_all(acts, entry_id(1), clock=world.clock)
    acts.log.cover_all()
    acts.log.publish()
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM checkpoint_stamp"))
        connection.execute(text("DELETE FROM checkpoint WHERE size > 1"))
        connection.execute(text("DELETE FROM log_leaf WHERE index >= 1"))

    with pytest.raises(IntegrityBroken):
        world.acts().log.verify()
