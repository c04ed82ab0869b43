"""Hostile archives are refused by name, before anything is written."""

import stat
import zipfile
from pathlib import Path

import pytest

from contracts.errors import Invalid
from contracts.identifiers import Sha256
from services.entries.adapters.eln.archive import Archive, ArchiveLimits
from services.entries.adapters.eln.reader import ElnReader
from tests.builders import eln


def refused(path: Path, limits: ArchiveLimits | None = None) -> str:
    """Open and return why it was refused."""
    with pytest.raises(Invalid) as caught:
        Archive(path, limits=limits)
    return " ".join(f"{field.name} {field.problem}" for field in caught.value.fields)


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "a\\..\\..\\out.txt", "/etc/cron.d/x", "C:/boot.ini"]
)
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    """An importer that wrote such a file would overwrite the machine's own (zip slip)."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member(name), b"x")])

    assert "out" in refused(path) or "absolute" in refused(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    """A link would make the next member land wherever it points."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("l", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")])

    assert "link" in refused(path)


@pytest.mark.parametrize(
    ("one", "other"), [("a/X.txt", "a/x.TXT"), ("é.txt", "e\u0301.txt"), ("a//b", "a/b"), ("./c", "c")]
)
def test_twins_are_refused(tmp_path: Path, one: str, other: str) -> None:
    """Two names that one file system takes for one would let the second hide the first."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member(one), b"1"), (eln.member(other), b"2")])

    assert "twice" in refused(path)


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    """Readers differ in which of the two they take, so a signature could cover the other."""
    with pytest.warns(UserWarning, match="Duplicate"):
        path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("a"), b"1"), (eln.member("a"), b"2")])

    assert "twice" in refused(path)


def test_a_file_that_is_also_a_folder_is_refused(tmp_path: Path) -> None:
    """No folder can hold both."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("a"), b"1"), (eln.member("a/b"), b"2")])

    assert "both a file and a folder" in refused(path)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    """A small archive must not fill the disk."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("zeros"), bytes(3_000_000))])

    assert "times its size" in refused(path, ArchiveLimits(ratio_free_bytes=1_000_000))


def test_a_bomb_is_refused_by_its_total(tmp_path: Path) -> None:
    """However well it packs, more than the limit is too much."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("zeros"), bytes(3_000_000))])

    assert "unpacks to" in refused(path, ArchiveLimits(total_bytes=1_000_000))


def test_a_claim_of_a_million_entries_is_refused_before_they_are_read(tmp_path: Path) -> None:
    """The library would build a list of them first."""
    assert "claims 1000000 members" in refused(eln.claiming_entries(tmp_path / "a.zip", 1_000_000))


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    """Nobody could read the pages later."""
    path = eln.encrypted(eln.archive(tmp_path / "a.zip", eln.graph()))

    assert "encrypted" in refused(path)


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    """LZMA and bzip2 have bombs the ratio check was not measured on."""
    info = eln.member("a")
    info.compress_type = zipfile.ZIP_LZMA
    path = eln.raw_archive(tmp_path / "a.zip", [(info, b"x" * 100)])

    assert "method" in refused(path)


@pytest.mark.parametrize("content", [b"", b"<?xml version='1.0'?><experiment/>", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_zip_is_refused_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    """One product's `.eln` is XML: the content decides."""
    path = tmp_path / "a.eln"
    path.write_bytes(content)

    assert "zip" in refused(path)


def test_damaged_bytes_are_refused_when_read(tmp_path: Path) -> None:
    """The zip's own sum must hold, or the notebook would certify noise."""
    path = eln.raw_archive(tmp_path / "a.zip", [(eln.member("a.bin"), bytes(range(256)) * 40)])
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(bytes(raw))

    with Archive(path) as archive, pytest.raises(Invalid) as caught:
        list(archive.chunks("a.bin"))

    assert caught.value.fields[0].name == "a.bin"


def test_a_name_with_a_colon_and_a_streamed_entry_are_fine(tmp_path: Path) -> None:
    """Real producers write both."""
    info = eln.member("r/12:30 trace.csv")
    info.flag_bits |= 0x08
    path = eln.raw_archive(tmp_path / "a.zip", [(info, b"1,2")])

    with Archive(path) as archive:
        assert archive.read("r/12:30 trace.csv", limit=10) == b"1,2"


def test_metadata_too_large_to_hold_in_memory_is_refused(tmp_path: Path) -> None:
    """Parsed JSON takes ten times its size; the limit is far above every real archive."""
    path = eln.archive(tmp_path / "a.eln", b'{"@graph": [' + b"{}," * 2_000_000 + b"{}]}")
    limits = ArchiveLimits(metadata_bytes=1_000_000)

    with ElnReader(path, work_folder=tmp_path, limits=limits) as reader, pytest.raises(Invalid) as caught:
        reader.plan(Sha256("0" * 64), progress=lambda *_: None)

    assert "larger than" in caught.value.fields[0].problem
