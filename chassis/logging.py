"""Set up structured logs: one line an event, JSON unless a person is watching."""

import logging
import sys
from typing import Any

import orjson
import structlog

# Libraries that talk too much at INFO, or that log what we log ourselves at our own edge.
_QUIET = ("nameko", "kombu", "amqp", "alembic", "sqlalchemy", "aiormq", "asyncio", "uvicorn.access", "httpx")


def configure(process: str, *, level: str = "INFO") -> None:
    """Send our events, and what libraries log, to standard output as lines that name ``process``."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    watched = sys.stdout.isatty()
    render: Any = structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(_dump_text)

    def name_process(_logger: Any, _method: str, event: Any) -> Any:
        event["process"] = process
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
    ]
    if not watched:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    _adopt_libraries(shared, render, threshold)


def _adopt_libraries(shared: list[Any], render: Any, threshold: int) -> None:
    """Render what libraries log by the standard module as our own lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def _dump_text(event: Any, **_options: Any) -> str:
    """Write one event as JSON; what JSON does not know is written as its text."""
    return orjson.dumps(event, default=str).decode()
