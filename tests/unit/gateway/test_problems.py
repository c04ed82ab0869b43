"""Errors meet HTTP in one table."""

import pytest

from contracts.errors import BY_CODE, Conflict, FieldProblem, Invalid, NotFound, Overloaded, PaillasseError
from gateway.context import if_match
from gateway.problems import KINDS, GatewayProblem, problem_of

STATUSES = {
    "not_found": 404, "forbidden": 403, "invalid": 422, "conflict": 409, "stale": 412, "sealed": 409,
    "unavailable": 503, "overloaded": 503, "storage_full": 507, "unknown_outcome": 504, "integrity_broken": 500,
    "unsupported": 501, "too_large": 413,
}  # fmt: skip


def _problem(error: PaillasseError, *, french: bool = False) -> tuple[int, dict, dict]:
    return problem_of(error, public_url="http://x", french=french, correlation_id="c")


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_typed_error_has_its_status(code: str) -> None:
    """A class without a row would become a 500 and page someone at night."""
    status, body, _ = _problem(BY_CODE[code]())

    assert STATUSES[code] == status
    assert f"http://x/problems/{code}" == body["type"]


def test_a_wrong_field_is_named_with_its_remedy() -> None:
    """People mend what they are told about (RFC 9457 §3.2)."""
    _, body, _ = _problem(Invalid(FieldProblem("title", "too_short", "give it a title")))

    assert [{"name": "title", "problem": "too_short", "remedy": "give it a title"}] == body["errors"]


def test_an_unknown_error_tells_nothing_but_the_correlation_id() -> None:
    """What we did not foresee may hold anybody's text."""
    status, body, _ = _problem(PaillasseError())

    assert 500 == status
    assert {"type", "title", "status", "correlation_id"} == set(body)


def test_try_later_says_when() -> None:
    """429 and 503 carry Retry-After, so that a crowd does not come back at once."""
    _, _, headers = _problem(Overloaded(retry_after_seconds="7"))

    assert "7" == headers["Retry-After"]


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_problem_speaks_both_languages(code: str) -> None:
    """French and English from the first string."""
    assert KINDS[code].fr
    assert KINDS[code].en != KINDS[code].fr


def test_an_edit_without_if_match_is_asked_for_it() -> None:
    """Silently overwriting a colleague's version is how work gets lost."""
    with pytest.raises(GatewayProblem) as refused:
        if_match(None)

    assert "precondition_required" == refused.value.problem


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ('"3.17"', 3), ('W/"12.4"', 12), ("5", 5)])
def test_an_etag_names_the_version_before_the_dot(header: str, version: int) -> None:
    """The ETag changes with the page's state too; a save cares for the head only."""
    assert version == if_match(header)


def test_a_foreign_etag_is_stale() -> None:
    """An ETag we never gave cannot match."""
    with pytest.raises(GatewayProblem) as refused:
        if_match('"abc"')

    assert "stale" == refused.value.problem
    assert 409 == KINDS[Conflict.code].status
    assert 404 == KINDS[NotFound.code].status
