"""The verifier refuses signatures and certificates that are not exactly of the profile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.builders import der
from tests.builders.evidence import Bundle
from tests.builders.evidence_pki import (
    ARC,
    ESS_V2,
    SIGNING_TIME,
    Identity,
    Institution,
    attribute,
    certify,
    ess,
    revocation_list,
    sha256,
)
from tests.builders.forgeries import certificate, fields, swap
from verifier import trust

SHA1 = der.seq(der.oid("1.3.14.3.2.26"), b"\x05\x00")
SHA384 = der.seq(der.oid("2.16.840.1.101.3.4.2.2"))
SHA256_WITH_NULL = der.seq(der.oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
ED25519 = der.seq(der.oid("1.3.101.112"))


def refused(report, code):
    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


def less(kind):
    return fields(attributes=lambda listed: [one for one in listed if der.oid(kind) not in one])


def more(*added):
    return fields(attributes=lambda listed: [*listed, *added])


def instead(kind, *added):
    return fields(attributes=lambda listed: [*(one for one in listed if der.oid(kind) not in one), *added])


def unsorted(content):
    """Return the signature with two certificates exchanged, lengths kept."""
    start = content.index(b"\xa0\x82", 40)
    first = start + 4
    size = int.from_bytes(content[first + 2 : first + 4], "big") + 4
    second = first + size
    other = int.from_bytes(content[second + 2 : second + 4], "big") + 4
    return content[:first] + content[second : second + other] + content[first:second] + content[second + other :]


SIGNINGS = {
    "two signers": (fields(signers=2), "cms_signers"),
    "no signer": (fields(signers=0), "cms_signers"),
    "content of its own": (fields(content=b"attached"), "cms_attached_content"),
    "another version": (fields(version=3), "cms_structure"),
    "another content type": (fields(content_type="1.2.840.113549.1.9.16.1.4"), "cms_structure"),
    "no reference to its certificate": (less(ESS_V2), "ess_missing"),
    "a reference to another certificate": (instead(ESS_V2, ess(b"another")), "certificate_substituted"),
    "no signing time": (less(SIGNING_TIME), "cms_attribute"),
    "an attribute more": (more(attribute("1.2.3.4", der.integer(1))), "cms_attribute"),
    "an attribute twice": (more(attribute(SIGNING_TIME, der.integer(1))), "cms_attribute"),
    "SHA-1": (fields(digest_algorithm=SHA1), "weak_algorithm"),
    "SHA-384": (fields(digest_algorithm=SHA384), "weak_algorithm"),
    "parameters of the digest": (fields(digest_algorithm=SHA256_WITH_NULL), "weak_algorithm"),
    "Ed25519": (fields(signature_algorithm=ED25519), "weak_algorithm"),
    "another digest than it says": (fields(signature_hash=hashes.SHA384()), "signature_invalid"),
    "another key than the certificate's": (fields(key=ec.generate_private_key(ec.SECP256R1())), "signature_invalid"),
    "no certificate": (fields(certificates=lambda listed: listed[1:]), "cms_structure"),
    "a certificate more": (fields(certificates=lambda listed: [*listed, listed[0]]), "cms_structure"),
    "one certificate twice": (fields(certificates=lambda listed: [listed[0], listed[0]]), "der_malformed"),
    "no revocation list": (fields(crls=[]), "crl_missing"),
    "no list of the time-stamp authority": (fields(crls=lambda listed: listed[:2]), "crl_missing"),
    "no list of the root": (fields(crls=lambda listed: listed[1:]), "crl_missing"),
    "a broken revocation list": (fields(crls=lambda listed: [*listed, der.seq(der.integer(1))]), "crl_malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNINGS)
def test_a_signature_off_the_profile_is_refused(name, forged):
    """Each of these passes in some other program: the profile leaves no choice."""
    change, code = SIGNINGS[name]

    report = forged({"signing.2": change})

    refused(report, code)


@pytest.mark.parametrize("hours", [-9, 9])
def test_a_signing_time_far_from_the_stamp_is_refused(hours, forged, home):
    """EU DSS lets a signature be dated back by nine hours."""
    when = home.now + timedelta(hours=hours)

    report = forged({"signing.2": instead(SIGNING_TIME, attribute(SIGNING_TIME, der.utc_time(when)))})

    refused(report, "signing_time")


def test_a_seal_without_its_own_list_is_refused(forged):
    """The seal outlives its act, so whether it was revoked must be known."""
    report = forged({"signing.4": fields(crls=lambda listed: [listed[0], listed[2]])})

    refused(report, "crl_missing")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: content + b"\0", "trailing_bytes"),
        (lambda content: content[:-5], "der_malformed"),
        (lambda content: b"\x30\x80" + content[4:] + b"\0\0", "der_malformed"),
        (lambda content: b"\x30\x84\0\0" + content[2:], "der_malformed"),
        (unsorted, "der_malformed"),
        (lambda content: b"", "der_malformed"),
        (swap(der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.7.3")), "cms_structure"),
    ],
)
def test_a_signature_that_is_not_strict_der_is_refused(change, code, forged):
    """Bytes that do not matter to one reader may hide something for another."""
    report = forged({"p7s.2": change})

    refused(report, code)


STATEMENT_EXTENSION = f"{ARC}.2.1"


def extension(oid, value, *, critical=False):
    def change(listed):
        kept = tuple(one for one in listed if one[0] != oid)
        return kept if value is None else (*kept, (oid, value, critical))

    return certificate(extra=change)


CERTIFICATES = {
    "expired": (certificate(end=lambda end: end - timedelta(minutes=10, seconds=30)), "certificate_expired"),
    "not yet valid": (certificate(start=lambda start: start + timedelta(minutes=5)), "certificate_not_yet_valid"),
    "valid for a day": (certificate(end=lambda end: end + timedelta(days=1)), "certificate_profile"),
    "for web servers": (certificate(usages=(ExtendedKeyUsageOID.SERVER_AUTH,), usages_critical=False), "certificate_profile"),
    "for time stamps": (certificate(usages=(ExtendedKeyUsageOID.TIME_STAMPING,)), "certificate_profile"),
    "for signing in": (certificate(key_usage=("digital_signature",)), "certificate_profile"),
    "for two uses": (certificate(key_usage=("digital_signature", "content_commitment")), "certificate_profile"),
    "of a CA": (certificate(ca=True, key_usage=("content_commitment", "key_cert_sign")), "certificate_profile"),
    "of another statement": (extension(STATEMENT_EXTENSION, der.octets(sha256(b"other"))), "statement_digest_extension"),
    "of no statement": (extension(STATEMENT_EXTENSION, None), "statement_digest_extension"),
    "of a critical statement": (extension(STATEMENT_EXTENSION, der.octets(sha256(b"x")), critical=True), "statement_digest_extension"),
    "without noRevAvail": (extension("2.5.29.56", None), "certificate_profile"),
    "with a distribution point": (certificate(crl_url="http://pki.invalid/x.crl"), "certificate_profile"),
    "with an unknown critical extension": (extension("1.2.3.4", b"\x05\x00", critical=True), "certificate_profile"),
    "of the seal's policy": (certificate(policy=f"{ARC}.3.2"), "certificate_profile"),
    "of no policy": (certificate(policy=None), "certificate_profile"),
    "of another name": (certificate(common_name="Mallory"), "signer_name"),
    "of another person": (certificate(person="019ab500-0000-7000-8000-000000000000"), "signer_name"),
    "of nobody's id": (certificate(person=None), "signer_name"),
    "on another curve": (certificate(curve=ec.SECP384R1()), "weak_algorithm"),
    "on a curve nobody checks": (certificate(curve=ec.SECP256K1()), "weak_algorithm"),
    "signed with SHA-224": (certificate(digest=hashes.SHA224()), "weak_algorithm"),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_not_made_for_this_act_is_refused(name, forged):
    """A one-time certificate is good for one person, one statement and ten minutes."""
    change, code = CERTIFICATES[name]

    report = forged({"certificate.2": change})

    refused(report, code)


def test_a_certificate_of_another_institution_is_refused(forged):
    """The chain must end at the reader's own anchor."""
    other = Institution()

    report = forged({"certificate.2": lambda pair: (other.issuing, pair[1])})

    refused(report, "chain_untrusted")


