"""
Own an upload: whose it is, what it is made of and where it stands.

planned ──complete──▶ complete ──keep──▶ kept
   │                     │                ▲
   ├──complete (tentative)──▶ tentative ──┘
   ▼                     ▼        ▼
discarded ◀──────────────┴────────┘          (kept is never discarded)
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from contracts.errors import FieldProblem, Invalid, NotFound, Sealed
from contracts.identifiers import PersonId, Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.plan import Part, divide

GATEWAY = "gateway"


class UploadState(StrEnum):
    """Where an upload stands."""

    PLANNED = "planned"
    COMPLETE = "complete"
    TENTATIVE = "tentative"
    KEPT = "kept"
    DISCARDED = "discarded"


FINISHED = frozenset({UploadState.COMPLETE, UploadState.TENTATIVE, UploadState.KEPT})


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that asked (``issuer``) and the person it acted for, if any."""

    issuer: str
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """
    Bytes on their way in, or arrived.

    ``expected`` is what the client says the digest is; ``digests`` what storage computed, set when all parts came.
    ``transfer`` is the store's own name for the parts on their way, where it has one (S3: the multipart upload).
    """

    id: UploadId
    owner: Owner
    name: str
    media_type: str
    size_bytes: int
    part_size_bytes: int
    expected: Sha256 | None
    purpose: str
    created_at: datetime
    expires_at: datetime
    state: UploadState = UploadState.PLANNED
    digests: Digests | None = None
    transfer: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The plan, in order."""
        return divide(self.size_bytes, self.part_size_bytes)

    @property
    def finished(self) -> bool:
        """Whether the bytes are there to be named."""
        return self.state in FINISHED

    def open_to(self, asker: Owner) -> bool:
        """
        Tell whether ``asker`` may know of this upload.

        A person sees their own; a house sees what it made, and a person's when it acts for that person or for nobody.
        """
        if asker.issuer == GATEWAY:
            return asker == self.owner
        if self.owner.issuer == asker.issuer:
            return True
        return self.owner.issuer == GATEWAY and asker.person in {None, self.owner.person}

    def belongs_to(self, person: PersonId | None, *, house: str, purpose: str = "") -> bool:
        """Tell whether ``house`` may use it as this person's or for that purpose, or with nobody named as its own."""
        if person is None:
            return self.owner.issuer == house
        if purpose and self.purpose == purpose and self.owner.issuer == GATEWAY:
            return True
        return self.owner.person == person and self.owner.issuer in {house, GATEWAY}

    def completed(self, digests: Digests, *, tentative: bool) -> "Upload":
        """Mark the bytes as there."""
        state = UploadState.TENTATIVE if tentative else UploadState.COMPLETE
        return replace(self, state=state, digests=digests)

    def checked(self, claimed: Sha256 | None) -> Digests:
        """
        Return the digests when they are what the client said.

        Raises:
            Invalid: Parts are missing, or a digest differs.

        """
        if self.digests is None:
            raise Invalid(FieldProblem("parts", "missing", "send the parts that are not received"))
        if any(said not in {None, self.digests.sha256} for said in (self.expected, claimed)):
            raise Invalid(FieldProblem("sha256", "differs", f"received {self.digests.sha256}"))
        return self.digests

    def kept(self) -> "Upload":
        """
        Make the bytes permanent.

        Raises:
            NotFound: They never came, or were discarded.

        """
        if not self.finished:
            raise NotFound(kind="upload", id=self.id)
        return replace(self, state=UploadState.KEPT)

    def discarded(self) -> "Upload":
        """
        Drop the upload.

        Raises:
            Sealed: A revision names its bytes.

        """
        if self.state is UploadState.KEPT:
            raise Sealed(kind="upload", id=self.id)
        return replace(self, state=UploadState.DISCARDED)
