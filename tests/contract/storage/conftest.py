"""Each store of bytes in turn."""

from pathlib import Path

import pytest

from tests.builders.stores import StoreUnderTest, directory_store, fake_store, s3_settings, s3_store
from tests.servers.running import S3Server


@pytest.fixture(params=["fake", "directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StoreUnderTest:
    """The fake, the directory, and S3 where there is one."""
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3_server")
        return s3_store(s3_settings(server, tmp_path))
    return fake_store() if request.param == "fake" else directory_store(tmp_path)
