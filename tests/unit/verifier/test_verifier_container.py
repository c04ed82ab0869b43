"""The verifier refuses archives that two readers could understand differently."""

import io
import struct
import zipfile
from contextlib import nullcontext

import pytest

from tests.builders.evidence import entry, pack
from tests.builders.forgeries import flipped


def archive(pairs) -> bytes:
    """Return an archive of any pairs, repeated names included."""
    with pytest.warns() if len({str(name) for name, _ in pairs}) < len(pairs) else nullcontext():
        return pack(pairs)


def linked(name: str, mode: int) -> zipfile.ZipInfo:
    info = entry(name)
    info.external_attr = mode << 16
    return info


def central_at(data: bytes) -> int:
    return struct.unpack("<L", data[-6:-2])[0]


def with_gap(data: bytes) -> bytes:
    start = central_at(data)
    return data[:start] + b"hidden" + data[start:-6] + struct.pack("<L", start + 6) + data[-2:]


def with_comment(data: bytes) -> bytes:
    return data[:-2] + b"\x02\x00hi"


def patched(data: bytes, name: bytes, offset: int, content: bytes, *, central: bool) -> bytes:
    """Return the archive with header bytes changed, at ``offset`` from the start of the header of ``name``."""
    size = 46 if central else 30
    mark = b"PK\x01\x02" if central else b"PK\x03\x04"
    at = data.index(name, data.rindex(b"PK\x03\x04") if central else 0) - size
    assert data[at : at + 4] == mark
    return data[: at + offset] + content + data[at + offset + len(content) :]


