"""The verifier refuses time stamps that date something else, or that nobody should trust."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.builders import der
from tests.builders.evidence import Bundle, pack
from tests.builders.evidence_pki import (
    CONTENT_TYPE,
    DATA,
    ESS_V2,
    MESSAGE_DIGEST,
    SIGNATURE_TIME_STAMP,
    TST_INFO,
    Institution,
    Stamp,
    attribute,
    ess,
    sha256,
)
from tests.builders.forgeries import fields, flipped
from verifier import trust
from verifier.verification import verify


def refused(report, code):
    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


def unit(**changes):
    """Return a change that lets another unit of the same authority stamp."""
    return lambda stamp: replace(stamp, unit=HOME.stamping_unit(**changes))


HOME = Institution()
WITHOUT_ESS = [attribute(CONTENT_TYPE, der.oid(TST_INFO)), attribute(MESSAGE_DIGEST, der.octets(b"\0" * 32))]
CRITICAL = der.tlv(0xA1, der.seq(der.oid("1.2.3.4"), b"\x01\x01\xff", der.octets(b"")))
TOKENS = {
    "over other bytes": (fields(imprint=sha256(b"other")), "token_imprint"),
    "over an imprint of SHA-1": (fields(algorithm="1.3.14.3.2.26", imprint=b"\0" * 20), "weak_algorithm"),
    "of an unknown policy": (fields(policy="1.2.3.4.5"), "token_policy"),
    "of another authority": (lambda stamp: replace(stamp, unit=Institution().tsu), "chain_untrusted"),
    "of the signers' CA": (lambda stamp: replace(stamp, unit=HOME.stamping_unit(HOME.issuing)), "chain_untrusted"),
    "dated next year": (fields(at=lambda at: at + timedelta(days=365)), "token_in_future"),
    "of a unit for mail": (unit(usages=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)), "tsa_usage"),
    "of a unit for two uses": (unit(usages=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)), "tsa_usage"),
    "of a unit whose use is not critical": (unit(usages_critical=False), "tsa_usage"),
    "of a unit without a use": (unit(usages=()), "tsa_usage"),
    "of a unit that signs certificates": (unit(key_usage=("digital_signature", "key_cert_sign")), "tsa_usage"),
    "of an expired unit": (unit(end=HOME.start + timedelta(minutes=1)), "certificate_expired"),
    "without its certificate": (fields(certificates=[HOME.root.der]), "certificate_missing"),
    "without a reference to its certificate": (fields(attributes=WITHOUT_ESS), "cms_attribute"),
    "with a reference to another certificate": (fields(attributes=[*WITHOUT_ESS, ess(b"other")]), "certificate_substituted"),
    "with a critical extension": (fields(extra=CRITICAL), "token_malformed"),
    "that is a web page": (fields(result=b"<html>503"), "der_malformed"),
    "with a changed signature": (lambda stamp: replace(stamp, result=flipped(stamp.encode(), -1)), "signature_invalid"),
    "with a changed time": (lambda stamp: replace(stamp, result=stamp.encode().replace(b"Z\x30\x03", b"X\x30\x03")), "der_malformed"),
    "in an answer of an authority": (lambda stamp: replace(stamp, result=der.seq(der.seq(der.integer(0)), stamp.encode())), "der_malformed"),
}  # fmt: skip


@pytest.mark.parametrize(
    "stage", ["token.2", "file_token.2", "file_token.4", "checkpoint_token.before", "checkpoint_token.seal"]
)
@pytest.mark.parametrize("name", TOKENS)
def test_a_wrong_token_is_refused_wherever_it_stands(name, stage, forged):
    """Each of the five kinds of places carries a date somebody may rely on."""
    change, code = TOKENS[name]

    report = forged({stage: change}, institution=HOME)

    refused(report, code)


def test_a_token_older_than_the_certificate_is_refused(forged):
    """The certificate is made for the act, so nothing can have been signed with it before."""
    early = fields(at=lambda at: at - timedelta(minutes=5))

    refused(forged({"token.1": early}), "certificate_not_yet_valid")


def test_a_signature_without_a_token_is_refused(forged):
    """Without one there is no date."""
    refused(forged({"unsigned.2": lambda listed: []}), "token_missing")


def test_a_signature_with_two_tokens_is_refused(forged):
    """Two dates are none."""
    extra = attribute(SIGNATURE_TIME_STAMP, der.seq(), der.seq(der.integer(1)))

    refused(forged({"unsigned.2": lambda listed: [extra]}), "cms_attribute")


def test_another_unsigned_attribute_is_refused(forged):
    """Unsigned attributes are where anything can be hidden."""
    extra = attribute("1.2.3.4", der.integer(1))

    refused(forged({"unsigned.2": lambda listed: [*listed, extra]}), "token_missing")


@pytest.mark.parametrize(
    ("stage", "shift"),
    [
        ("file_token.2", timedelta(seconds=-30)),
        ("file_token.1", timedelta(seconds=60)),
        ("checkpoint_token.before", timedelta(seconds=10)),
        ("checkpoint_token.seal", timedelta(seconds=-30)),
    ],
)
def test_times_that_run_backwards_are_refused(stage, shift, forged):
    """One authority's clock never jumps back; a later act cannot have an earlier date."""
    report = forged({stage: fields(at=lambda at: at + shift)})

    refused(report, "time_order")


