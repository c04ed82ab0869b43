"""Collect the reasons why a file is refused, each with a stable code and the place it was found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Refusal(Exception):
    """Say that one thing in the file is wrong: a ``code`` for programs, a ``place`` in the file, a ``detail``."""

    def __init__(self, code: str, place: str, detail: str = "") -> None:
        super().__init__(f"{code} {place} {detail}".strip())
        self.code = code
        self.place = place
        self.detail = detail


@dataclass(frozen=True)
class Reason:
    """One reason in a verdict."""

    code: str
    place: str
    detail: str


@dataclass
class Findings:
    """Keep going after a refusal where the next check does not depend on it."""

    reasons: list[Reason] = field(default_factory=list)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Note a refusal raised inside, and go on after the block."""
        try:
            yield
        except Refusal as refusal:
            reason = Reason(refusal.code, refusal.place, refusal.detail)
            if reason not in self.reasons:
                self.reasons.append(reason)


def demand(condition: object, code: str, place: str, detail: str = "") -> None:
    """Refuse unless ``condition`` holds."""
    if not condition:
        raise Refusal(code, place, detail)