def test_a_certificate_of_a_ca_of_the_same_name_is_refused(forged, home):
    """Names prove nothing: the CA's own signature is checked."""
    twin = Institution(home.now)

    report = forged(
        {
            "certificate.2": lambda pair: (twin.issuing, pair[1]),
            "signing.2": lambda shape: replace(shape, certificates=[shape.identity.der, home.issuing.der]),
        }
    )

    refused(report, "chain_untrusted")


def test_a_certificate_issued_by_a_person_is_refused(forged, home):
    """A one-time certificate is no CA, whatever it signs."""
    shape = home.one_time_template(name="Mallory", person=None, at=home.now, statement=b"")
    mallory = certify(shape, home.issuing)

    report = forged(
        {
            "certificate.2": lambda pair: (mallory, pair[1]),
            "signing.2": lambda shape: replace(shape, certificates=[shape.identity.der, mallory.der]),
        }
    )

    refused(report, "chain_untrusted")


def test_a_certificate_with_the_key_of_another_is_refused(forged):
    """Same key, same name, another certificate: openssl accepts the exchange without -cades."""
    kept = {}

    def remember(pair):
        kept["pair"] = pair
        return pair

    def exchange(shape):
        twin = certify(kept["pair"][1], kept["pair"][0], key=shape.identity.key)
        return replace(
            shape,
            identity=Identity(twin.certificate, shape.identity.key),
            certificates=[twin.der, shape.certificates[1]],
        )

    report = forged({"certificate.2": remember, "signing.2": exchange})

    refused(report, "certificate_substituted")


