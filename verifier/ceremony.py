"""Recompute the challenge a person answered when signing (§10)."""

import base64
import binascii
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from verifier import merkle, shape
from verifier.canonical import read_canonical
from verifier.findings import Refusal, demand
from verifier.statement import Statement

PREFIX = b"paillasse-ceremony-v1"
CODE = "ceremony_malformed"
MAX_STATEMENTS = 100
SECONDS_BEFORE, SECONDS_AFTER = 600, 300
_USER_PRESENT_AND_VERIFIED = 0x05
_WEBAUTHN = "webauthn"


def check_ceremony(content: bytes, one: Statement, at: datetime, place: str) -> None:
    """Demand that the person proved identity for this very statement, shortly before ``at``."""
    keys = "v id method credential_id auth_time challenge statements assertion"
    value = shape.Reader(read_canonical(content, place), keys, code=CODE, place=place)
    value.only("v", 1)
    value.text("id", shape.UUID7)
    challenge = _challenge(value.value("statements"), one, place)
    demand(value.text("challenge") == challenge.hex(), "ceremony_challenge", place)
    demand(value.text("method") == one.method, "ceremony_method", place, "differs from the statement")
    credential = value.text("credential_id")
    demand(one.credential in {None, credential}, "ceremony_method", place, "credential differs from the statement")
    age = at.timestamp() - value.number("auth_time")
    demand(-SECONDS_AFTER <= age <= SECONDS_BEFORE, "ceremony_time", place, f"{age:.0f} s before the time stamp")
    assertion = value.value("assertion")
    demand((assertion is not None) == (one.method == _WEBAUTHN), CODE, place, "assertion")
    if assertion is not None:
        _check_assertion(assertion, challenge, place)


def _challenge(statements: Any, one: Statement, place: str) -> bytes:
    listed = isinstance(statements, list) and 1 <= len(statements) <= MAX_STATEMENTS
    demand(listed and all(isinstance(text, str) and shape.HEX256.fullmatch(text) for text in statements), CODE, place)
    demand(statements.count(one.digest.hex()) == 1, "ceremony_statement", place, "is about other statements")
    return sha256(PREFIX + merkle.root(bytes.fromhex(text) for text in statements)).digest()


def _check_assertion(assertion: Any, challenge: bytes, place: str) -> None:
    """Verify a WebAuthn assertion (W3C WebAuthn Level 3 §7.2), as far as a file can show it."""
    keys = "client_data_json authenticator_data signature public_key"
    value = shape.Reader(assertion, keys, code=CODE, place=place)
    try:
        client, authenticator, signature, public = (
            base64.b64decode(value.text(key), validate=True) for key in keys.split()
        )
        said = json.loads(client)
        key = serialization.load_der_public_key(public)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise Refusal("ceremony_assertion", place, "cannot be read") from error
    expected = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
    fine = isinstance(said, dict) and said.get("type") == "webauthn.get" and said.get("challenge") == expected
    demand(fine, "ceremony_assertion", place, "answers another challenge")
    flags = authenticator[32] if len(authenticator) >= 37 else 0
    present = flags & _USER_PRESENT_AND_VERIFIED == _USER_PRESENT_AND_VERIFIED
    demand(present, "ceremony_assertion", place, "person not verified")
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refusal("ceremony_assertion", place, "key is not P-256")
    try:
        key.verify(signature, authenticator + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise Refusal("ceremony_assertion", place, "signature") from error