def deflated(name: str, content: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    info = entry(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info, content


def padded(name: str) -> zipfile.ZipInfo:
    info = entry(name)
    info.extra = b"\x99\x99\x02\x00hi"
    return info


def reordered(files):
    pairs = list(files.items())
    return [pairs[1], pairs[0], *pairs[2:]]


PAIRS = {
    "two files of one name": (lambda files: [*files.items(), ("record.html", b"other")], "zip_duplicate_name"),
    "the false twin first": (lambda files: [("mimetype", files["mimetype"]), ("record.html", b"x"), *list(files.items())[1:]], "zip_duplicate_name"),
    "names that differ by case": (lambda files: [*files.items(), ("Record.html", b"other")], "zip_duplicate_name"),
    "a symbolic link": (lambda files: [*files.items(), (linked("attachments/0004.csv", 0o120777), b"/etc/passwd")], "zip_file_type"),
    "a directory": (lambda files: [*files.items(), (linked("attachments/0004.csv", 0o040755), b"")], "zip_file_type"),
    "a device": (lambda files: [*files.items(), (linked("attachments/0004.csv", 0o020644), b"")], "zip_file_type"),
    "a path that climbs": (lambda files: [*files.items(), ("../record.html", b"x")], "file_unknown"),
    "an absolute path": (lambda files: [*files.items(), ("/etc/cron.d/x", b"x")], "file_unknown"),
    "a name beyond ASCII": (lambda files: [*files.items(), ("attachments/é.csv", b"x")], "zip_name"),
    "a file nobody signed": (lambda files: [*files.items(), ("evil.txt", b"x")], "file_unknown"),
    "an extra signature": (lambda files: [*files.items(), ("META-INF/signature099.p7s", b"x")], "signature_extra"),
    "an extra manifest": (lambda files: [*files.items(), ("META-INF/ASiCManifest099.xml", b"x")], "signature_extra"),
    "mimetype not first": (reordered, "mimetype"),
    "mimetype packed": (lambda files: [deflated("mimetype", files["mimetype"]), *list(files.items())[1:]], "mimetype"),
    "mimetype of a text document": (lambda files: {**files, "mimetype": b"application/vnd.oasis.opendocument.text"}.items(), "mimetype"),
    "mimetype with a newline": (lambda files: {**files, "mimetype": files["mimetype"] + b"\n"}.items(), "mimetype"),
    "mimetype with an extra field": (lambda files: [(padded("mimetype"), files["mimetype"]), *list(files.items())[1:]], "zip_structure"),
    "an extra field": (lambda files: [*list(files.items())[:-1], (padded(list(files)[-1]), b"x")], "zip_structure"),
    "a bomb": (lambda files: [*files.items(), deflated("attachments/0004.csv", b"\0" * (8 << 20))], "zip_bomb"),
    "1001 files": (lambda files: [*files.items(), *((f"x{n}", b"") for n in range(1001 - len(files)))], "zip_too_many_entries"),
}  # fmt: skip
BYTES = {
    "another archive in front": (lambda data: data + data, "zip_structure"),
    "bytes in front": (lambda data: b"#!/bin/sh\n" + data, "zip_structure"),
    "bytes behind": (lambda data: data + b"\0", "zip_trailing_bytes"),
    "a comment": (with_comment, "zip_trailing_bytes"),
    "no end record": (lambda data: data[:-22], "zip_trailing_bytes"),
    "cut at a third": (lambda data: data[: len(data) // 3], "zip_trailing_bytes"),
    "nothing at all": (lambda data: b"", "zip_structure"),
    "a web page": (lambda data: b"<html>" * 20, "zip_trailing_bytes"),
    "bytes between files and directory": (with_gap, "zip_structure"),
    "a local header of another name": (lambda data: patched(data, b"record.html", 30, b"Record.html", central=False), "zip_headers_differ"),
    "a local header of another size": (lambda data: patched(data, b"record.html", 22, b"\x01\0\0\0", central=False), "zip_headers_differ"),
    "an encrypted file": (lambda data: patched(data, b"record.html", 8, b"\x01\0", central=True), "zip_structure"),
    "an unknown packing": (lambda data: patched(data, b"record.html", 10, b"\x0c\0", central=True), "zip_structure"),
    "a file from a system without modes": (lambda data: patched(data, b"record.html", 5, b"\0", central=True), "zip_file_type"),
    "a wrong checksum": (lambda data: patched(patched(data, b"record.html", 16, b"abcd", central=True), b"record.html", 14, b"abcd", central=False), "zip_damaged"),
    "a damaged byte": (lambda data: flipped(data, data.index(b"temps;valeur") + 1), "zip_damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_an_archive_with_a_wrong_member_is_refused(name, valid, judge):
    """Readers differ in what they make of such a member; the verdict must not depend on the reader."""
    change, code = PAIRS[name]

    report = judge(valid, archive(list(change(valid.files))))

    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


@pytest.mark.parametrize("name", BYTES)
def test_an_archive_with_wrong_bytes_is_refused(name, valid, judge):
    """No byte of the archive may lie outside what its directory describes."""
    change, code = BYTES[name]

    report = judge(valid, change(pack(valid.files)))

    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


class _Pipe(io.RawIOBase):
    """A target that cannot seek, so that zipfile writes data descriptors."""

    def __init__(self):
        self.content = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.content += data
        return len(data)


def test_an_archive_written_as_a_stream_is_accepted(valid, judge):
    """Data descriptors are allowed for packed files: a maker may stream."""
    target = _Pipe()
    with zipfile.ZipFile(io.BufferedWriter(target), "w") as made:
        made.writestr(entry("record.html"), b"x" * 100)

    data = bytes(target.content)

    assert data[6] & 0x08
    report = judge(valid, data)
    assert {"mimetype"} == {reason.code for reason in report.reasons}


def test_an_archive_with_zip64_headers_is_accepted(valid, judge):
    """A file beyond 4 GiB needs them, so they must not be refused."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in valid.files.items():
            with made.open(entry(name), "w", force_zip64=name.startswith("attachments/")) as member:
                member.write(content)

    report = judge(valid, target.getvalue())

    assert [] == report.reasons
    assert "proven" == report.verdict
