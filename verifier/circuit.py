"""Check the statements of a file against each other: one page, one circuit, people in order (§5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from verifier.findings import demand
from verifier.statement import Statement

CLAIM_AFTER = timedelta(seconds=300)
CLAIM_BEFORE = timedelta(hours=24)
_RANK = {"author": 1, "coauthor": 2, "witness": 3, "approver": 4, "seal": 5}
_SAME = (
    "notebook",
    "page_number",
    "entry",
    "reference",
    "revision",
    "previous_revision",
    "objects",
    "relation",
    "circuit",
    "steps",
)


def check_position(one: Statement, number: int, total: int) -> None:
    """Demand that a statement names its own place among the signatures."""
    demand(one.step == number, "circuit_step", one.place, f"step {one.step} in signature {number}")
    demand(one.steps == total, "signature_missing", one.place, f"says {one.steps} signatures, the file has {total}")


def check_previous(one: Statement, previous_digest: str | None) -> None:
    """Demand that a statement names the signature before it."""
    expected = f"sha256:{previous_digest}" if previous_digest else None
    demand(one.previous_signature == expected, "signature_chain", one.place, "prevSignature")


def check_claim(one: Statement, at: datetime) -> None:
    """Demand that the claimed time is near the proven one; it is never shown as the date."""
    fine = at - CLAIM_BEFORE <= one.claimed_at <= at + CLAIM_AFTER
    demand(fine, "claimed_time", one.place, f"{one.claimed_at:%F %T}, stamped {at:%F %T}")


def check_agreement(statements: Sequence[Statement]) -> None:
    """Demand one subject, different people, fresh nonces."""
    first = statements[0]
    for one in statements[1:]:
        for field in _SAME:
            same = getattr(one, field) == getattr(first, field)
            demand(same, "statements_disagree", one.place, field)
    people = [one.person for one in statements]
    for number, one in enumerate(statements):
        demand(one.person not in people[:number], "same_person_twice", one.place, one.name)
    nonces = [one.nonce for one in statements]
    for number, one in enumerate(statements):
        demand(one.nonce not in nonces[:number], "nonce_reused", one.place)


def check_roles(roles: Sequence[str], place: str) -> None:
    """Demand author, coauthors, witnesses, approvers, seal, in this order."""
    ranks = [_RANK[role] for role in roles]
    demand(roles[0] == "author" and roles.count("author") == 1, "roles_order", place, "the first must be the author")
    demand(roles[-1] == "seal" and roles.count("seal") == 1, "roles_order", place, "the last must be the seal")
    demand(ranks == sorted(ranks), "roles_order", place, " → ".join(roles))
