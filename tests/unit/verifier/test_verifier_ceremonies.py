"""The verifier recomputes challenges, and checks the answers of passkeys."""

import base64
import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders.forgeries import put

KEY = ec.generate_private_key(ec.SECP256R1())


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def answer(challenge: str, *, kind="webauthn.get", flags=0x05, key=KEY):
    """Return what an authenticator answers to a challenge (W3C WebAuthn Level 3 §6.3.3)."""
    said = base64.urlsafe_b64encode(bytes.fromhex(challenge)).rstrip(b"=").decode()
    client = json.dumps({"type": kind, "challenge": said, "origin": "https://cahier.invalid"}).encode()
    authenticator = sha256(b"cahier.invalid").digest() + bytes([flags]) + (7).to_bytes(4, "big")
    signature = key.sign(authenticator + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    public = KEY.public_key().public_bytes(*form)
    parts = {"client_data_json": client, "authenticator_data": authenticator, "signature": signature}
    return {name: b64(part) for name, part in (parts | {"public_key": public}).items()}


def by_passkey(make=answer, **shape):
    def change(value):
        return {**value, "method": "webauthn", "credential_id": "abc", "assertion": make(value["challenge"], **shape)}

    return change


def test_an_act_confirmed_by_a_passkey_is_proven(forged):
    """The answer of the passkey is kept in the file and checked again."""
    report = forged({"ceremony.2": by_passkey(), "statement.2": put("auth.method", "webauthn")})

    assert [] == report.reasons
    assert "webauthn" == report.signatures[1].method


@pytest.mark.parametrize(
    "change",
    [
        by_passkey(kind="webauthn.create"),
        by_passkey(flags=0x01),
        by_passkey(key=ec.generate_private_key(ec.SECP256R1())),
        by_passkey(lambda challenge: answer("00" * 32)),
        by_passkey(lambda challenge: {**answer(challenge), "client_data_json": b64(b"{}")}),
        by_passkey(lambda challenge: {**answer(challenge), "client_data_json": b64(b"[]")}),
        by_passkey(lambda challenge: {**answer(challenge), "public_key": b64(b"no key")}),
        by_passkey(lambda challenge: {**answer(challenge), "authenticator_data": ""}),
    ],
)
def test_a_wrong_answer_of_a_passkey_is_refused(change, forged):
    """A recorded answer must be to this challenge, by this key, with the person present and verified."""
    report = forged({"ceremony.2": change, "statement.2": put("auth.method", "webauthn")})

    assert {"ceremony_assertion"} == {reason.code for reason in report.reasons}


def test_a_passkey_without_its_answer_is_refused(forged):
    """Who says passkey must show the answer."""
    change = by_passkey(lambda challenge: None)

    report = forged({"ceremony.2": change, "statement.2": put("auth.method", "webauthn")})

    assert {"ceremony_malformed"} == {reason.code for reason in report.reasons}
