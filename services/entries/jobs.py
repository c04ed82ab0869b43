"""
Do the long work of entries in an un-patched process: imports.

Started on demand by ``chassis.jobs.JobStarter`` (``python -m services.entries.jobs``); ends after a minute of idleness.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from chassis.jobs import ATTEMPTS, Handler, Job, JobLoop, Progress
from chassis.logging import configure
from contracts.errors import PaillasseError, Unavailable
from contracts.identifiers import ImportId
from services.entries.use_cases.run_import import RunImport
from services.entries.use_cases.start_import import JOB_KIND
from services.entries.wiring import assemble_jobs

log = structlog.get_logger()


def handlers(run_import: RunImport) -> Mapping[str, Handler]:
    """Return what this process knows to do, by kind of job."""

    def import_archive(job: Job, _progress: Progress) -> dict[str, Any]:
        identifier = ImportId(job.payload["import"])
        try:
            row = run_import(identifier)
        except Unavailable:
            # The loop tries again later; after the last time the import must not seem to go on for ever.
            if job.attempt >= ATTEMPTS:
                run_import.refuse(identifier, code="unavailable")
            raise
        except PaillasseError as error:
            run_import.refuse(identifier, code=error.code)
            raise
        except Exception:
            # A rim of the program: whatever bug an archive finds in us ends its import and nothing else.
            log.exception("import_failed", import_id=identifier)
            run_import.refuse(identifier, code="internal")
            raise
        log.info("import_ended", import_id=row.id, state=row.state, pages=len(row.made), repeated=row.repeated)
        return {"state": row.state}

    return {JOB_KIND: import_archive}


def main() -> None:
    """Do jobs until there were none for a while."""
    configure("entries.jobs")
    house = assemble_jobs()
    try:
        JobLoop(house.engine).run(handlers(house.run_import))
    finally:
        house.close()


if __name__ == "__main__":
    main()
