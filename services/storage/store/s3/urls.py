"""Sign URLs of S3 itself (AWS Signature Version 4, query parameters)."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload
from services.storage.ports import PartAddress, StoredBlob
from services.storage.store.s3.bucket import Bucket
from services.storage.store.s3.incoming import checksum_of

# S3 sends no `nosniff` for us: what a browser would run is sent as what it will not even try to show.
_ACTIVE = ("html", "svg", "xml", "javascript", "ecmascript")


class S3Urls:
    """Lead to S3 under the address clients reach it by; ``bucket`` is reached through a client of that address."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def part(self, upload: Upload, part: Part, *, expires_at: datetime) -> PartAddress:
        """Return where to PUT a part; its length, and its SHA-256 where it is known, are part of the signature."""
        checksum = checksum_of(upload)
        arguments = self._bucket.at(
            upload.id, UploadId=upload.transfer, PartNumber=part.number, ContentLength=part.size_bytes, **checksum
        )
        headers = {"x-amz-checksum-sha256": checksum["ChecksumSHA256"]} if checksum else {}
        return PartAddress(self._sign("upload_part", arguments, expires_at), headers)

    def blob(self, blob: StoredBlob, *, name: str, media_type: str, expires_at: datetime) -> str:
        """Return the URL to GET one version of one object from, under a name and as an attachment."""
        upload, _, version = blob.place.partition(":")
        active = any(word in media_type.lower() for word in _ACTIVE)
        arguments = {
            "Bucket": self._bucket.name,
            "Key": f"{self._bucket.prefix}blobs/{upload}",
            "VersionId": version,
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "ResponseContentType": "application/octet-stream" if active else media_type,
            "ResponseCacheControl": "private, no-cache",
        }
        return self._sign("get_object", arguments, expires_at)

    def _sign(self, operation: str, arguments: dict[str, Any], expires_at: datetime) -> str:
        left = int((expires_at - datetime.now(UTC)).total_seconds())
        return str(self._bucket.client.generate_presigned_url(operation, Params=arguments, ExpiresIn=max(1, left)))
