"""Run workers: nameko's container, with the edge's own way of performing an entrypoint."""

from chassis.bus.green import eventlet  # noqa: F401 -- before nameko, which imports it aloud

# isort: split

from collections.abc import Callable
from typing import Any

from nameko.containers import ServiceContainer, WorkerContext


class EdgeContainer(ServiceContainer):  # type: ignore[misc]  # nameko has no types
    """Let the entrypoint perform its method, and settle the message with what came of it.

    The entrypoint never raises, so that no message can kill the container; an exception here is a bug of the chassis
    itself, and dying is right.
    """

    def _run_worker(self, worker_ctx: WorkerContext, handle_result: Callable[[Any], None]) -> None:
        """Inject, perform, settle."""
        self._inject_dependencies(worker_ctx)
        self._worker_setup(worker_ctx)
        entrypoint = worker_ctx.entrypoint
        method = getattr(worker_ctx.service, entrypoint.method_name)
        handle_result(entrypoint.perform(method, *worker_ctx.args))
        self._worker_result(worker_ctx, None, None)
        self._worker_teardown(worker_ctx)
