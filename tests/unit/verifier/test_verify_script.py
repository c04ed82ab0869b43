"""verify.sh accepts a valid file with openssl and unzip alone, and refuses what it claims to check."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders.evidence import Bundle, entry, pack
from tests.builders.evidence_pki import Institution, revocation_list
from tests.builders.forgeries import certificate, fields, flipped, put

SCRIPT = Path(__file__).parents[3] / "verifier" / "standalone" / "verify.sh"
META, PROOF = "META-INF", "META-INF/proof"


@pytest.fixture
def script(tmp_path):
    """Return a run of the script on files of a bundle: (exit code, output)."""

    def run(bundle, content=None, name="page.asice"):
        content = bundle.files if content is None else content
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else pack(content))
        folder = bundle.write_trust(tmp_path / "trust")
        done = subprocess.run(
            ["sh", SCRIPT, path.name, folder], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_valid_file_is_accepted(valid, script):
    """Somebody without our program can check a lot."""
    code, said = script(valid)

    assert (0, True) == (code, "OK: 4 signatures" in said), said
    assert said.startswith("A script inside the file proves nothing against whoever made the file")
    assert "Not checked here" in said
    assert "python -m verifier" in said


@pytest.mark.parametrize("name", ["-rf.asice", "a page; rm -rf x.asice", "$(touch x).asice", "[a]*.asice"])
def test_a_file_of_an_odd_name_is_only_a_file(name, valid, script, tmp_path):
    """Names come from strangers."""
    code, said = script(valid, name=name)

    assert 0 == code, said
    assert not (tmp_path / "x").exists()


def test_a_page_with_many_files_is_accepted(home, script):
    """A hundred files and more."""
    assert 0 == script(Bundle(home, attachments=110).build())[0]


def flip(path, at=None):
    return lambda files: {**files, path: flipped(files[path], at)}


def without(*endings):
    return lambda files: {path: one for path, one in files.items() if not path.endswith(endings)}


def linked(files):
    info = entry("attachments/0004.csv")
    info.external_attr = 0o120777 << 16
    return [*files.items(), (info, b"/etc/passwd")]


AFTER = {
    "a byte of the record": (flip("record.json"), "not the file that was signed"),
    "a byte of an attachment": (flip("attachments/0002.csv"), "not the file that was signed"),
    "a byte of a statement": (flip(f"{META}/statements/001-author.json"), "not the file that was signed"),
    "a byte of a manifest": (flip(f"{META}/ASiCManifest002.xml"), "signature 002"),
    "a byte of a signature": (flip(f"{META}/signature002.p7s", -1), "time stamp"),
    "a byte of a token": (flip(f"{PROOF}/signature002.p7s.tst", -1), "time stamp"),
    "a byte of the seal's leaf": (flip(f"{PROOF}/leaf004.json", 9), "leaf of another act"),
    "a byte of the seal's salt": (flip(f"{PROOF}/leaf004.salt"), "leaf of another act"),
    "a byte of the checkpoint's stamp": (flip(f"{PROOF}/checkpoint-seal.tsa1.tst", -1), "time stamp"),
    "a web page as a token": (lambda files: {**files, f"{PROOF}/signature003.p7s.tst": b"<html>"}, "no time stamp"),
    "half a proof": (lambda files: {**files, f"{PROOF}/leaf004.tlog-proof": files[f"{PROOF}/leaf004.tlog-proof"][:60]}, "checkpoint"),
    "another index": (lambda files: {**files, f"{PROOF}/leaf004.tlog-proof": files[f"{PROOF}/leaf004.tlog-proof"].replace(b"index 11", b"index 12")}, "does not hold"),
    "another root": (lambda files: {**files, f"{PROOF}/leaf004.tlog-proof": files[f"{PROOF}/leaf004.tlog-proof"].replace(b"\n13\n", b"\n14\n")}, "not signed by the log"),
    "a signature gone": (without("signature003.p7s"), "missing"),
    "the seal gone": (without("004.xml", "004.p7s", "004-seal.json"), "not the seal"),
    "an attachment gone": (without("0003.csv"), "missing"),
    "a file added": (lambda files: {**files, "evil.txt": b"x"}, "does not cover"),
    "a proof gone": (without("leaf002.tlog-proof"), "missing"),
    "a symbolic link": (linked, "not a regular file"),
    "a path that climbs": (lambda files: {**files, "../evil": b"x"}, "file name"),
    "an absolute path": (lambda files: {**files, "/tmp/evil": b"x"}, "file name"),
    "names that differ by case": (lambda files: {**files, "Record.json": b"x"}, "same name"),
    "a cut archive": (lambda files: pack(files)[:-3000], "zip"),
    "no archive": (lambda files: b"<html>", "zip"),
    "mimetype not first": (lambda files: dict(reversed(files.items())), "mimetype"),
    "a bomb": (lambda files: {**files, "META-INF/zeros.txt": b"\0" * (24 << 20)}, "100 times"),
}  # fmt: skip


@pytest.mark.parametrize("name", AFTER)
def test_a_file_changed_after_the_seal_is_refused(name, valid, script):
    """What the script claims to check, it refuses."""
    change, words = AFTER[name]

    code, said = script(valid, change(valid.files))

    assert 1 == code, said
    assert words in said.split("REFUSED", 1)[1]


INSIDE = {
    "another previous signature": ("statement.2", put("prevSignature", "sha256:" + "ab" * 32), "does not follow"),
    "fewer signatures": ("statement.2", put("circuit.of", 3), "counts other signatures"),
    "an expired certificate": ("certificate.2", certificate(end=lambda end: end - timedelta(minutes=10, seconds=30)), "expired"),
    "a certificate of another CA": ("certificate.2", lambda pair: (Institution().issuing, pair[1]), "signature 002"),
    "a token dated next year": ("file_token.2", fields(at=lambda at: at + timedelta(days=365)), "future"),
    "a token of another authority": ("file_token.2", fields(unit=Institution().tsu), "time stamp"),
    "a token over something else": ("file_token.4", fields(imprint=b"\0" * 32), "time stamp"),
    "an unstamped checkpoint": ("checkpoint_token.before", fields(imprint=b"\0" * 32), "time stamp"),
    "a seal that forgets a proof": ("listed.4", lambda files: {path: one for path, one in files.items() if "leaf001.salt" not in path}, "does not cover"),
    "a manifest with a document type": ("manifest.2", lambda xml: xml.replace(b"\n", b"\n<!DOCTYPE x>\n", 1), "form"),
    "a leaf of another act": ("leaf.2", lambda leaf: leaf.replace(b'"v":1', b'"v":2'), "another act"),
    "a checkpoint nobody signed": ("checkpoint.2", lambda text: text.split("\n\n")[0] + "\n\n", "not signed by the log"),
}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_a_forgery_with_genuine_keys_is_refused(name, home, script):
    """Even whoever holds keys cannot pass what the script checks."""
    wanted, change, words = INSIDE[name]

    bundle = Bundle(home, forge=lambda stage, value: change(value) if stage == wanted else value).build()

    code, said = script(bundle)
    assert 1 == code, said
    assert words in said.split("REFUSED", 1)[1]


@pytest.mark.parametrize("whose", ["issuing", "seal", "tsu"])
def test_a_revoked_certificate_is_refused(whose, script):
    """Revocation is checked by openssl only when it is told to."""
    home = Institution()
    home.crl_root = revocation_list(
        home.root,
        this_update=home.start,
        revoked=[(home.issuing.certificate, home.start)] if whose == "issuing" else [],
    )
    home.crl_issuing = revocation_list(
        home.issuing, this_update=home.start, revoked=[(home.seal.certificate, home.start)] if whose == "seal" else []
    )
    home.crl_tsa = revocation_list(
        home.tsa, this_update=home.start, revoked=[(home.tsu.certificate, home.start)] if whose == "tsu" else []
    )

    code, said = script(Bundle(home).build())

    assert 1 == code
    assert "revoked" in said


def test_usage_and_missing_anchors_have_their_own_code(tmp_path):
    """A missing anchor is no refusal."""

    def run(*arguments):
        return subprocess.run(["sh", SCRIPT, *arguments], capture_output=True, check=False, timeout=60).returncode

    assert 2 == run()
    assert 2 == run(SCRIPT, tmp_path)
