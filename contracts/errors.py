"""
Define the one tree of errors that cross a process border.

PaillasseError
├─ NotFound          no such thing, or none the actor may see
├─ Forbidden         the actor may see it, but not do this
├─ Invalid           the request is wrong: every field with its remedy
│  └─ TooLarge       only its size is wrong
├─ Conflict          it collides with what is there (a stale revision, a number taken)
├─ Sealed            it can never change again
├─ Unavailable       try later, nothing is wrong with the request
│  ├─ Overloaded     shed before any work was done
│  ├─ StorageFull    no room for the bytes
│  └─ UnknownOutcome the reply was lost: repeat with the same idempotency key
├─ IntegrityBroken   a digest or signature does not match: page someone
└─ Unsupported       this version does not know how

Raise with fields, not sentences: the text for people is written at the gateway and in the web app.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Name one wrong field, what is wrong with it, and what to do about it (RFC 9457 §3.2 ``errors``)."""

    name: str
    problem: str
    remedy: str = ""


class PaillasseError(Exception):
    """Root of the tree. Never raised directly."""

    code: ClassVar[str] = "internal"

    def __init__(self, **detail: str) -> None:
        self.detail = detail
        super().__init__(self.code, detail)


class NotFound(PaillasseError):
    """No such thing, or none this actor may see."""

    code = "not_found"


class Forbidden(PaillasseError):
    """The actor may see the thing but not do this to it."""

    code = "forbidden"


class Invalid(PaillasseError):
    """The request is wrong; ``fields`` names each part and its remedy."""

    code = "invalid"

    def __init__(self, *fields: FieldProblem, **detail: str) -> None:
        super().__init__(**detail)
        self.fields = fields


class TooLarge(Invalid):
    """A field is larger than we take (HTTP 413, RFC 9110 §15.5.14); its remedy says where such data belongs."""

    code = "too_large"


class Conflict(PaillasseError):
    """The request collides with the present state; ``reason`` says how, ``current`` what is there."""

    code = "conflict"


class Stale(Conflict):
    """The head moved since the caller read it (HTTP 412, RFC 9110 §13.1.1)."""

    code = "stale"


class Sealed(PaillasseError):
    """The entry is signed or sealed, or about to be: nothing may change it."""

    code = "sealed"


class Unavailable(PaillasseError):
    """A machine we need does not answer; ``retry_after_seconds`` may say when to come back."""

    code = "unavailable"


class Overloaded(Unavailable):
    """Shed before any work was done: safe to repeat."""

    code = "overloaded"


class StorageFull(Unavailable):
    """No room for the bytes; nothing was kept."""

    code = "storage_full"


class UnknownOutcome(Unavailable):
    """The reply was lost: the work may be done. Repeat with the same idempotency key."""

    code = "unknown_outcome"


class IntegrityBroken(PaillasseError):
    """A digest, chain or signature does not match."""

    code = "integrity_broken"


class Unsupported(PaillasseError):
    """This version does not know the method, format or value asked for."""

    code = "unsupported"


BY_CODE: dict[str, type[PaillasseError]] = {
    kind.code: kind
    for kind in (
        NotFound, Forbidden, Invalid, TooLarge, Conflict, Stale, Sealed, Unavailable, Overloaded, StorageFull,
        UnknownOutcome, IntegrityBroken, Unsupported,
    )
}  # fmt: skip
