"""The European Commission's validator, which is not ours, says TOTAL-PASSED about what the format describes."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.evidence import Bundle, pack
from tests.builders.forgeries import fields, flipped


def validated(jar, bundle, folder, *, at=None):
    """Return what the validator says about the bundle, given our anchors."""
    trust = bundle.write_trust(folder / "trust")
    path = folder / "page.asice"
    path.write_bytes(pack(bundle.files))
    command = ["java", "-jar", jar, path, "--trust", trust / "root.pem", "--tsa-trust", trust / "tsa.pem"]
    command += ["--min-signatures", str(len(bundle.people))]
    command += ["--at", at.strftime("%Y-%m-%dT%H:%M:%SZ")] if at else []
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("days", [0, 1, 40, 3 * 365])
def test_a_valid_file_is_totally_passed(days, jar, tmp_path):
    """Now, tomorrow when the one-time certificates have ended, and years later: no error, no warning."""
    at = datetime.now(UTC) + timedelta(days=days) if days else None

    code, said = validated(jar, Bundle().build(), tmp_path, at=at)

    assert (0, "TOTAL_PASSED") == (code, said["indication"])
    assert {"CAdES-BASELINE-LT"} == set(said["signatureFormat"])
    assert ([], [], []) == (said["errors"], said["warnings"], said["local"])
    assert all(one["indication"] == "PASSED" for one in said["timestamps"])


@pytest.mark.parametrize("attachments", [0, 120])
def test_pages_with_none_and_with_many_files_are_totally_passed(attachments, jar, tmp_path):
    """The list of many files lies in the container too."""
    code, said = validated(jar, Bundle(attachments=attachments).build(), tmp_path)

    assert (0, "TOTAL_PASSED", []) == (code, said["indication"], said["warnings"])


def test_a_changed_attachment_is_not_passed(jar, tmp_path):
    """The validator and we agree on what it does check."""
    bundle = Bundle().build()
    bundle.files["attachments/0001.csv"] = flipped(bundle.files["attachments/0001.csv"])

    code, said = validated(jar, bundle, tmp_path)

    assert code != 0
    assert said["indication"] != "TOTAL_PASSED"


def test_a_missing_revocation_list_is_not_passed(jar, tmp_path):
    """Why the format embeds them: without a network nobody else can supply them."""
    bundle = Bundle(
        forge=lambda stage, value: fields(crls=[])(value) if stage.startswith("signing.") else value
    ).build()

    code, said = validated(jar, bundle, tmp_path, at=datetime.now(UTC) + timedelta(days=1))

    assert code != 0
    assert said["indication"] == "INDETERMINATE"
