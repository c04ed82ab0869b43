"""Prove identity again at the moment of an act: a session says who came in, not who sits there now."""

from datetime import UTC, datetime

from gateway.context import Visit
from gateway.problems import GatewayProblem
from gateway.store.accounts import Account


async def prove_password(visit: Visit, password: str, *, address: str) -> Account:
    """Return the acting person's account when the password is theirs; 403 otherwise, 429 after too many tries."""
    account = await visit.gateway.accounts.by_person(visit.holder.person)
    if account is None:
        raise GatewayProblem("forbidden", reason="no_local_password")
    try:
        await visit.gateway.passwords.check(account.login, password, address=address, now=datetime.now(UTC))
    except GatewayProblem as problem:
        if problem.problem == "unauthenticated":
            # The session is fine, the factor is not: 401 would sign a client out while it signs.
            raise GatewayProblem("forbidden", reason="wrong_password") from problem
        raise
    return account


async def prove_code(visit: Visit, code: str) -> str:
    """Return the id of the authenticator app that made the code; 403 when none of the person's did."""
    return await visit.gateway.codes.check(visit.holder.person, code, now=datetime.now(UTC))
