"""
Write and read the claims inside a signed URL.

A token is ``base64url(claim JSON) "." base64url(HMAC-SHA256(key, context + claim JSON))`` (RFC 2104). The claim binds
method, upload and part (or digest, name, media type) and expiry, so that a changed letter anywhere voids it.
"""

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from contracts.errors import Forbidden
from contracts.identifiers import Sha256, UploadId

_CONTEXT = b"paillasse storage url v1\n"


@dataclass(frozen=True)
class PartClaim:
    """Allow one PUT of one part; ``expires`` is seconds since 1970 UTC."""

    upload: UploadId
    number: int
    offset: int
    size_bytes: int
    expires: int
    method: str = "PUT"


@dataclass(frozen=True)
class BlobClaim:
    """Allow GETs of one blob under one name."""

    sha256: Sha256
    size_bytes: int
    name: str
    media_type: str
    expires: int
    method: str = "GET"


@dataclass(frozen=True)
class PreviewClaim:
    """Allow GETs of one preview; ``preview`` sets it apart from a claim on the file itself."""

    sha256: Sha256
    preview: str
    expires: int
    method: str = "GET"


Claim = TypeVar("Claim", PartClaim, BlobClaim, PreviewClaim)


def sign(claim: PartClaim | BlobClaim | PreviewClaim, *, key: bytes) -> str:
    """Return the token that carries ``claim``."""
    body = json.dumps(asdict(claim), separators=(",", ":"), sort_keys=True).encode()
    return f"{_encode(body)}.{_encode(_mac(body, key))}"


def read(token: str, kind: type[Claim], *, key: bytes, now: float) -> Claim:
    """
    Return the claim of a token made by ``sign``.

    Raises:
        Forbidden: It was altered, is for another method, or its time is over.

    """
    body, given = _split(token)
    if not hmac.compare_digest(_mac(body, key), given):
        raise Forbidden(reason="url_altered")
    given_fields = json.loads(body)
    if given_fields.keys() != {each.name for each in fields(kind)} or given_fields["method"] != kind.method:
        raise Forbidden(reason="url_for_other_method")
    claim = kind(**given_fields)
    if now >= claim.expires:
        raise Forbidden(reason="url_expired")
    return claim


def _split(token: str) -> tuple[bytes, bytes]:
    body, _, mac = token.partition(".")
    try:
        return _decode(body), _decode(mac)
    except ValueError as error:
        raise Forbidden(reason="url_altered") from error


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _CONTEXT + body, hashlib.sha256)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    data = b64decode(padded, altchars=b"-_", validate=True)
    # Spare bits of a last letter must be zero (RFC 4648 §3.5): else one token could be written in several ways.
    if _encode(data) != text:
        raise ValueError("not canonical")
    return data
