"""Signatures inside an archive are verified over the exact bytes, by keys inside it only."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.entries.adapters.eln import minisig
from services.entries.domain.imports import ImportPlan
from tests.builders import eln
from tools import make_sample

Plan = Callable[[Path], ImportPlan]


def remarks(plan: ImportPlan) -> set[str]:
    """Return what the report says of signatures."""
    return {remark.code for remark in plan.report if remark.code.startswith("signature")}


def test_a_signature_by_a_key_of_the_archive_verifies(plan: Plan, tmp_path: Path) -> None:
    """Prehashed, as today's minisign writes it."""
    metadata = eln.graph(eln.dataset("./p/"))
    signed, public = make_sample.signature(metadata)
    files = {"ro-crate-metadata.json.minisig": signed, "key.pub": public}

    assert remarks(plan(eln.archive(tmp_path / "a.eln", metadata, files))) == {"signature_verifies"}


def test_a_signature_over_other_bytes_does_not_verify(plan: Plan, tmp_path: Path) -> None:
    """Most real ones hold over a re-serialised form only: said, not mended."""
    metadata = eln.graph(eln.dataset("./p/"))
    signed, public = make_sample.signature(metadata + b" ")
    files = {"ro-crate-metadata.json.minisig": signed, "key.pub": public}

    assert remarks(plan(eln.archive(tmp_path / "a.eln", metadata, files))) == {"signature_does_not_verify"}


def test_an_absent_key_is_said_and_never_fetched(plan: Plan, tmp_path: Path) -> None:
    """The key's address comes from the archive: whoever forged one could forge the other."""
    metadata = eln.graph(eln.dataset("./p/"))
    files = {"ro-crate-metadata.json.minisig": make_sample.signature(metadata)[0]}

    assert remarks(plan(eln.archive(tmp_path / "a.eln", metadata, files))) == {"signature_key_absent"}


def test_a_changed_comment_does_not_verify() -> None:
    """The trusted comment is signed too."""
    signed, public = make_sample.signature(b"x")
    key = minisig.read_key(public)
    signature = minisig.read_signature(signed.replace(b"proves nothing", b"proves all"))

    assert key is not None
    assert signature is not None
    assert not minisig.verifies(signature, key, b"x")


@pytest.mark.parametrize("text", [b"", b"a\nb\nc\nd", b"\xff\xfe", b"x\n!!!!\ntrusted comment: y\n!!!!"])
def test_what_is_no_signature_is_read_as_none(text: bytes) -> None:
    """A file of that name may hold anything."""
    assert minisig.read_signature(text) is None
    assert minisig.read_key(text) is None
