"""The whole system on each store of bytes."""

from pathlib import Path

import pytest

from onebox.servers.minio import PROGRAM_VARIABLE, MinioMissing, find_program
from onebox.servers.opensearch import OpensearchMissing, find_server
from tests.e2e.system import SAMPLE, System, running_system
from tests.servers.processes import wait_until


def test_rows_and_files_agree(system: System) -> None:
    """Whatever was uploaded, imported, signed and sealed: every row has its bytes, and no bytes are unknown."""
    assert system.rows_and_files_agree()


@pytest.mark.full
@pytest.mark.timeout(400)
def test_the_main_job_comes_through_on_s3_and_opensearch(tmp_path: Path) -> None:
    """Every byte in a bucket, every page in the other engine; each dies in between, and nothing is lost."""
    try:
        find_program()
        find_server()
    except MinioMissing as missing:
        pytest.skip(f"{missing}; {PROGRAM_VARIABLE} names it")
    except OpensearchMissing as missing:
        pytest.skip(str(missing))
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    with running_system(tmp_path / "data", "--store", "s3", "--search", "opensearch") as system:
        first = system.run_main_job(SAMPLE, tmp_path / "first")
        for program in ("minio", "storage", "opensearch", "search"):
            system.wait_restarted(program, after=system.kill(program))
        second = system.run_main_job(SAMPLE, tmp_path / "second")

        assert (first.passed, second.passed) == (True, True)
        assert system.rows_and_files_agree()
        wait_until(system.index_agrees, what="search verify: clean", seconds=60)
