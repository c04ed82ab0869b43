"""Announce who came in. Additive only."""

from contracts.envelope import Event
from contracts.identifiers import PersonId, TokenId


class SignedIn(Event):
    """A person opened a session; ``amr`` per RFC 8176."""

    source = "gateway"
    type = "SignedIn"
    person: PersonId
    amr: tuple[str, ...]


class TokenIssued(Event):
    """A person issued a personal access token."""

    source = "gateway"
    type = "TokenIssued"
    person: PersonId
    token: TokenId
