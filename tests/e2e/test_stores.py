"""The whole system on each store of bytes."""

from tests.e2e.system import System


def test_rows_and_files_agree(system: System) -> None:
    """Whatever was uploaded, imported, signed and sealed: every row has its bytes, and no bytes are unknown."""
    assert system.rows_and_files_agree()
