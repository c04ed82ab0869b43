"""What only S3 has: its own door, versions, and locks that its administrators cannot open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from contracts.errors import Unavailable
from services.storage.domain.digests import Digests
from services.storage.ports import StoredBlob
from services.storage.wiring import open_store
from tests.builders.stores import StoreUnderTest, digests_of, s3_settings, s3_store
from tests.servers.running import S3Server

DATA = b"0123456789"


@pytest.fixture
def s3(s3_server: S3Server, tmp_path: Path) -> StoreUnderTest:
    """A store in the bucket."""
    return s3_store(s3_settings(s3_server, tmp_path))


def in_minutes(minutes: float) -> datetime:
    """Return a time to come."""
    return datetime.now(UTC) + timedelta(minutes=minutes)


@pytest.mark.parametrize("body", [b"012345678", b"0123456789A", b"9876543210"])
def test_a_part_that_is_not_as_planned_is_refused(s3_server: S3Server, tmp_path: Path, body: bytes) -> None:
    """S3 itself checks length and SHA-256 where the client named it beforehand; nothing is kept."""
    settings = s3_settings(s3_server, tmp_path)
    under_test, store = s3_store(settings), open_store(settings)
    upload = under_test.begin(DATA, expected=digests_of(DATA).sha256)
    address = store.urls.part(upload, upload.parts[0], expires_at=in_minutes(5))
    refused = httpx.put(address.url, content=body, headers=dict(address.headers))
    unsigned = httpx.put(address.url, content=DATA)

    assert refused.status_code in {400, 403}
    assert unsigned.status_code in {400, 403}
    assert store.incoming.parts(upload) == frozenset()
    assert httpx.put(address.url, content=DATA, headers=dict(address.headers)).status_code == 200
    assert store.incoming.digests(upload) == digests_of(DATA)


def test_an_upload_goes_on_after_its_parts_were_joined(s3: StoreUnderTest) -> None:
    """A death between joining and commit: the repeat finds all parts there and the same digests."""
    upload = s3.begin(DATA)
    s3.send(upload, DATA)
    first = s3.incoming.digests(upload)

    assert s3.incoming.parts(upload) == frozenset({1})
    assert s3.incoming.digests(upload) == first == digests_of(DATA)


def test_not_even_an_administrator_opens_a_compliance_lock(s3: StoreUnderTest, s3_server: S3Server) -> None:
    """The promise holds against whoever has the keys: deleting, shortening and weakening are refused."""
    blob = s3.stored(DATA)
    s3.blobs.retain(blob, in_minutes(20))
    upload, _, version = blob.place.partition(":")
    client = s3_server.client()
    key = next(
        each["Key"]
        for each in client.list_object_versions(Bucket=s3_server.bucket)["Versions"]
        if each["Key"].endswith(upload)
    )
    place = {"Bucket": s3_server.bucket, "Key": key, "VersionId": version}
    weaker = {"Mode": "GOVERNANCE", "RetainUntilDate": in_minutes(10)}
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": in_minutes(5)}

    with pytest.raises(ClientError):
        client.delete_object(**place, BypassGovernanceRetention=True)
    for retention in (weaker, shorter):
        with pytest.raises(ClientError):
            client.put_object_retention(**place, Retention=retention, BypassGovernanceRetention=True)
    assert s3.all_of(blob) == DATA


def test_what_is_put_over_a_blob_does_not_change_it(s3: StoreUnderTest, s3_server: S3Server) -> None:
    """A newer version, or a delete marker, is noticed; the pinned version is still read."""
    client = s3_server.client()
    for spoil in ("put_object", "delete_object"):
        blob = s3.stored(DATA)
        upload = blob.place.partition(":")[0]
        key = next(
            each["Key"]
            for each in client.list_object_versions(Bucket=s3_server.bucket)["Versions"]
            if each["Key"].endswith(upload)
        )
        getattr(client, spoil)(Bucket=s3_server.bucket, Key=key)

        assert not s3.blobs.is_current(blob)
        assert s3.all_of(blob) == DATA


@pytest.mark.parametrize(
    ("media_type", "sent_as"),
    [
        ("text/csv", "text/csv"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
    ],
)
def test_a_download_is_signed_for_one_version_as_an_attachment(
    s3_server: S3Server, tmp_path: Path, media_type: str, sent_as: str
) -> None:
    """What a browser would run is not even named as such; one letter changed and the URL opens nothing."""
    settings = s3_settings(s3_server, tmp_path)
    blob = s3_store(settings).stored(DATA)
    stored = StoredBlob(Digests(blob.sha256, digests_of(DATA).sha512), len(DATA), blob.place)
    url = open_store(settings).urls.blob(stored, name="mesures é.csv", media_type=media_type, expires_at=in_minutes(5))
    answer = httpx.get(url, headers={"Range": "bytes=2-4"})

    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''mesures%20%C3%A9.csv"
    assert httpx.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403


def test_an_absent_server_is_unavailable_and_nothing_else(s3_server: S3Server, tmp_path: Path) -> None:
    """An outage must never look like lost or broken bytes."""
    settings = s3_settings(s3_server, tmp_path)
    blob = s3_store(settings).stored(DATA)
    absent = open_store(settings.model_copy(update={"s3_url": "http://127.0.0.1:9"}))

    assert not absent.blobs.answers()
    for ask in (absent.blobs.size_of, absent.blobs.is_current, absent.blobs.remove):
        with pytest.raises(Unavailable):
            ask(blob)
    with pytest.raises(Unavailable):
        list(absent.blobs.read(blob, 0, len(DATA)))
