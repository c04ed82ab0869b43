"""Reach one bucket, and say in our words what S3 says in its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from contracts.errors import NotFound, StorageFull, Unavailable
from contracts.identifiers import UploadId

_CONNECT_SECONDS = 5
_READ_SECONDS = 60
# Tries of one call, the first included; a call that changes something is safe to repeat by its nature here.
_TRIES = 3
_CONNECTIONS = 16
# S3 API reference, error responses; HEAD has no body, so its code is the bare status.
GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NoSuchUpload", "405", "MethodNotAllowed"})
_FULL = frozenset(
    {"507", "XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}
)


@dataclass(frozen=True, slots=True)
class Access:
    """Where S3 is and who we are there."""

    url: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@cache
def connect(access: Access) -> Any:
    """
    Return the boto3 client of this process for ``access``: making one is slow, and all threads may share it.

    Checksums are computed only where we ask: over plain HTTP boto3 hashes a body for its signature already.
    """
    config = Config(
        signature_version="s3v4",
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _TRIES, "mode": "standard"},
        max_pool_connections=_CONNECTIONS,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return Session().client(
        "s3",
        endpoint_url=access.url,
        region_name=access.region,
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        config=config,
    )


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket through one client, and the prefix of everything of ours in it."""

    client: Any = field(repr=False)
    name: str
    prefix: str = ""

    def key(self, upload: UploadId) -> str:
        """Return the object an upload becomes, and stays as a blob: no byte is ever copied."""
        return f"{self.prefix}blobs/{upload}"

    def upload_of(self, key: str) -> UploadId:
        """Return the upload an object came from."""
        return UploadId(key.rpartition("/")[2])

    def at(self, upload: UploadId, **more: Any) -> dict[str, Any]:
        """Return the arguments that name an object."""
        return {"Bucket": self.name, "Key": self.key(upload), **more}

    def answers(self) -> bool:
        """Ask for the bucket itself."""
        try:
            self.client.head_bucket(Bucket=self.name)
        except (ClientError, BotoCoreError):
            return False
        return True


def code_of(error: ClientError) -> str:
    """Return S3's word for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an error."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def typed(*, kind: str, id_: str) -> Iterator[None]:
    """Turn what S3 answers into the errors of the contract; what we did wrong ourselves stays as it is."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in GONE:
            raise NotFound(kind=kind, id=id_) from error
        if code_of(error) in _FULL:
            raise StorageFull(reason="bucket_full") from error
        if status_of(error) >= 500 or code_of(error) in {"SlowDown", "RequestTimeout"}:
            raise Unavailable(machine="s3", retry_after_seconds="5") from error
        raise
    except (HTTPClientError, BotoCoreError) as error:
        raise Unavailable(machine="s3", retry_after_seconds="5") from error
