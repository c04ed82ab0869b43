"""Do steps over and over in a thread beside the bus (green where the process is patched)."""

import threading
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from contracts.errors import PaillasseError

STOP_SECONDS = 5.0

log = structlog.get_logger()


class Rounds:
    """
    Run ``steps`` in turn, at once again while one of them worked, else after ``idle_seconds`` or a ``wake``.

    A database that restarts, a bus that is away or a full disk costs a round, never the thread.
    """

    def __init__(self, name: str, steps: Sequence[Callable[[], bool]], *, idle_seconds: float) -> None:
        self._name = name
        self._steps = steps
        self._idle_seconds = idle_seconds
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            if not self._round():
                self._wake.wait(self._idle_seconds)

    def _round(self) -> bool:
        # Every step has its turn in every round, whether or not one before it worked.
        worked = [self._works(step) for step in self._steps]
        return any(worked)

    def _works(self, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except PaillasseError as error:
            log.warning("round_postponed", rounds=self._name, code=error.code, detail=error.detail)
        except (SQLAlchemyError, OSError) as error:
            log.warning("round_postponed", rounds=self._name, reason=type(error).__name__)
        return False
