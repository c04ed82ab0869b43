"""``paillasse demo --once``: run the main job on a running demonstration, and say how it went."""

from pathlib import Path

from onebox.demo import main_job
from onebox.demo.furniture import SAMPLE
from onebox.demo.site import Site
from onebox.demo.summary import Summary

_SIGNS = {"passed": "ok", "failed": "FAILED", "not_applicable": "n/a"}


async def run_once(site: Site, *, eln: Path | None, out: Path) -> int:
    """Run the main job on an archive (the project's own sample when none is given); return the exit code."""
    archive = eln or SAMPLE
    if not archive.is_file():
        print(f"{archive}: no such file")
        return 2
    summary = await main_job.run(site, archive=archive, out=out)
    _tell(summary)
    return 0 if summary.passed else 1


def _tell(summary: Summary) -> None:
    for step in summary.steps:
        counts = ", ".join(f"{name} {value}" for name, value in step.counts.items() if name not in {"said", "sha256"})
        print(f"  {_SIGNS[step.outcome]:<6} {step.name:<24} {step.seconds:6.2f} s  {step.reason or counts}")
    print(f"{summary.archive}: {'passed' if summary.passed else 'FAILED'}, account in {summary.path}", flush=True)
