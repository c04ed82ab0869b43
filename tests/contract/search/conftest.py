"""Give each promise of the index to the fake and to PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.builders.libraries import Library, library_on


@pytest.fixture(params=["fake", "postgresql", "opensearch"])
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    """Return an empty library of each kind."""
    with library_on(request.param, request) as made:
        yield made
