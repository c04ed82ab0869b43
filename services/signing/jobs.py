"""Seal circuits and make evidence files, in a process of its own that ends when nothing waits."""

from chassis import logging
from chassis.jobs import Job, JobLoop, Progress
from contracts.identifiers import CircuitId
from services.signing.use_cases.finish_intent import EVIDENCE_JOB, SEAL_JOB
from services.signing.wiring import House, assemble


class SigningJobs:
    """Each job may run twice or die half-way: the use cases see what is done already."""

    def __init__(self, house: House) -> None:
        self._house = house

    def seal(self, job: Job, _: Progress) -> dict[str, str]:
        """Seal a circuit; the evidence file follows as a job of its own."""
        self._house.acts.seal(CircuitId(job.payload["circuit"]))
        return {}

    def build_evidence(self, job: Job, _: Progress) -> dict[str, str]:
        """Make the evidence file of a sealed circuit."""
        self._house.acts.build_evidence(CircuitId(job.payload["circuit"]))
        return {}


def main() -> None:
    """Do what waits, then end."""
    logging.configure("signing.jobs")
    house = assemble()
    jobs = SigningJobs(house)
    try:
        JobLoop(house.engine).run({SEAL_JOB: jobs.seal, EVIDENCE_JOB: jobs.build_evidence})
    finally:
        house.bus.close()
        house.engine.dispose()


if __name__ == "__main__":
    main()
