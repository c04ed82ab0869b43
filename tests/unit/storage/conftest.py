"""The house of storage on fakes."""

import pytest

from tests.builders.storage import Street


@pytest.fixture
def street() -> Street:
    """A fresh house."""
    return Street()
