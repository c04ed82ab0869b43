"""Give each promise of the index to the fake and to PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.builders.libraries import Library, fake_library, opensearch_library, postgres_library


@pytest.fixture(params=["fake", "postgresql", "opensearch"])
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    """Return an empty library of each kind."""
    if request.param == "fake":
        opened = fake_library()
    elif request.param == "opensearch":
        database = request.getfixturevalue("house_database")("search")
        opened = opensearch_library(database, request.getfixturevalue("opensearch_server"))
    else:
        opened = postgres_library(request.getfixturevalue("house_database")("search"))
    with opened as made:
        yield made
