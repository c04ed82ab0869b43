"""Hold an act of signing: the intent before a key is used, the signature after."""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from contracts.identifiers import CeremonyId, CircuitId, EntryId, ReceiptId, Sha256, StepId
from services.signing.domain.leaf import LeafDraft
from services.signing.domain.statement import SignerIdentity

IntentState = Literal["open", "done", "void"]
# genTime - auth_time <= 600 s (docs/evidence-format.md §10), less what an authority may take to answer.
_PROOF_HOLDS_SECONDS = 570
# How long whoever works on an intent is left alone.
LEASE = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be signed; ``step``, ``ceremony`` and ``auth_time`` are none for the seal."""

    id: ReceiptId
    circuit: CircuitId
    step: StepId | None
    ceremony: CeremonyId | None
    number: int
    role: str
    signer: SignerIdentity
    statement: bytes
    manifest: bytes
    auth_time: int | None
    lease_until: dt.datetime
    state: IntentState = "open"

    def is_too_late(self, now: dt.datetime) -> bool:
        """Tell whether the proof of identity no longer carries a signature."""
        return self.auth_time is not None and now.timestamp() - self.auth_time > _PROOF_HOLDS_SECONDS

    def settled(self, state: IntentState) -> "Intent":
        """Return the intent as done or void."""
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished signature file with its time, before it is on record."""

    p7s: bytes
    p7s_token: bytes
    gen_time: dt.datetime
    leaf: LeafDraft


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature on record; its leaf is in the log. ``id`` is that of its intent and receipt."""

    id: ReceiptId
    circuit: CircuitId
    entry: EntryId
    step: StepId | None
    number: int
    role: str
    signer: SignerIdentity
    statement: bytes
    manifest: bytes
    p7s: bytes
    p7s_token: bytes
    gen_time: dt.datetime
    leaf_index: int
    leaf: bytes
    salt: bytes
    ceremony: bytes | None

    @property
    def p7s_digest(self) -> Sha256:
        """Return what the next statement calls the previous signature."""
        return Sha256(hashlib.sha256(self.p7s).hexdigest())


def recorded(intent: Intent, made: Made, *, entry: EntryId, leaf_index: int, ceremony: bytes | None) -> Signature:
    """Join intent and result into the record."""
    return Signature(
        id=intent.id,
        circuit=intent.circuit,
        entry=entry,
        step=intent.step,
        number=intent.number,
        role=intent.role,
        signer=intent.signer,
        statement=intent.statement,
        manifest=intent.manifest,
        p7s=made.p7s,
        p7s_token=made.p7s_token,
        gen_time=made.gen_time,
        leaf_index=leaf_index,
        leaf=made.leaf.data,
        salt=made.leaf.salt,
        ceremony=ceremony,
    )
