"""Mint and verify actor tokens: who asks, signed by the process that knows, good for one call (decision 3)."""

import base64
import time
from collections.abc import Collection, Mapping
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contracts.errors import Forbidden
from contracts.identifiers import Actor, Ceremony, CeremonyId, PersonId, SessionId, TokenId

# EdDSA over Ed25519 (RFC 8037 §3.1).
ALGORITHM = "EdDSA"
LIFETIME_SECONDS = 60
# Clocks of one institution agree within this.
LEEWAY_SECONDS = 5


def read_key(pem: str) -> Ed25519PrivateKey:
    """Read a process's own key, PKCS#8 PEM; raise TypeError when it is of another kind."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the actor key is not Ed25519")
    return key


def read_issuers(encoded: Mapping[str, str]) -> dict[str, Ed25519PublicKey]:
    """Read the public keys a process trusts, raw and base64 as the secrets folder gives them."""
    return {
        issuer: Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        for issuer, key in encoded.items()
    }


def mint(
    issuer_key: Ed25519PrivateKey,
    *,
    actor: Actor,
    audience: str,
    call_id: str,
    now: float | None = None,
) -> str:
    """Sign a token that lets ``actor.issuer`` make one call.

    ``audience`` is ``Call.service`` of the call, exactly; ``call_id`` its AMQP ``correlation_id``, which the receiver
    compares; ``now`` is seconds since 1970 UTC, the clock when not given.
    """
    issued = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": actor.issuer,
        "aud": audience,
        "jti": call_id,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
        **_claims_of(actor),
    }
    return jwt.encode(claims, issuer_key, algorithm=ALGORITHM)


def verify(
    token: str,
    *,
    audience: str,
    issuers: Collection[str],
    keys: Mapping[str, Ed25519PublicKey],
    call_id: str | None = None,
) -> Actor:
    """Return the actor a token names.

    ``issuers`` may make this call (``Call.issuers``); ``keys`` are the public keys this process trusts; ``call_id`` is
    the call the token must have been minted for, not compared when none.

    Raises:
        Forbidden: the token is missing, forged, late, for another service or call, or of an issuer not accepted.

    """
    try:
        issuer = _claimed_issuer(token)
        if issuer not in issuers or issuer not in keys:
            raise Forbidden(reason="actor_issuer")
        claims = jwt.decode(
            token,
            keys[issuer],
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss", "jti"]},
        )
    except jwt.InvalidTokenError as error:
        raise Forbidden(reason="actor_token") from error
    if call_id is not None and claims["jti"] != call_id:
        raise Forbidden(reason="actor_token_of_another_call")
    return _actor_of(claims)


def _claimed_issuer(token: str) -> str:
    """Read whose key to try, unverified; PyJWT would take as long for this as for the whole check."""
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    except (IndexError, ValueError) as error:
        raise Forbidden(reason="actor_token") from error
    return str(claims.get("iss", "")) if isinstance(claims, dict) else ""


def _claims_of(actor: Actor) -> dict[str, Any]:
    """Write who the actor is; what is not set is left out."""
    claims: dict[str, Any] = {
        "sub": actor.person,
        "sid": actor.session,
        "pat": actor.token,
        "scope": " ".join(sorted(actor.scopes)),
        "amr": list(actor.amr),
        "auth_time": actor.auth_time,
    }
    if actor.ceremony is not None:
        ceremony = actor.ceremony
        claims["ceremony"] = {
            "id": ceremony.id,
            "method": ceremony.method,
            "credential_id": ceremony.credential_id,
            "auth_time": ceremony.auth_time,
            "challenge": ceremony.challenge,
        }
    return {name: value for name, value in claims.items() if value}


def _actor_of(claims: Mapping[str, Any]) -> Actor:
    """Read the actor from verified claims."""
    try:
        ceremony = claims.get("ceremony")
        return Actor(
            issuer=claims["iss"],
            person=PersonId(claims["sub"]) if claims.get("sub") else None,
            session=SessionId(claims["sid"]) if claims.get("sid") else None,
            token=TokenId(claims["pat"]) if claims.get("pat") else None,
            scopes=frozenset(claims.get("scope", "").split()),
            amr=tuple(claims.get("amr", ())),
            auth_time=claims.get("auth_time"),
            ceremony=Ceremony(**{**ceremony, "id": CeremonyId(ceremony["id"])}) if ceremony else None,
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise Forbidden(reason="actor_token") from error
