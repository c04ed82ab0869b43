"""How often one may ask."""

from contextlib import suppress
from dataclasses import dataclass

from gateway.problems import GatewayProblem
from gateway.rates import Rates


@dataclass
class Clock:
    """A time that stands until it is moved, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def passed(rates: Rates, clock: Clock, *, calls: int, apart: float, key: str = "ada") -> int:
    """Return how many of so many calls pass, so many seconds apart."""
    answers = 0
    for _ in range(calls):
        clock.now += apart
        with suppress(GatewayProblem):
            rates.take(key)
            answers += 1
    return answers


def test_a_burst_passes_and_then_the_rate() -> None:
    """Ten in the same instant after a rest, then as many as come in with time."""
    clock = Clock()
    rates = Rates(a_second=5, at_once=10, clock=clock)

    assert passed(rates, clock, calls=30, apart=0) == 10
    clock.now += 1
    assert passed(rates, clock, calls=30, apart=0) == 5


def test_who_asks_far_too_often_still_gets_their_share() -> None:
    """A refused call costs nothing: a script run wild does not lock out the page open beside it."""
    clock = Clock()
    rates = Rates(a_second=5, at_once=10, clock=clock)
    passed(rates, clock, calls=10, apart=0)

    assert 49 <= passed(rates, clock, calls=1_000, apart=0.01) <= 50


def test_one_who_asks_too_often_takes_nothing_from_others() -> None:
    """Each key has its own bucket."""
    clock = Clock()
    rates = Rates(a_second=5, at_once=10, clock=clock)
    passed(rates, clock, calls=30, apart=0)

    assert passed(rates, clock, calls=10, apart=0, key="bob") == 10
