"""The verifier refuses a file from which something was taken, or in which something was exchanged, after the seal."""

import pytest

from tests.builders.forgeries import flipped

PROOF = "META-INF/proof"
META = "META-INF"


def flip(path, at=None):
    return lambda files: {**files, path: flipped(files[path], at)}


def without(*endings):
    return lambda files: {path: one for path, one in files.items() if not path.endswith(endings)}


def exchanged(one, other):
    return lambda files: {**files, one: files[other], other: files[one]}


def with_content(path, content):
    return lambda files: {**files, path: content(files) if callable(content) else content}


def without_seal(files):
    """Return what is left when the seal and all that belongs to it are cut off, with care."""
    gone = (
        "004.json",
        "004.xml",
        "004.p7s",
        "004.p7s.tst",
        "004.salt",
        "004.tlog-proof",
        "004-seal.json",
        "ceremony003.json",
        "consistency003.txt",
    )
    return without(*gone)(files)


def without_approver(files):
    """Return the file without its third signature, the seal moved into its place."""
    left = {path: one for path, one in files.items() if "003" not in path}
    return {path.replace("004", "003"): one for path, one in left.items()}


FORGERIES = {
    "a byte of the record": (flip("record.json"), "digest_mismatch"),
    "a byte of the rendering": (flip("record.html"), "digest_mismatch"),
    "a byte of the crate": (flip("ro-crate-metadata.json"), "digest_mismatch"),
    "a byte of an attachment": (flip("attachments/0002.csv"), "attachment_altered"),
    "a byte of a statement": (flip(f"{META}/statements/002-witness.json"), "digest_mismatch"),
    "a byte of the seal's statement": (flip(f"{META}/statements/004-seal.json"), "digest_mismatch"),
    "a byte of a manifest": (flip(f"{META}/ASiCManifest001.xml"), "digest_mismatch"),
    "a byte of the seal's manifest": (flip(f"{META}/ASiCManifest004.xml"), "leaf_mismatch"),
    "a byte of a signature": (flip(f"{META}/signature002.p7s"), "digest_mismatch"),
    "a byte of the seal": (flip(f"{META}/signature004.p7s"), "leaf_mismatch"),
    "a byte of a token": (flip(f"{PROOF}/signature001.p7s.tst"), "digest_mismatch"),
    "a byte of the seal's token": (flip(f"{PROOF}/signature004.p7s.tst", -1), "signature_invalid"),
    "a byte of a ceremony": (flip(f"{PROOF}/ceremony001.json"), "digest_mismatch"),
    "a byte of a leaf": (flip(f"{PROOF}/leaf001.json"), "digest_mismatch"),
    "a byte of the seal's leaf": (flip(f"{PROOF}/leaf004.json", 9), "leaf_mismatch"),
    "a byte of a salt": (flip(f"{PROOF}/leaf003.salt"), "digest_mismatch"),
    "a byte of the seal's salt": (flip(f"{PROOF}/leaf004.salt"), "leaf_mismatch"),
    "a byte of the checkpoint before": (flip(f"{PROOF}/checkpoint-before.txt", 0), "digest_mismatch"),
    "a byte of the checkpoint's stamp": (flip(f"{PROOF}/checkpoint-seal.tsa1.tst", -1), "signature_invalid"),
    "a byte of the guide": (flip(f"{META}/VERIFY.fr.txt"), "digest_mismatch"),
    "a script that always agrees": (with_content(f"{META}/verify.sh", b"#!/bin/sh\nexit 0\n"), "digest_mismatch"),
    "an anchor put inside": (with_content(f"{META}/trust/root.pem", lambda f: f[f"{META}/trust/tsa.pem"]), "digest_mismatch"),
    "two attachments exchanged": (exchanged("attachments/0001.csv", "attachments/0002.csv"), "attachment_altered"),
    "the last attachment gone": (without("0003.csv"), "file_missing"),
    "an attachment gone in the middle": (without("0002.csv"), "attachments_numbering"),
    "an attachment added": (with_content("attachments/0004.csv", b"a;b\n"), "attachment_extra"),
    "the record gone": (without("record.json"), "file_missing"),
    "a guide gone": (without("VERIFY.en.txt"), "file_missing"),
    "two signatures exchanged": (exchanged(f"{META}/signature001.p7s", f"{META}/signature002.p7s"), "digest_mismatch"),
    "two statements exchanged": (exchanged(f"{META}/statements/001-author.json", f"{META}/statements/002-witness.json"), "digest_mismatch"),
    "a signature gone": (without("signature003.p7s"), "signature_missing"),
    "a manifest gone": (without("ASiCManifest003.xml"), "signature_missing"),
    "a statement gone": (without("003-approver.json"), "signatures_numbering"),
    "the approver gone without a trace": (without_approver, "signature_missing"),
    "the seal gone without a trace": (without_seal, "signature_missing"),
    "a ceremony gone": (without("ceremony002.json"), "file_missing"),
    "a log proof gone": (without("leaf002.tlog-proof"), "file_missing"),
    "a consistency proof gone": (without("consistency001.txt"), "file_missing"),
    "the stamp of the checkpoint gone": (without("checkpoint-seal.tsa1.tst"), "checkpoint_unstamped"),
    "bytes after a signature": (with_content(f"{META}/signature002.p7s", lambda f: f[f"{META}/signature002.p7s"] + b"\0"), "trailing_bytes"),
    "bytes after the seal": (with_content(f"{META}/signature004.p7s", lambda f: f[f"{META}/signature004.p7s"] + b"\0"), "trailing_bytes"),
    "bytes after the seal's token": (with_content(f"{PROOF}/signature004.p7s.tst", lambda f: f[f"{PROOF}/signature004.p7s.tst"] + b"\0"), "trailing_bytes"),
    "a web page in the place of a token": (with_content(f"{PROOF}/signature004.p7s.tst", b"<html>Service unavailable"), "der_malformed"),
    "the token of another signature": (with_content(f"{PROOF}/signature004.p7s.tst", lambda f: f[f"{PROOF}/signature003.p7s.tst"]), "token_imprint"),
    "the checkpoint of another time": (with_content(f"{PROOF}/checkpoint-seal.txt", lambda f: f[f"{PROOF}/checkpoint-before.txt"]), "checkpoint_differs"),
    "half a log proof": (with_content(f"{PROOF}/leaf004.tlog-proof", lambda f: f[f"{PROOF}/leaf004.tlog-proof"][:90]), "log_malformed"),
    "the log proof of another act": (with_content(f"{PROOF}/leaf004.tlog-proof", lambda f: f[f"{PROOF}/leaf003.tlog-proof"]), "log_inclusion"),
    "another index in the log": (with_content(f"{PROOF}/leaf004.tlog-proof", lambda f: f[f"{PROOF}/leaf004.tlog-proof"].replace(b"index 11", b"index 10")), "log_inclusion"),
    "an index beyond the log": (with_content(f"{PROOF}/leaf004.tlog-proof", lambda f: f[f"{PROOF}/leaf004.tlog-proof"].replace(b"index 11", b"index 99")), "log_inclusion"),
    "another size of the log": (with_content(f"{PROOF}/leaf004.tlog-proof", lambda f: f[f"{PROOF}/leaf004.tlog-proof"].replace(b"\n13\n", b"\n14\n")), "checkpoint_signature"),
    "an empty consistency proof": (with_content(f"{PROOF}/consistency002.txt", b""), "log_fork"),
    "a consistency proof of another checkpoint": (with_content(f"{PROOF}/consistency002.txt", lambda f: f[f"{PROOF}/consistency001.txt"]), "log_fork"),
    "a consistency proof that is no base64": (with_content(f"{PROOF}/consistency001.txt", b"not base64\n"), "log_malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_file_changed_after_the_seal_is_refused(name, valid, judge):
    """Whoever holds the file, but not the keys, cannot change anything in it unseen."""
    change, code = FORGERIES[name]

    report = judge(valid, change(valid.files))

    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


@pytest.mark.parametrize("path", ["root.pem", "tsa.pem", "log.vkey"])
def test_a_file_of_another_institution_is_refused(path, valid, judge, home):
    """The copy of the anchors inside the file counts for nothing beside the reader's own."""
    from tests.builders.evidence import Bundle
    from tests.builders.evidence_pki import Institution
    from verifier import trust

    foreign = {**valid.trust(), path: Bundle(Institution()).trust()[path]}
    code = "log_unknown" if path == "log.vkey" else "chain_untrusted"
    if path == "log.vkey":
        foreign[path] = foreign[path].replace(b"journal.", b"autre-journal.", 1)
        foreign[path] = renamed(valid)

    report = judge(valid, reader=trust.load(lambda name: foreign[name], own=True))

    assert {code} <= {reason.code for reason in report.reasons}


def renamed(bundle) -> bytes:
    """Return the key line of a log of another name."""
    import base64
    from hashlib import sha256

    name = "autre-journal.invalid"
    identifier = sha256(name.encode() + b"\n" + bundle.log.public).digest()[:4].hex()
    return f"{name}+{identifier}+{base64.b64encode(bundle.log.public).decode()}\n".encode()
