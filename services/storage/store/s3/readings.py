"""Do long readings beside the calls that ask for them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from contracts.errors import Unavailable
from services.storage.domain.digests import Digests

# Two at once: each takes a connection and most of a core.
_AT_ONCE = 2
# Results nobody came back for; one that is forgotten is read again.
_REMEMBERED = 64


class Readings:
    """
    Read each file once, however often it is asked for meanwhile.

    A caller waits ``patience_seconds``, shorter than any deadline on the bus; a file that takes longer goes on being
    read, and the caller comes back. In a patched process the threads are green.
    """

    def __init__(self, *, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(_AT_ONCE)
        self._readings: dict[str, tuple[threading.Event, Future[Digests]]] = {}

    def result_of(self, key: str, work: Callable[[], Digests]) -> Digests:
        """
        Return what ``work`` returns, or raise what it raises.

        Raises:
            Unavailable: It is still under way.

        """
        with self._lock:
            done, result = self._readings.get(key) or self._begin(key, work)
        if not done.wait(self._patience_seconds):
            raise Unavailable(reason="checking", retry_after_seconds="5")
        with self._lock:
            self._readings.pop(key, None)
        return result.result(0)

    def _begin(self, key: str, work: Callable[[], Digests]) -> tuple[threading.Event, "Future[Digests]"]:
        for old in [name for name, (done, _) in self._readings.items() if done.is_set()][:-_REMEMBERED]:
            del self._readings[old]
        done: threading.Event = threading.Event()
        result: Future[Digests] = Future()
        self._readings[key] = done, result
        threading.Thread(target=self._run, args=(work, done, result), daemon=True, name="reading").start()
        return done, result

    def _run(self, work: Callable[[], Digests], done: threading.Event, result: "Future[Digests]") -> None:
        with self._slots:
            try:
                result.set_result(work())
            except Exception as error:  # noqa: BLE001 -- handed to whoever asked
                result.set_exception(error)
            finally:
                done.set()
