"""
Do the long work of storage in an un-patched process: reading inside files.

Started on demand by ``chassis.jobs.JobStarter`` (``python -m services.storage.jobs``); ends after a minute of idleness.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from chassis.jobs import ATTEMPTS, Handler, Job, JobLoop, Progress
from chassis.logging import configure
from contracts.identifiers import Sha256
from services.storage.domain.reading import JOB_KIND
from services.storage.use_cases.read_file import ReadFile
from services.storage.wiring import assemble_jobs

log = structlog.get_logger()


def handlers(read_file: ReadFile) -> Mapping[str, Handler]:
    """Return what this process knows to do, by kind of job."""

    def read(job: Job, _progress: Progress) -> dict[str, Any]:
        sha256 = Sha256(job.payload["sha256"])
        if job.attempt > ATTEMPTS:
            # Each attempt before took this whole process with it.
            read_file.give_up(sha256)
            return {}
        found = read_file(sha256)
        if found is None:
            return {}
        log.info("file_read", sha256=sha256, status=found.status, reason=found.reason, media_type=found.media_type)
        return {"status": found.status}

    return {JOB_KIND: read}


def main() -> None:
    """Do jobs until there were none for a while."""
    configure("storage.jobs")
    house = assemble_jobs()
    try:
        JobLoop(house.engine).run(handlers(house.read_file))
    finally:
        house.close()


if __name__ == "__main__":
    main()
