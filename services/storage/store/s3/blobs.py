"""Keep blobs in a bucket with versioning and Object Lock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from contracts.errors import IntegrityBroken, NotFound, Sealed, Unavailable
from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.upload import Upload
from services.storage.ports import BlobRef, Lock
from services.storage.store.s3.bucket import GONE, Bucket, code_of, status_of, typed

_PIECE_BYTES = 1024 * 1024
Mode = Literal["GOVERNANCE", "COMPLIANCE"]
# What S3 says of an object, or a bucket, on which no lock was ever set.
_NO_LOCK = frozenset({"NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "InvalidRequest"})
# A version that never was, as different servers put it.
_NO_VERSION = GONE | {"400", "NoSuchVersion", "InvalidArgument"}


def place_of(upload: UploadId, version: str) -> str:
    """Write where a blob is: the upload its object is named after, and the version."""
    return f"{upload}:{version}"


class S3Store:
    """
    Keep each blob as the object its upload became, pinned to one version. See the port for what each method promises.

    A lock counts only when it was read back: a server may answer success and have forgotten (versitygw after a crash),
    and refuses a locked deletion with 403 or with 400.
    """

    def __init__(self, bucket: Bucket, *, mode: Mode) -> None:
        self._bucket = bucket
        self._mode = mode

    def adopt(self, upload: Upload, digests: Digests) -> str:
        """Note the digest beside the bytes, so that the bucket can be read without our database."""
        with typed(kind="upload", id_=upload.id):
            head = self._bucket.client.head_object(**self._bucket.at(upload.id))
            if head["ContentLength"] != upload.size_bytes:
                raise NotFound(kind="upload", id=upload.id)
            tags = {"TagSet": [{"Key": "sha256", "Value": digests.sha256}]}
            self._bucket.client.put_object_tagging(
                **self._bucket.at(upload.id, VersionId=head["VersionId"], Tagging=tags)
            )
        return place_of(upload.id, head["VersionId"])

    def size_of(self, blob: BlobRef) -> int | None:
        """Ask for the head of the version."""
        head = self._head(blob)
        return int(head["ContentLength"]) if head is not None else None

    def read(self, blob: BlobRef, start: int, size_bytes: int) -> Iterator[bytes]:
        """Stream a range of the version; what S3 itself can no longer read is broken integrity, not an outage."""
        if size_bytes == 0:
            if self.size_of(blob) is None:
                raise NotFound(kind="blob", id=blob.sha256)
            return
        left = size_bytes
        asked = {"Range": f"bytes={start}-{start + size_bytes - 1}"}
        try:
            with typed(kind="blob", id_=blob.sha256):
                body = self._bucket.client.get_object(**self._at(blob, **asked))["Body"]
                for piece in body.iter_chunks(_PIECE_BYTES):
                    left -= len(piece)
                    yield piece
        except Unavailable as error:
            raise self._unreadable(blob) from error
        except ClientError as error:
            if code_of(error) == "InvalidRange":
                raise IntegrityBroken(kind="blob", id=blob.sha256, reason="truncated") from error
            raise
        if left:
            raise IntegrityBroken(kind="blob", id=blob.sha256, reason="truncated")

    def is_current(self, blob: BlobRef) -> bool:
        """Compare the newest version with ours; a delete marker over it is newer too."""
        with typed(kind="blob", id_=blob.sha256):
            try:
                head = self._bucket.client.head_object(**self._bucket.at(_parts(blob)[0]))
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
                return False
        return bool(head["VersionId"] == _parts(blob)[1])

    def remove(self, blob: BlobRef) -> None:
        """Delete the version, and look whether it is gone: the answer alone proves nothing."""
        if not blob.place:
            return
        try:
            with typed(kind="blob", id_=blob.sha256):
                self._bucket.client.delete_object(**self._at(blob))
        except NotFound:
            return
        except ClientError as error:
            if status_of(error) not in {400, 403}:
                raise
        if self._head(blob) is not None:
            reason = "on_hold" if self.lock_of(blob).held else "retained"
            raise Sealed(kind="blob", id=blob.sha256, reason=reason)

    def retain(self, blob: BlobRef, until: datetime) -> None:
        """Set mode and time, unless they are longer already; S3 keeps whole seconds."""
        wanted = until.astimezone(UTC).replace(microsecond=0)
        now = self.lock_of(blob)
        if now.until is not None and now.until >= wanted:
            return
        with typed(kind="blob", id_=blob.sha256):
            self._bucket.client.put_object_retention(
                **self._at(blob, Retention={"Mode": self._mode, "RetainUntilDate": wanted})
            )
        taken = self._retention(blob)
        if taken.get("Mode") != self._mode or taken["RetainUntilDate"] < wanted:
            raise Unavailable(machine="s3", reason="lock_not_taken")

    def hold(self, blob: BlobRef, *, held: bool) -> None:
        """Set or lift the legal hold."""
        with typed(kind="blob", id_=blob.sha256):
            self._bucket.client.put_object_legal_hold(**self._at(blob, LegalHold={"Status": "ON" if held else "OFF"}))
        if self._held(blob) is not held:
            raise Unavailable(machine="s3", reason="lock_not_taken")

    def lock_of(self, blob: BlobRef) -> Lock:
        """Ask for retention and legal hold."""
        return Lock(self._retention(blob).get("RetainUntilDate"), held=self._held(blob))

    def everything(self) -> Iterator[BlobRef]:
        """List every version; the digest is not in the list and stays empty."""
        pages = self._bucket.client.get_paginator("list_object_versions")
        with typed(kind="blob", id_=""):
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=f"{self._bucket.prefix}blobs/"):
                for version in page.get("Versions", []):
                    place = place_of(self._bucket.upload_of(version["Key"]), version["VersionId"])
                    yield BlobRef(Sha256(""), version["Size"], place)

    def free_bytes(self) -> None:
        """S3 does not tell."""

    def answers(self) -> bool:
        """Ask for the bucket."""
        return self._bucket.answers()

    def _at(self, blob: BlobRef, **more: Any) -> dict[str, Any]:
        upload, version = _parts(blob)
        return self._bucket.at(upload, VersionId=version, **more)

    def _head(self, blob: BlobRef) -> dict[str, Any] | None:
        if not blob.place:
            return None
        with typed(kind="blob", id_=blob.sha256):
            try:
                return dict(self._bucket.client.head_object(**self._at(blob)))
            except ClientError as error:
                if code_of(error) not in _NO_VERSION:
                    raise
                return None

    def _retention(self, blob: BlobRef) -> dict[str, Any]:
        with typed(kind="blob", id_=blob.sha256):
            try:
                return dict(self._bucket.client.get_object_retention(**self._at(blob)).get("Retention", {}))
            except ClientError as error:
                if code_of(error) not in _NO_LOCK:
                    raise
                return {}

    def _held(self, blob: BlobRef) -> bool:
        with typed(kind="blob", id_=blob.sha256):
            try:
                found = self._bucket.client.get_object_legal_hold(**self._at(blob))
            except ClientError as error:
                if code_of(error) not in _NO_LOCK:
                    raise
                return False
        return bool(found.get("LegalHold", {}).get("Status") == "ON")

    def _unreadable(self, blob: BlobRef) -> Exception:
        """Tell a damaged object from an absent server: one that answers for everything else is not absent."""
        try:
            there = self._head(blob) is not None
        except (Unavailable, ClientError, BotoCoreError, HTTPClientError):
            there = False
        if there:
            return IntegrityBroken(kind="blob", id=blob.sha256, reason="unreadable")
        return Unavailable(machine="s3", retry_after_seconds="5")


def _parts(blob: BlobRef) -> tuple[UploadId, str]:
    upload, _, version = blob.place.partition(":")
    return UploadId(upload), version
