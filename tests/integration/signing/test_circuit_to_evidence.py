"""Sign a page with three people on real machines, and let strangers judge the file."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.signing.domain.circuit import Stage
from tests.builders.signing import AUTHOR, THREE, entry_id, session_of, sign_all

PROJECT = Path(__file__).parents[3]


def seal_entry(world, number: int, *, stages=THREE) -> bytes:
    """Take a page through its whole circuit and return its evidence file."""
    acts = world.acts()
    acts.start_circuit(entry_id(number), revision=None, stages=stages, actor=session_of(AUTHOR))
    circuit = sign_all(acts, entry_id(number), clock=world.clock)
    assert circuit.state == "sealing"
    acts.seal(circuit.id)
    acts.build_evidence(circuit.id)
    acts.log.publish()
    sealed, url = acts.get_evidence(entry_id(number), actor=session_of(AUTHOR))
    assert url is not None
    return world.storage.blobs[sealed.evidence_sha256]


@pytest.fixture
def evidence(world, tmp_path) -> Path:
    """The evidence file of a page that author, witness and approver signed."""
    file = tmp_path / "page.asice"
    file.write_bytes(seal_entry(world, 1))
    return file


def test_the_verifier_proves_the_file(evidence, institution):
    """The stranger of twenty years later has the file, the published anchors, and nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "verifier", evidence, "--trust", institution.trust, "--json"],
        cwd=PROJECT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_openssl_and_unzip_prove_the_file(evidence, institution):
    """A reader who trusts no program of ours at all still has openssl."""
    script = PROJECT / "verifier" / "standalone" / "verify.sh"
    done = subprocess.run(
        ["sh", script, evidence, institution.trust], check=False, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1), timedelta(days=1100)])
def test_the_european_validator_says_total_passed(evidence, institution, later, jar, tmp_path):
    """Courts use EU DSS; its verdict must not depend on the ten minutes a certificate lives."""
    at = ["--at", (datetime.now(UTC) + later).strftime("%Y-%m-%dT%H:%M:%SZ")] if later else []
    trust = institution.trust
    done = subprocess.run(
        ["java", "-jar", jar, evidence, "--trust", trust / "root.pem", "--tsa-trust", trust / "tsa.pem",
         "--min-signatures", "4", *at],
        check=False, capture_output=True, text=True, timeout=120, cwd=tmp_path,
    )  # fmt: skip

    assert json.loads(done.stdout)["indication"] == "TOTAL_PASSED", done.stdout
    assert done.returncode == 0


def test_a_page_signed_alone_and_one_with_many_files_are_proven_too(world, institution, tmp_path):
    """One signer and a hundred and one objects are the edges of the format."""
    from tests.builders.signing import page

    big = page(2, attachments=120)
    world.entries.pages[entry_id(2)] = big.frozen
    world.storage.blobs.update(big.blobs)
    file = tmp_path / "alone.asice"
    file.write_bytes(seal_entry(world, 2, stages=(Stage("author", ()),)))

    done = subprocess.run(
        [sys.executable, "-m", "verifier", file, "--trust", institution.trust, "--json"],
        cwd=PROJECT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
