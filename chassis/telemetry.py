"""Measure what every process does, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# Seconds; the budget of a call is two.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

CALL_SECONDS = Histogram(
    "paillasse_call_seconds",
    "Time a call spent in its handler, by what came of it.",
    ["service", "method", "outcome"],
    buckets=_BUCKETS,
    registry=REGISTRY,
)
CALLS_SHED = Counter("paillasse_calls_shed", "Calls refused because their time was up.", ["service"], registry=REGISTRY)
EVENT_SECONDS = Histogram(
    "paillasse_event_seconds",
    "Time an event spent in its handler, by what came of it.",
    ["service", "method", "outcome"],
    buckets=_BUCKETS,
    registry=REGISTRY,
)
MESSAGES_REFUSED = Counter(
    "paillasse_messages_refused", "Messages sent to a dead-letter queue.", ["queue", "reason"], registry=REGISTRY
)
OUTBOX_PUBLISHED = Counter("paillasse_outbox_published", "Events published.", ["house"], registry=REGISTRY)
OUTBOX_RETURNED = Counter(
    "paillasse_outbox_returned", "Events nobody listens to yet: kept.", ["house"], registry=REGISTRY
)
OUTBOX_WAITING = Gauge("paillasse_outbox_waiting", "Events not yet published.", ["house"], registry=REGISTRY)
OUTBOX_AGE_SECONDS = Gauge(
    "paillasse_outbox_age_seconds", "Age of the oldest event not yet published.", ["house"], registry=REGISTRY
)
JOB_SECONDS = Histogram(
    "paillasse_job_seconds",
    "Time a job took, by what came of it.",
    ["house", "kind", "outcome"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Write all measures in the Prometheus text format."""
    return generate_latest(REGISTRY)
