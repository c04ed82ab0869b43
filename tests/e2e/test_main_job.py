"""The main job on the whole system: from an archive to a page signed, dated, found, announced and verified offline."""

import json
from pathlib import Path

import pytest

from tests.e2e.system import SAMPLE, System

STEPS = [
    "sign_in", "open_notebook", "upload", "import", "choose_page", "send_into_circuit", "sign_author", "sign_witness",
    "sign_approver", "seal", "found_by_title", "found_by_text", "mail_to_lead", "download_evidence",
    "verified_offline", "verified_by_its_script",
]  # fmt: skip


def test_the_projects_own_sample_comes_through(system: System, tmp_path: Path) -> None:
    """What the product is for, end to end, with nothing mocked."""
    summary = system.run_main_job(SAMPLE, tmp_path)
    account = json.loads((tmp_path / "summary.json").read_text())

    assert summary.passed, account
    assert STEPS == [step["name"] for step in account["steps"]]
    assert {"passed"} == {step["outcome"] for step in account["steps"]}
    assert (tmp_path / "page.asice").stat().st_size > 1000
    assert {"root.pem", "tsa.pem", "crls.pem", "log.vkey"} == {path.name for path in (tmp_path / "trust").iterdir()}
    assert list((tmp_path / "mail").glob("*.eml"))


ARCHIVES = (
    "4.9.0_special_chars", "ai4green", "elabftw-5", "kadi-records", "locked-archived-deleted-experiments",
    "multiple-experiments", "pasta", "sampledb", "version-104", "version-106",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "pasta" else pytest.mark.full) for name in ARCHIVES]
)
def test_a_real_archive_of_another_notebook_comes_through(
    system: System, eln_samples: Path, name: str, tmp_path: Path
) -> None:
    """Migration is why people stay away: what others exported must come in whole."""
    summary = system.run_main_job(eln_samples / f"{name}.eln", tmp_path)

    assert summary.passed, (tmp_path / "summary.json").read_text()


def test_a_wrong_checksum_refuses_the_archive_and_names_the_file(
    system: System, eln_samples: Path, tmp_path: Path
) -> None:
    """A damaged file must never become evidence; the refusal leaves nothing behind."""
    summary = system.run_main_job(eln_samples / "invalid-shasum.eln", tmp_path)
    failed = summary.steps[-1]

    assert not summary.passed
    assert "import" == failed.name
    assert "file.txt" in failed.reason
    assert "left pages behind" not in failed.reason
