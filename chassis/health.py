"""Answer ``/livez``, ``/readyz`` and ``/metrics`` on a side port; plain threads, or green ones where patched."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chassis.settings import HealthSettings
from chassis.telemetry import exposition

# A loop that has not beaten for this long is late; for the second, it is dead.
READY_SECONDS = 5.0
ALIVE_SECONDS = 30.0


class Pulse:
    """Know whether the loops of this process still turn, and whether it accepts work."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beats: dict[str, float] = {}
        self._started = False
        self._draining = False

    def beat(self, loop: str) -> None:
        """Note that a loop went round."""
        self._beats[loop] = self._clock()

    def start(self) -> None:
        """Note that everything is assembled and served."""
        self._started = True

    def drain(self) -> None:
        """Note that the end has been asked for: no new work."""
        self._draining = True

    def age_seconds(self) -> float:
        """Return how long ago the slowest loop went round; 0 without loops."""
        now = self._clock()
        return max((now - beat for beat in list(self._beats.values())), default=0.0)

    @property
    def draining(self) -> bool:
        """Say whether the end has been asked for."""
        return self._draining

    def is_alive(self) -> bool:
        """Say whether a restart would not help; stays true while draining."""
        return self.age_seconds() < ALIVE_SECONDS

    def is_ready(self) -> bool:
        """Say whether work is welcome."""
        return self._started and not self._draining and self.age_seconds() < READY_SECONDS


class _Handler(BaseHTTPRequestHandler):
    """Answer three paths; log nothing."""

    server: "HealthServer"
    timeout = 5

    def do_GET(self) -> None:
        """Answer one probe."""
        pulse = self.server.pulse
        if self.path == "/metrics":
            self._answer(200, exposition(), "text/plain; version=0.0.4; charset=utf-8")
            return
        checks = {"/livez": pulse.is_alive, "/readyz": pulse.is_ready}
        if self.path not in checks:
            self._answer(404, b"no such path\n")
            return
        good = checks[self.path]()
        self._answer(
            200 if good else 503, f"loop age {pulse.age_seconds():.2f} s, draining {pulse.draining}\n".encode()
        )

    def _answer(self, status: int, body: bytes, content_type: str = "text/plain") -> None:
        """Write one short response."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Keep quiet: probes come every few seconds."""


class HealthServer(ThreadingHTTPServer):
    """Serve the probes of one process."""

    daemon_threads = True

    def __init__(self, settings: HealthSettings, pulse: Pulse) -> None:
        super().__init__((settings.health_host, settings.health_port), _Handler)
        self.pulse = pulse

    def start(self) -> None:
        """Answer from now on, beside the caller."""
        threading.Thread(target=self._serve, name="health", daemon=True).start()

    def _serve(self) -> None:
        """Accept for ever; ``serve_forever`` would wake twice a second for nothing."""
        while True:
            try:
                request, address = self.get_request()
            except OSError:
                return
            self.process_request(request, address)