def test_two_authorities_may_differ_by_half_a_minute(home, judge):
    """Clocks of two authorities are never the same; more than 30 s apart they contradict each other."""
    other = home.stamping_unit(common_name="Deuxième horloge (demo, not evidence)")

    def forge(seconds):
        def change(stage, value):
            if stage != "file_token.2":
                return value
            return replace(value, unit=other, at=value.at - timedelta(seconds=seconds))

        return change

    assert "proven" == judge(Bundle(home, forge=forge(25)).build()).verdict
    refused(judge(Bundle(home, forge=forge(75)).build()), "time_order")


def test_a_policy_the_reader_lists_is_accepted(home, judge):
    """A qualified authority has a policy of its own; the reader says so in tsa.pem."""
    bundle = Bundle(
        home, forge=lambda stage, value: replace(value, policy="1.2.250.1.9") if isinstance(value, Stamp) else value
    )
    bundle.build()
    listed = b"tsa-policy: 1.2.250.1.9\n"

    report = judge(
        bundle, reader=trust.load(lambda name: (listed if name == "tsa.pem" else b"") + bundle.trust()[name], own=True)
    )

    assert [] == report.reasons
    assert "demo_authority" not in report.not_proven


def test_a_file_judged_before_it_was_made_is_refused(valid, judge, home):
    """A clock that is wrong must not prove anything."""
    report = judge(valid, at=home.now - timedelta(days=1))

    refused(report, "token_in_future")


def test_a_file_is_still_proven_after_its_certificates_ended(valid, judge, home):
    """One-time certificates live ten minutes; evidence must last decades."""
    report = judge(valid, at=home.now + timedelta(days=365 * 30))

    assert "proven" == report.verdict


def test_content_type_of_a_token_is_checked(forged):
    """A signature over something that is no TSTInfo is no date."""
    wrong = [attribute(CONTENT_TYPE, der.oid(DATA)), attribute(ESS_V2, der.seq())]

    report = forged({"token.2": fields(attributes=wrong)})

    assert "refused" == report.verdict


def test_the_verifier_takes_the_time_as_an_argument(valid, tmp_path):
    """Nothing in the checks reads a clock, so a verdict can be repeated."""
    path = tmp_path / "page.asice"
    path.write_bytes(pack(valid.files))
    anchors = trust.load(lambda name: valid.trust()[name], own=True)
    now = datetime(2036, 1, 1, tzinfo=UTC)

    assert verify(path, anchors, now=now) == verify(path, anchors, now=now)
