"""Run one house: ``python -m chassis.bus.runner services.entries.service``.

Every class of the module with a ``name`` is served, in one patched process, until SIGTERM.
"""

from chassis.bus.green import eventlet

if __name__ == "__main__":
    # Before anything else is imported, and nowhere but here: a patched process is a decision of its entry point.
    eventlet.monkey_patch()

import importlib
import inspect
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import structlog
from eventlet.semaphore import Semaphore
from nameko.runners import ServiceRunner

from chassis.bus import tokens
from chassis.bus.consumers import PLANT, Plant
from chassis.bus.edge import Assembled
from chassis.bus.replies import Replier
from chassis.garbage import spare_what_stays
from chassis.health import HealthServer, Pulse
from chassis.logging import configure
from chassis.settings import BusSettings, EdgeSettings, HealthSettings, IdentitySettings, LogSettings

# How often the main thread looks whether the end has been asked for.
WATCH_SECONDS = 0.25

log = structlog.get_logger()


def service_classes(module: ModuleType) -> list[type]:
    """Return the classes a module, or package, defines to be served."""
    inside = f"{module.__name__}."
    return [
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if f"{each.__module__}.".startswith(inside) and isinstance(getattr(each, "name", None), str)
    ]


def assemble_houses(classes: list[type]) -> dict[Callable[[], Any], Any]:
    """Build each house once, however many classes serve it."""
    assemblers = {
        each.assemble for served in classes for _, each in inspect.getmembers(served) if isinstance(each, Assembled)
    }
    return {assemble: assemble() for assemble in assemblers}


class Process:
    """One house being served: its containers, its house objects, its side port."""

    def __init__(self, module: ModuleType) -> None:
        bus, edge, identity = BusSettings.load(), EdgeSettings.load(), IdentitySettings.load()
        self.pulse = Pulse()
        self.health = HealthServer(HealthSettings.load(), self.pulse)
        self._grace_seconds = edge.grace_seconds
        self._replier = Replier(bus, house=identity.house)
        self._classes = service_classes(module)
        self._houses = assemble_houses(self._classes)
        plant = Plant(
            bus=bus,
            edge=edge,
            keys=tokens.read_issuers(identity.actor_issuers),
            replier=self._replier,
            pulse=self.pulse,
            event_slots=Semaphore(edge.event_workers),
            houses=self._houses,
        )
        self._runner = ServiceRunner(
            {
                PLANT: plant,
                "AMQP_URI": "memory://",  # never used: the consumers describe their own connection
                "max_workers": edge.max_workers + edge.event_workers,
                "SERVICE_CONTAINER_CLS": "chassis.bus.container.EdgeContainer",
            }
        )

    def serve(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit code, 1 when a container died on its own."""
        self.health.start()
        for each in self._classes:
            self._runner.add_service(each)
        self._runner.start()
        for house in self._houses.values():
            getattr(house, "started", lambda: None)()
        spare_what_stays()
        self.pulse.start()
        log.info("house_served", services=sorted(self._runner.service_names))
        died = eventlet.spawn(self._runner.wait)
        while not self.pulse.draining and not died.dead:
            eventlet.sleep(WATCH_SECONDS)
        failed = not self.pulse.draining
        self._drain()
        log.info("house_closed", failed=failed)
        return 1 if failed else 0

    def _drain(self) -> None:
        """Let running work finish, but not for ever: a worker may wait on a machine that never answers.

        `/readyz` says 503 from the signal on; `/livez` stays good, so that nobody shoots us meanwhile.
        """
        self.pulse.drain()
        try:
            with eventlet.Timeout(self._grace_seconds, TimeoutError):
                self._runner.stop()
        except TimeoutError:
            log.warning("grace_exceeded", seconds=self._grace_seconds)
            with eventlet.Timeout(2.0, False):
                self._runner.kill()
        for house in self._houses.values():
            house.close()
        self._replier.close()


def main(arguments: list[str]) -> int:
    """Serve the module named on the command line."""
    (name,) = arguments
    logs = LogSettings.load()
    configure(logs.house, level=logs.log_level)
    process = Process(importlib.import_module(name))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.pulse.drain())
    return process.serve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
