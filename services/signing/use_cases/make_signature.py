"""Use a key: sign, have it dated twice, and check the result before anybody sees it."""

import hashlib
from dataclasses import dataclass

from services.signing.domain import cades
from services.signing.domain.certificate import SigningKey
from services.signing.domain.leaf import SALT_BYTES, signature_leaf
from services.signing.domain.signature import Intent, Made
from services.signing.ports.machines import (
    Clock,
    KeyVault,
    Randomness,
    Reached,
    TimestampAuthorities,
    TrustFolder,
)

_SERIAL_BYTES = 19  # 152 bits and positive: RFC 5280 §4.1.2.2


@dataclass(frozen=True)
class MakeSignature:
    """
    Turn an intent that is on record into a signature that is not yet.

    A one-time key exists only here: whoever resumes after a crash makes another for the same statement.
    """

    vault: KeyVault
    authorities: TimestampAuthorities
    trust: TrustFolder
    clock: Clock
    random: Randomness
    reached: Reached

    def __call__(self, intent: Intent) -> Made:
        """Raises Unavailable when nobody gives us the time, IntegrityBroken when our own output does not hold."""
        key = self._key(intent)
        self.reached("key_made")
        signed = cades.sign(intent.manifest, key=key, at=self.clock.now())
        self.reached("signed")
        token = self.authorities.stamp(signed.imprint)
        self.reached("stamped")
        p7s = cades.assemble(signed, key=key, token=token.encoded, crls=self.trust.crls())
        p7s_token = self.authorities.stamp(hashlib.sha256(p7s).digest())
        self.reached("stamped_twice")
        cades.check_own(p7s, manifest=intent.manifest, key=key, issuer=self.trust.issuing_certificate())
        return Made(
            p7s=p7s,
            p7s_token=p7s_token.encoded,
            gen_time=token.gen_time,
            leaf=signature_leaf(intent.manifest, p7s=p7s, salt=self.random.token(SALT_BYTES), subject=intent.id),
        )

    def _key(self, intent: Intent) -> SigningKey:
        if intent.step is None:
            return self.vault.seal()
        return self.vault.issuer().issue(
            intent.signer,
            statement_digest=hashlib.sha256(intent.statement).digest(),
            at=self.clock.now(),
            serial=int.from_bytes(self.random.token(_SERIAL_BYTES), "big") | 1,
        )
