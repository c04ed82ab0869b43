"""Bound how often one may ask: a bucket that fills with time, kept in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from gateway.problems import GatewayProblem

# Whoever asked longest ago is forgotten first: their bucket is full again anyway.
REMEMBERED = 10_000


@dataclass(slots=True)
class Rates:
    """Let ``a_second`` calls a second pass for each key, and ``at_once`` after a rest; 429 beyond."""

    a_second: float
    at_once: float
    clock: Callable[[], float] = time.monotonic
    seen: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: Hashable) -> None:
        """Count one call; one refused costs nothing, so that whoever calls too often still gets their share."""
        now = self.clock()
        left, last = self.seen.pop(key, (self.at_once, now))
        left = min(self.at_once, left + (now - last) * self.a_second)
        passes = left >= 1
        self.seen[key] = (left - 1 if passes else left, now)
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        if not passes:
            raise GatewayProblem("too_many", reason="rate", retry_after_seconds="1")
