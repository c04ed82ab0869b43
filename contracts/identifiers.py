"""Name the identities that travel between houses; standard library only."""

from dataclasses import dataclass
from typing import NewType

# All ids are UUIDv7 (RFC 9562 §5.7) in the canonical 36-character lower-case form, made behind a port.
InstitutionId = NewType("InstitutionId", str)
StructureId = NewType("StructureId", str)
PersonId = NewType("PersonId", str)
AffiliationId = NewType("AffiliationId", str)
RoleId = NewType("RoleId", str)
NotebookId = NewType("NotebookId", str)
EntryId = NewType("EntryId", str)
GrantId = NewType("GrantId", str)
CommentId = NewType("CommentId", str)
ImportId = NewType("ImportId", str)
UploadId = NewType("UploadId", str)
HoldId = NewType("HoldId", str)
CircuitId = NewType("CircuitId", str)
StepId = NewType("StepId", str)
CeremonyId = NewType("CeremonyId", str)
ReceiptId = NewType("ReceiptId", str)
NoticeId = NewType("NoticeId", str)
SessionId = NewType("SessionId", str)
TokenId = NewType("TokenId", str)
MessageId = NewType("MessageId", str)

# 1 for the first revision of an entry, without a gap.
RevisionNumber = NewType("RevisionNumber", int)
# `U1234-2026-007`: unit code, year in the institution's time zone, number within unit and year.
NotebookReference = NewType("NotebookReference", str)
# `U1234-2026-007/37`: notebook reference and page number.
EntryReference = NewType("EntryReference", str)
# 64 lower-case hexadecimal digits (FIPS 180-4).
Sha256 = NewType("Sha256", str)
# 128 lower-case hexadecimal digits (FIPS 180-4).
Sha512 = NewType("Sha512", str)
# `entry:<id>`, `notebook:<id>`, `team:<id>`, `lead:<structure id>`: opens an entry to readers who hold it.
AccessLabel = NewType("AccessLabel", str)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """
    A step-up the gateway verified once, for one challenge (product.md: signing ceremony).

    ``challenge`` is 64 hexadecimal digits; ``auth_time`` is seconds since 1970 UTC.
    """

    id: CeremonyId
    method: str
    credential_id: str
    auth_time: int
    challenge: str


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who asks, as verified from a signed token: never taken from the arguments of a call.

    ``issuer`` is the process that signed (``gateway`` or a house); ``person`` is whom it acts for, or none.
    ``session`` is set for a browser session, ``token`` for a personal access token; never both.
    """

    issuer: str
    person: PersonId | None = None
    session: SessionId | None = None
    token: TokenId | None = None
    scopes: frozenset[str] = frozenset()
    amr: tuple[str, ...] = ()
    auth_time: int | None = None
    ceremony: Ceremony | None = None


@dataclass(frozen=True, slots=True)
class RequestKey:
    """
    One keyed write: the same actor, method and key may take effect once.

    ``digest`` is the SHA-256 of the call's canonical payload, so that a key re-used for another request is seen
    (draft-ietf-httpapi-idempotency-key-header §2.7).
    """

    actor: str
    method: str
    key: str
    digest: Sha256
