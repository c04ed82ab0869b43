"""The verifier refuses manifests that are not byte-exact, or that cover too little or too much."""

import base64
import hashlib

import pytest

from tests.builders.forgeries import swap


def without(*paths):
    return lambda files: {path: content for path, content in files.items() if path not in paths}


def reversed_lines(xml: bytes) -> bytes:
    first, second, third, *references, last = xml.splitlines(keepends=True)
    return b"".join([first, second, third, *references[::-1], last])


def doubled(xml: bytes) -> bytes:
    lines = xml.splitlines(keepends=True)
    return b"".join([*lines[:4], *lines[3:]])


def of_sha1(xml: bytes) -> bytes:
    digest = base64.b64encode(hashlib.sha1(b"").digest())
    lines = xml.splitlines(keepends=True)
    start, rest = lines[3].split(b"<ds:DigestValue>")
    lines[3] = (
        start.replace(b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1") + b"<ds:DigestValue>" + digest + rest[44:]
    )
    return b"".join(lines)


SHAPES = {
    "a document type": (swap(b"?>\n", b'?>\n<!DOCTYPE asic [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'), "manifest_malformed"),
    "a comment": (swap(b"</asic:ASiCManifest>", b"<!-- x --></asic:ASiCManifest>"), "manifest_malformed"),
    "white space": (swap(b"\n<asic:Data", b"\n <asic:Data"), "manifest_malformed"),
    "SHA-1": (of_sha1, "manifest_malformed"),
    "another order": (reversed_lines, "manifest_malformed"),
    "a file twice": (doubled, "manifest_malformed"),
    "another signature's name": (swap(b"signature002.p7s", b"signature003.p7s"), "manifest_malformed"),
    "another media type": (swap(b'"record.html" MimeType="text/html"', b'"record.html" MimeType="text/plain"'), "manifest_malformed"),
    "a path that climbs": (swap(b'URI="record.html"', b'URI="x/../record.html"'), "manifest_malformed"),
    "bytes behind": (lambda xml: xml + b"\n", "manifest_malformed"),
    "bytes that are no text": (lambda xml: b"\xff" + xml, "manifest_malformed"),
    "nothing": (lambda xml: b"", "manifest_malformed"),
}  # fmt: skip
LISTINGS = {
    "without the record": (2, without("record.json"), "manifest_incomplete"),
    "without the rendering": (2, without("record.html"), "manifest_incomplete"),
    "without an attachment": (2, without("attachments/0002.csv"), "manifest_incomplete"),
    "without its statement": (2, without("META-INF/statements/002-witness.json"), "manifest_incomplete"),
    "with a file that is not there": (2, lambda files: {**files, "z.txt": b""}, "file_missing"),
    "with a file that is not its own": (2, lambda files: {**files, "META-INF/verify.sh": b""}, "digest_mismatch"),
    "of the seal, without a signature": (4, without("META-INF/signature002.p7s"), "seal_incomplete"),
    "of the seal, without a manifest": (4, without("META-INF/ASiCManifest001.xml"), "seal_incomplete"),
    "of the seal, without a proof": (4, without("META-INF/proof/leaf003.tlog-proof"), "seal_incomplete"),
    "of the seal, without a ceremony": (4, without("META-INF/proof/ceremony001.json"), "seal_incomplete"),
    "of the seal, without the anchors": (4, without("META-INF/trust/root.pem"), "seal_incomplete"),
    "of the seal, without the script": (4, without("META-INF/verify.sh"), "seal_incomplete"),
    "of the seal, without the record": (4, without("record.json"), "seal_incomplete"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_manifest_of_another_shape_is_refused(name, forged):
    """Two XML readers could see two lists; there is one way only to write ours."""
    change, code = SHAPES[name]

    report = forged({"manifest.2": change})

    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


@pytest.mark.parametrize("name", LISTINGS)
def test_a_manifest_that_covers_something_else_is_refused(name, forged):
    """A person signs the whole page; the seal covers all there is."""
    number, change, code = LISTINGS[name]

    report = forged({f"listed.{number}": change})

    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


def test_a_person_cannot_sign_for_the_seals_files(forged, valid):
    """A manifest that lists more than the page is not the one people were told they sign."""
    guide = "META-INF/VERIFY.fr.txt"

    report = forged({"listed.2": lambda files: {**files, guide: valid.files[guide]}})

    assert {"manifest_surplus"} == {reason.code for reason in report.reasons}
