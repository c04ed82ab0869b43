"""Carry the deadline and correlation id of the work at hand to the calls it makes."""

from contextvars import ContextVar

# Seconds since 1970 UTC, or none outside a call.
deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
