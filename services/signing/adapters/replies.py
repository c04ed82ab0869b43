"""Say in the words of the contract what the use cases return."""

import base64

from contracts.signing import calls
from services.signing.domain.ceremony import Ceremony
from services.signing.domain.circuit import Circuit, Step
from services.signing.domain.views import InboxItem, LogFile, Receipt


def circuit_reply(circuit: Circuit) -> calls.Circuit:
    """Return a circuit with its steps in order."""
    page = circuit.page
    return calls.Circuit.model_validate(
        {
            "id": circuit.id,
            "entry": circuit.entry,
            "reference": page.reference,
            "title": page.title,
            "revision": page.revision,
            "state": circuit.state,
            "steps": [_step(step) for step in circuit.steps],
            "started_by": circuit.started_by,
            "started_at": circuit.started_at,
            "sealed_at": circuit.sealed_at,
            "evidence_ready": circuit.evidence_sha256 is not None,
        }
    )


def _step(step: Step) -> dict[str, object]:
    names = ("id", "stage", "role", "meaning", "person", "person_name", "state", "signed_at", "receipt", "reason")
    return {name: getattr(step, name) for name in names}


def ceremony_reply(ceremony: Ceremony) -> calls.Ceremony:
    """Return an open ceremony."""
    steps = tuple(
        calls.CeremonyStep(
            step=item.step,
            entry=item.entry,
            reference=item.reference,
            intent_text=item.intent_text,
            statement_sha256=item.digest,
        )
        for item in ceremony.prepared
    )
    return calls.Ceremony(id=ceremony.id, challenge=ceremony.challenge, steps=steps, expires_at=ceremony.expires_at)


def inbox_reply(items: tuple[InboxItem, ...], next_cursor: str | None) -> calls.InboxList:
    """Return a slice of an inbox."""
    return calls.InboxList(items=tuple(_inbox_item(item) for item in items), next_cursor=next_cursor)


def _inbox_item(item: InboxItem) -> calls.InboxItem:
    page, step = item.circuit.page, item.step
    return calls.InboxItem.model_validate(
        {
            "step": step.id,
            "circuit": item.circuit.id,
            "entry": item.circuit.entry,
            "reference": page.reference,
            "title": page.title,
            "revision": page.revision,
            "role": step.role,
            "meaning": step.meaning,
            "intent_text": item.intent_text,
            "waiting_since": step.waiting_since,
        }
    )


def receipt_reply(receipt: Receipt) -> calls.Receipt:
    """Return a receipt; without a signature it says that time is awaited."""
    intent, signature = receipt.intent, receipt.signature
    return calls.Receipt.model_validate(
        {
            "id": intent.id,
            "step": intent.step or "",
            "entry": receipt.circuit.entry,
            "reference": receipt.circuit.page.reference,
            "role": intent.role,
            "signed_at": signature.gen_time if signature else None,
            "state": "signed" if signature else "time_pending",
            "statement": _base64(intent.statement),
            "signature": _base64(signature.p7s) if signature else "",
            "leaf_index": signature.leaf_index if signature else -1,
            "leaf": _base64(signature.leaf) if signature else "",
            "salt": _base64(signature.salt) if signature else "",
            "tlog_proof": receipt.tlog_proof,
        }
    )


def log_file_reply(file: LogFile) -> calls.LogFile:
    """Return a file of the log."""
    return calls.LogFile(content=_base64(file.content), media_type=file.media_type, immutable=file.immutable)


def evidence_reply(circuit: Circuit, url: str | None) -> calls.Evidence:
    """Return where the evidence file is."""
    return calls.Evidence(
        ready=url is not None,
        url=url,
        name=circuit.page.evidence_name,
        size_bytes=circuit.evidence_size_bytes,
        sha256=circuit.evidence_sha256,
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
