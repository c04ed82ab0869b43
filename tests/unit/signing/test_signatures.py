"""Our CAdES, judged by programs that are not ours."""

import datetime as dt
import hashlib
import json
import subprocess
from dataclasses import replace

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.errors import IntegrityBroken
from services.signing.adapters.token_intake import Intake, check_token
from services.signing.domain import cades, oids
from services.signing.domain.canonical import canonical
from services.signing.domain.statement import SignerIdentity
from tests.builders import evidence_pki
from tests.builders.signing import AUTHOR, THREE, WITNESS, entry_id, session_of, sign

MANIFEST = b"<manifest/>\n"


@pytest.fixture
def made(world, institution):
    """A signature over a manifest with its key."""
    now = world.clock.now()
    person = SignerIdentity(id=AUTHOR, name="É" * 32)
    key = institution.vault().issuer().issue(person, statement_digest=b"s" * 32, at=now, serial=12345)
    signed = cades.sign(MANIFEST, key=key, at=now)
    token = world.authorities.stamp(signed.imprint).encoded
    return cades.assemble(signed, key=key, token=token, crls=institution.texts().crls()), key


def test_openssl_verifies_the_signature_as_cades(made, institution, tmp_path):
    """Openssl is what a judge's expert has at hand."""
    p7s, _ = made
    (tmp_path / "s.p7s").write_bytes(p7s)
    (tmp_path / "m.xml").write_bytes(MANIFEST)
    done = subprocess.run(
        ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", tmp_path / "s.p7s", "-content",
         tmp_path / "m.xml", "-CAfile", institution.trust / "root.pem", "-purpose", "any", "-out", tmp_path / "o"],
        check=False, capture_output=True, text=True, timeout=20,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_pyhanko_and_asn1crypto_read_the_same_parts(made):
    """Strict DER, one signer, the attributes of the profile and no other."""
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    p7s, key = made
    content = cms.ContentInfo.load(p7s, strict=True)
    signed = content["content"]
    (signer,) = signed["signer_infos"]
    kinds = sorted(item["type"].native for item in signer["signed_attrs"])
    assert kinds == ["content_type", "message_digest", "signing_certificate_v2", "signing_time"]
    assert [item["type"].native for item in signer["unsigned_attrs"]] == ["signature_time_stamp_token"]
    certificate = cms.Certificate.load(key.certificate_der)
    intact, valid = validate_sig_integrity(signer, certificate, "data", hashlib.sha256(MANIFEST).digest())
    assert (intact, valid) == (True, True)


def test_the_one_time_certificate_is_for_one_statement_and_ten_minutes(made, world):
    """It can neither be revoked nor used for anything else."""
    _, key = made
    certificate = key.certificate
    found = {item.oid.dotted_string: item for item in certificate.extensions}
    assert found[oids.STATEMENT_DIGEST].value.value == b"\x04\x20" + b"s" * 32
    assert oids.NO_REVOCATION_AVAILABLE in found
    assert "2.5.29.31" not in found
    assert "2.5.29.37" not in found
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == dt.timedelta(minutes=11)


@pytest.mark.parametrize("part", ["manifest", "value", "certificate"])
def test_our_own_output_is_checked_before_it_is_recorded(made, institution, part):
    """A broken machine must not leave a signature that nobody can verify."""
    p7s, key = made
    manifest, issuer = MANIFEST, institution.texts().issuing_certificate()
    if part == "manifest":
        manifest = b"another"
    elif part == "value":
        p7s = p7s.replace(cades._signer_info(p7s)[3].content[-40:], bytes(40))
    else:
        key = replace(key, certificate_der=issuer.public_bytes(Encoding.DER))

    with pytest.raises((IntegrityBroken, ValueError)):
        cades.check_own(p7s, manifest=manifest, key=key, issuer=issuer)


def test_each_statement_covers_the_signature_before_it(world):
    """Order cannot be rewritten: the witness signs the author's signature."""
    circuit = world.acts.start_circuit(entry_id(1), revision=None, stages=THREE, actor=session_of(AUTHOR))
    (first,) = sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    (second,) = sign(world.acts, WITNESS, circuit.steps[1].id, clock=world.clock)

    stated = json.loads(second.signature.statement)
    assert canonical(stated) == second.signature.statement
    assert stated["prevSignature"] == f"sha256:{first.signature.p7s_digest}"
    assert stated["circuit"] == {"id": circuit.id, "step": 2, "of": 4}
    assert json.loads(first.signature.statement)["prevSignature"] is None
    assert hashlib.sha256(stated["intent"]["text"].encode()).hexdigest() == stated["intent"]["sha256"]


def intake_for(authority, now, **changes):
    """Return what we asked, as a good answer answers it."""
    fields = {
        "imprint": b"i" * 32, "nonce": 0, "policies": frozenset({f"{oids.ARC}.4.1"}),
        "anchors": (authority.tsa.certificate,), "crls": (), "now": now,
    }  # fmt: skip
    return Intake(**{**fields, **changes})


def stamped(authority, at, **changes):
    """Return a token and the nonce it answers."""
    from asn1crypto import tsp

    encoded = evidence_pki.Stamp(**{"unit": authority.tsu, "at": at, "imprint": b"i" * 32, **changes}).encode()
    content = cms.ContentInfo.load(encoded)["content"]["encap_content_info"]["content"].parsed
    return encoded, tsp.TSTInfo.load(content.dump())["nonce"].native


@pytest.mark.parametrize(
    ("part", "stamp", "intake"),
    [
        ("imprint", {"imprint": b"j" * 32}, {}),
        ("nonce", {}, {"nonce": -1}),
        ("policy", {"policy": "1.2.3.4"}, {}),
        ("skew", {"at": dt.timedelta(days=365)}, {}),
        ("chain", {}, {"anchors": "another"}),
        ("usage", {"unit": "uncritical"}, {}),
        ("format", {"result": b"<html>"}, {}),
    ],
)
def test_a_token_that_is_not_the_answer_is_refused(part, stamp, intake):
    """Libraries accept some of these; a date a year ahead is one."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    authority, other = evidence_pki.Institution(), evidence_pki.Institution()
    good, nonce = stamped(authority, now)
    assert check_token(good, intake_for(authority, now, nonce=nonce)) == now

    if "at" in stamp:
        stamp = {"at": now + stamp["at"]}
    if "unit" in stamp:
        stamp = {"unit": authority.stamping_unit(usages_critical=False)}
    if "anchors" in intake:
        intake = {"anchors": (other.tsa.certificate,)}
    bad = b"<html>" if part == "format" else None
    if bad is None:
        bad, nonce = stamped(authority, **{"at": now, **stamp})
    with pytest.raises(IntegrityBroken) as refused:
        check_token(bad, intake_for(authority, now, **{"nonce": nonce, **intake}))
    assert refused.value.detail["part"] == part
