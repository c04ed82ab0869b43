"""Hold a ceremony: n statements, one challenge, one proof of identity (docs/evidence-format.md §10)."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.identifiers import Actor, CeremonyId, EntryId, EntryReference, PersonId, Sha256, StepId
from contracts.identifiers import Ceremony as Proof
from services.signing.domain.canonical import canonical
from services.signing.domain.challenge import CLOCK_TOLERANCE_SECONDS, MAX_PROOF_AGE_SECONDS, challenge_over

# Time to read the sentences and to find the key.
LIFETIME = dt.timedelta(minutes=5)
WEBAUTHN = "webauthn"
_ASSERTION_PARTS = frozenset({"client_data_json", "authenticator_data", "signature", "public_key"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement of a ceremony, ready to be signed."""

    step: StepId
    entry: EntryId
    reference: EntryReference
    intent_text: str
    statement: bytes

    @property
    def digest(self) -> Sha256:
        """Return the SHA-256 of the statement."""
        return Sha256(hashlib.sha256(self.statement).hexdigest())


@dataclass(frozen=True, slots=True)
class Ceremony:
    """``proof`` is none until identity was proven; then it is settled for good."""

    id: CeremonyId
    person: PersonId
    method: str
    prepared: tuple[Prepared, ...]
    expires_at: dt.datetime
    proof: Proof | None = None
    assertion: Mapping[str, str] | None = None

    @property
    def challenge(self) -> Sha256:
        """Return what the proof of identity must be over."""
        return challenge_over([item.digest for item in self.prepared])

    def proven(self, actor: Actor, *, assertion: Mapping[str, str] | None, now: dt.datetime) -> "Ceremony":
        """
        Accept the proof the gateway verified, once.

        Raises NotFound to anybody else than who opened it, Forbidden when the proof is of another ceremony, too old,
        of another method, or when a personal access token asks; Conflict when the ceremony is over.
        """
        if actor.person != self.person:
            raise NotFound(ceremony=self.id)
        if actor.session is None or actor.token is not None:
            raise Forbidden(reason="needs_a_session")
        proof = actor.ceremony
        if proof is None or proof.id != self.id or proof.challenge != self.challenge:
            raise Forbidden(reason="proof_of_another_ceremony")
        if proof.method != self.method:
            raise Forbidden(reason="proof_by_another_method")
        age = now.timestamp() - proof.auth_time
        if not -CLOCK_TOLERANCE_SECONDS <= age <= MAX_PROOF_AGE_SECONDS:
            raise Forbidden(reason="proof_too_old")
        if now > self.expires_at:
            raise Conflict(reason="ceremony_expired")
        _check_assertion(self.method, assertion)
        return replace(self, proof=proof, assertion=assertion)

    def evidence(self) -> bytes:
        """Return the bytes of ``ceremonyNNN.json``."""
        if self.proof is None:
            raise Conflict(reason="not_proven")
        return canonical(
            {
                "v": 1,
                "id": self.id,
                "method": self.proof.method,
                "credential_id": self.proof.credential_id,
                "auth_time": self.proof.auth_time,
                "challenge": self.challenge,
                "statements": [item.digest for item in self.prepared],
                "assertion": None if self.assertion is None else dict(self.assertion),
            }
        )


def _check_assertion(method: str, assertion: Mapping[str, str] | None) -> None:
    if method == WEBAUTHN and (assertion is None or set(assertion) != _ASSERTION_PARTS):
        raise Invalid(reason="assertion_missing")
    if method != WEBAUTHN and assertion is not None:
        raise Invalid(reason="assertion_unexpected")
