"""Bind one proof of identity to all statements of a ceremony (docs/evidence-format.md §10)."""

import hashlib
from collections.abc import Sequence

from contracts.identifiers import Sha256
from services.signing.domain.merkle import root_of

_PREFIX = b"paillasse-ceremony-v1"
# A proof of identity older than this is asked for again (decisions: step-up at each signature).
MAX_PROOF_AGE_SECONDS = 120
# The gateway's clock may run a little ahead of ours.
CLOCK_TOLERANCE_SECONDS = 5


def challenge_over(statement_digests: Sequence[Sha256]) -> Sha256:
    """Return SHA-256(prefix ‖ Merkle root of the statements' digests), a single statement included."""
    root = root_of([bytes.fromhex(digest) for digest in statement_digests])
    return Sha256(hashlib.sha256(_PREFIX + root).hexdigest())
