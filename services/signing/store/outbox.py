"""Say as events what the domain says as facts; the one place that knows both."""

from dataclasses import asdict

from contracts.envelope import Event
from contracts.signing import events
from services.signing.domain import facts
from services.signing.domain.facts import Fact

_EVENTS: dict[type[Fact], type[Event]] = {
    facts.CircuitStarted: events.CircuitStarted,
    facts.StepDue: events.StepDue,
    facts.CircuitRestarted: events.CircuitRestarted,
    facts.CircuitReturned: events.CircuitReturned,
    facts.StepSigned: events.StepSigned,
    facts.EntrySealed: events.EntrySealed,
    facts.EvidenceReady: events.EvidenceReady,
    facts.CheckpointPublished: events.CheckpointPublished,
    facts.IntegrityBroken: events.IntegrityBroken,
}


def event_of(fact: Fact) -> Event:
    """Return the event of a fact: same name, same fields."""
    return _EVENTS[type(fact)].model_validate(asdict(fact))
