"""Let S3 gather the parts of uploads: one multipart upload each."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import DigestPass, Digests
from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload
from services.storage.ports import BlobRef, Stray
from services.storage.store.s3.blobs import S3Store, place_of
from services.storage.store.s3.bucket import GONE, Bucket, code_of, typed
from services.storage.store.s3.readings import Readings

_PIECE_BYTES = 1024 * 1024
# Adds one piece to a running digest; the house gives one that hashes in a native thread.
AddTo = Callable[[DigestPass, bytes], None]


class S3Incoming:
    """
    Gather parts in S3. See the port for what each method promises.

    Clients send them straight there. S3 refuses a part of another length than was signed, and checks the SHA-256 of a
    file in one part whose client named it beforehand. What S3 joined is read back once, for both digests.
    """

    def __init__(self, bucket: Bucket, store: S3Store, readings: Readings, *, add: AddTo = DigestPass.update) -> None:
        self._bucket = bucket
        self._store = store
        self._readings = readings
        self._add = add

    def begin(self, upload: Upload) -> str:
        """Open a multipart upload."""
        algorithm = {"ChecksumAlgorithm": "SHA256"} if checksum_of(upload) else {}
        with typed(kind="upload", id_=upload.id):
            begun = self._bucket.client.create_multipart_upload(
                **self._bucket.at(upload.id, ContentType="application/octet-stream", **algorithm)
            )
        return str(begun["UploadId"])

    def parts(self, upload: Upload) -> frozenset[int]:
        """Ask S3; once joined, all of them are there."""
        with typed(kind="upload", id_=upload.id):
            try:
                return frozenset(part["PartNumber"] for part in self._whole_parts(upload))
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
            self._version(upload.id)
        return frozenset(part.number for part in upload.parts)

    def digests(self, upload: Upload) -> Digests | None:
        """Join the parts, and read them back beside this call."""
        with typed(kind="upload", id_=upload.id):
            version = self._join(upload)
        if version is None:
            return None
        blob = BlobRef(Sha256(""), upload.size_bytes, place_of(upload.id, version))
        return self._readings.result_of(upload.id, lambda: self._read_back(blob))

    def drop(self, id_: UploadId, transfer: str) -> None:
        """End the multipart upload, and delete what it became."""
        self.abandon(Stray(id_, transfer))
        with typed(kind="upload", id_=id_):
            found = self._bucket.client.list_object_versions(Bucket=self._bucket.name, Prefix=self._bucket.key(id_))
            for version in (*found.get("Versions", []), *found.get("DeleteMarkers", [])):
                self._bucket.client.delete_object(**self._bucket.at(id_, VersionId=version["VersionId"]))

    def abandon(self, stray: Stray) -> None:
        """End the multipart upload alone."""
        if not stray.transfer:
            return
        with typed(kind="upload", id_=stray.upload):
            try:
                self._bucket.client.abort_multipart_upload(**self._bucket.at(stray.upload, UploadId=stray.transfer))
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise

    def untouched_since(self, moment: datetime) -> list[Stray]:
        """Return multipart uploads begun before; S3 does not tell when a part last came."""
        prefix = f"{self._bucket.prefix}blobs/"
        pages = self._bucket.client.get_paginator("list_multipart_uploads")
        with typed(kind="upload", id_=""):
            return [
                Stray(self._bucket.upload_of(begun["Key"]), begun["UploadId"])
                for page in pages.paginate(Bucket=self._bucket.name, Prefix=prefix)
                for begun in page.get("Uploads", [])
                if begun["Initiated"] < moment
            ]

    def _whole_parts(self, upload: Upload) -> Iterator[dict[str, Any]]:
        """Return the parts that are there with the size that was planned."""
        planned: dict[int, Part] = {part.number: part for part in upload.parts}
        pages = self._bucket.client.get_paginator("list_parts")
        for page in pages.paginate(**self._bucket.at(upload.id, UploadId=upload.transfer)):
            for part in page.get("Parts", []):
                expected = planned.get(part["PartNumber"])
                if expected is not None and part["Size"] == expected.size_bytes:
                    yield part

    def _join(self, upload: Upload) -> str | None:
        """Return the version the parts became, none while some are missing; a repeat finds it joined."""
        try:
            parts = [
                {"PartNumber": part["PartNumber"], "ETag": part["ETag"], **checksum_of(upload)}
                for part in self._whole_parts(upload)
            ]
            if len(parts) != len(upload.parts):
                return None
            # The name is new, so whatever lies there is not ours: never put bytes over it.
            self._bucket.client.complete_multipart_upload(
                **self._bucket.at(
                    upload.id, UploadId=upload.transfer, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
            )
        except ClientError as error:
            if code_of(error) not in GONE | {"PreconditionFailed"}:
                raise
        return self._version(upload.id)

    def _version(self, id_: UploadId) -> str:
        return str(self._bucket.client.head_object(**self._bucket.at(id_))["VersionId"])

    def _read_back(self, blob: BlobRef) -> Digests:
        """Hash what S3 has, in one pass."""
        digests = DigestPass()
        for piece in self._store.read(blob, 0, blob.size_bytes):
            self._add(digests, piece)
        return digests.digests()


def checksum_of(upload: Upload) -> dict[str, str]:
    """Return the checksum S3 can check itself: that of a file in one part whose client said it beforehand."""
    if upload.expected is None or len(upload.parts) > 1:
        return {}
    return {"ChecksumSHA256": b64encode(bytes.fromhex(upload.expected)).decode()}
