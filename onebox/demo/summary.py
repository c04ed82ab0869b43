"""Record what each step of the main job did: outcome, counts, seconds, and why it failed."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not_applicable"]


class StepFailed(Exception):
    """A step did not do what it must; the message says what was seen."""


@dataclass(slots=True)
class Step:
    """One step; ``counts`` are what it handled."""

    name: str
    outcome: Outcome = "passed"
    reason: str = ""
    seconds: float = 0.0
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """All steps so far, written to ``DIR/summary.json`` after each: a killed run leaves a true account."""

    path: Path
    archive: str
    steps: list[Step] = field(default_factory=list)

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[Step]:
        """Run one step; whatever ends it is recorded before it goes up."""
        step, started = Step(name), time.monotonic()
        self.steps.append(step)
        try:
            yield step
        except BaseException as error:
            step.outcome, step.reason = "failed", f"{type(error).__name__}: {error}"
            raise
        finally:
            step.seconds = round(time.monotonic() - started, 3)
            self.write()

    @property
    def passed(self) -> bool:
        """Whether no step failed."""
        return bool(self.steps) and all(step.outcome != "failed" for step in self.steps)

    def write(self) -> None:
        """Write the account so far."""
        account = {
            "archive": self.archive,
            "outcome": "passed" if self.passed else "failed",
            "seconds": round(sum(step.seconds for step in self.steps), 3),
            "steps": [
                {"name": s.name, "outcome": s.outcome, "reason": s.reason, "seconds": s.seconds, "counts": s.counts}
                for s in self.steps
            ],
        }
        self.path.write_text(json.dumps(account, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
