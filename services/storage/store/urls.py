"""Sign URLs of the door."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.identifiers import Sha256
from services.storage.domain.claims import BlobClaim, PartClaim, PreviewClaim, sign
from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload
from services.storage.ports import PartAddress, StoredBlob


@dataclass(frozen=True, slots=True)
class DoorUrls:
    """Lead to the door at ``door_url``; ``key`` is shared with the door and nobody else."""

    door_url: str
    key: bytes = field(repr=False)

    def part(self, upload: Upload, part: Part, *, expires_at: datetime) -> PartAddress:
        """Return where to PUT a part."""
        claim = PartClaim(upload.id, part.number, part.offset, part.size_bytes, int(expires_at.timestamp()))
        return PartAddress(f"{self.door_url}/parts/{sign(claim, key=self.key)}")

    def blob(self, blob: StoredBlob, *, name: str, media_type: str, expires_at: datetime) -> str:
        """Return the URL to GET a blob from, under a name."""
        claim = BlobClaim(blob.digests.sha256, blob.size_bytes, name, media_type, int(expires_at.timestamp()))
        return f"{self.door_url}/blobs/{sign(claim, key=self.key)}"

    def preview(self, sha256: Sha256, kind: str, *, expires_at: datetime) -> str:
        """Return the URL to GET a preview from."""
        claim = PreviewClaim(sha256, kind, int(expires_at.timestamp()))
        return f"{self.door_url}/previews/{sign(claim, key=self.key)}"
