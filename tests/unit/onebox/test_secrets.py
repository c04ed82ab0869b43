"""Promise that a process holds its own secrets and nobody else's."""

import json
from pathlib import Path

from onebox.secrets import HOUSES, Secrets


def contents(folder: Path) -> dict[str, str]:
    """Return every secret by process and name."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_folders_are_for_their_process_alone(tmp_path: Path) -> None:
    """0700 folders, 0600 files: another account of the machine reads nothing."""
    secrets = Secrets(tmp_path / "secrets")
    secrets.create()

    for path in (tmp_path / "secrets").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    """A password made anew would lock the system out of its own database."""
    secrets = Secrets(tmp_path / "secrets")
    secrets.create()
    before = contents(tmp_path / "secrets")

    secrets.create()

    assert contents(tmp_path / "secrets") == before


def test_no_two_houses_share_a_password_or_a_key(tmp_path: Path) -> None:
    """Whoever breaks into one house must not be able to speak as another."""
    secrets = Secrets(tmp_path / "secrets")
    secrets.create()

    for name in ("database_password", "bus_password", "actor_key"):
        assert len({secrets.read(house, name) for house in HOUSES}) == len(HOUSES)


def test_every_house_knows_the_public_keys_of_all(tmp_path: Path) -> None:
    """Actor tokens are checked by the receiver, with keys it already has."""
    secrets = Secrets(tmp_path / "secrets")
    secrets.create()

    for house in HOUSES:
        assert set(HOUSES) == set(json.loads(secrets.read(house, "actor_issuers")))


def test_the_door_cannot_speak_on_the_bus(tmp_path: Path) -> None:
    """It faces browsers: it holds the store's key and its database, no bus password and no actor key."""
    secrets = Secrets(tmp_path / "secrets")
    secrets.create()

    assert {"url_key", "database_password", "s3_secret_key"} == {path.name for path in secrets.of("door").iterdir()}
    assert secrets.read("storage", "url_key") == secrets.read("door", "url_key")
