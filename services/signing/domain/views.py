"""Hold what readers are shown: inbox items, receipts, files of the log."""

from dataclasses import dataclass

from services.signing.domain.circuit import Circuit, Step
from services.signing.domain.signature import Intent, Signature


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One act that waits, with the exact sentence of it."""

    circuit: Circuit
    step: Step
    intent_text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An intent with what became of it; ``signature`` is none while the time is not certain."""

    intent: Intent
    circuit: Circuit
    signature: Signature | None = None
    tlog_proof: str = ""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file's bytes; a head changes, a tile never does."""

    content: bytes
    media_type: str
    immutable: bool