def test_a_person_cannot_seal(forged, home):
    """A one-time certificate in the place of the seal is refused."""
    shape = home.one_time_template(
        name="Institut de démonstration", person=None, at=home.now + timedelta(seconds=80), statement=b""
    )

    report = forged({"seal": lambda seal: certify(shape, home.issuing)})

    refused(report, "certificate_profile")


def test_a_seal_of_another_name_is_refused(forged, home):
    """The name the reader sees is the name that was certified."""
    report = forged({"seal": lambda seal: certify(home.seal_template(common_name="Mallory SA"), home.issuing)})

    refused(report, "signer_name")


def revoking(home, issuer, revoked, **fields):
    """Return a reader's trust in which ``issuer`` revoked the certificates."""
    crl = revocation_list(issuer, this_update=home.now + timedelta(minutes=2), revoked=revoked, **fields)
    pem = x509.load_der_x509_crl(crl).public_bytes(der_encoding())
    return lambda bundle: trust.load(lambda name: bundle.trust()[name] + (pem if name == "crls.pem" else b""), own=True)


def der_encoding():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


@pytest.mark.parametrize("whose", ["seal", "issuing", "tsu", "one-time"])
def test_a_certificate_revoked_before_the_act_is_refused(whose, home, judge):
    """The reader's own list counts, even when the file carries an older one that is silent."""
    bundle = Bundle(home, forge=keeper(kept := {})).build()
    issuer, revoked = {
        "seal": (home.issuing, home.seal.certificate),
        "issuing": (home.root, home.issuing.certificate),
        "tsu": (home.tsa, home.tsu.certificate),
        "one-time": (home.issuing, kept["identity.2"].certificate if "identity.2" in kept else None),
    }[whose]

    reader = revoking(home, issuer, [(revoked, home.now)])(bundle)

    refused(judge(bundle, reader=reader), "certificate_revoked")


def keeper(kept):
    def forge(stage, value):
        kept[stage] = value
        return value

    return forge


def test_a_seal_revoked_after_the_act_still_proves_it(home, judge):
    """What was sealed before stays sealed; the verdict says what came later."""
    bundle = Bundle(home).build()
    reader = revoking(home, home.issuing, [(home.seal.certificate, home.now + timedelta(hours=1))])(bundle)

    report = judge(bundle, reader=reader)

    assert "proven" == report.verdict
    assert report.signatures[-1].revoked_later
    assert "revoked_later" in report.not_proven


@pytest.mark.parametrize(
    "fields",
    [
        {"extra": [(x509.DeltaCRLIndicator(1), True)]},
        {"extra": [(x509.IssuingDistributionPoint(None, None, True, False, None, False, False), True)]},
        {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
    ],
)
def test_a_partial_revocation_list_is_refused(fields, forged, home):
    """A list that speaks of some certificates only cannot clear the others."""
    partial = revocation_list(home.root, this_update=home.start, **fields)

    report = forged({"signing.2": lambda shape: replace(shape, crls=[partial, *shape.crls[1:]])})

    refused(report, "crl_malformed")


def test_lists_that_ended_before_the_act_are_refused(judge):
    """An old list says nothing about a certificate revoked since."""
    home = Institution()
    home.crl_root = revocation_list(home.root, this_update=home.now - timedelta(days=60))

    report = judge(Bundle(home).build())

    refused(report, "crl_missing")
