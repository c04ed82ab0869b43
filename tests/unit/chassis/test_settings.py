"""A process that cannot start says which setting to put right, and how."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import SecretStr

from chassis.settings import BusSettings, HealthSettings, IdentitySettings, SettingsRefused
from services.storage.settings import StoreSettings

SECRET = "never-in-a-log"


class Told(HealthSettings):
    """Settings of each kind."""

    operator_locale: Literal["fr", "en"] = "fr"
    url_key: SecretStr = SecretStr("")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAILLASSE_SECRETS_DIR", raising=False)


def _refusal(of: type[HealthSettings | BusSettings | IdentitySettings]) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        of.load()
    return str(refused.value.code).splitlines()


def test_all_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One start shows every mistake, not one mistake a start."""
    monkeypatch.setenv("PAILLASSE_OPERATOR_LOCALE", "de")
    monkeypatch.setenv("PAILLASSE_HEALTH_PORT", "eight")

    said = _refusal(Told)

    assert said[0] == "paillasse: cannot start with these settings."
    assert sorted(said[1:]) == [
        "  PAILLASSE_HEALTH_PORT: Input should be a valid integer, unable to parse string as an integer (found 'eight')",
        "  PAILLASSE_OPERATOR_LOCALE: Input should be 'fr' or 'en' (found 'de')",
    ]


def test_what_is_missing_is_asked_for_where_it_may_be_put(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment; and a file, for a process that has a folder of them."""
    monkeypatch.setenv("PAILLASSE_BUS_HOST", "localhost")
    assert "  PAILLASSE_BUS_USER is missing: set it in the environment" in _refusal(BusSettings)

    monkeypatch.setenv("PAILLASSE_SECRETS_DIR", str(tmp_path))
    assert (
        "  PAILLASSE_BUS_USER is missing: set it in the environment, or in the file bus_user of PAILLASSE_SECRETS_DIR"
        in _refusal(BusSettings)
    )


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Logs are read by more people than secrets."""
    for name, value in {"STORE_DIR": str(tmp_path), "DOOR_URL": "http://door", "URL_KEY": SECRET}.items():
        monkeypatch.setenv(f"PAILLASSE_{name}", value)

    [_, line] = _refusal(StoreSettings)

    assert line == "  PAILLASSE_URL_KEY: Value should have at least 64 items after validation, not 14"


def test_settings_that_belong_together_name_each_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """S3 without its key cannot be meant."""
    told = {"STORE_DIR": str(tmp_path), "DOOR_URL": "http://door", "URL_KEY": "0" * 64, "STORE": "s3"}
    for name, value in told.items():
        monkeypatch.setenv(f"PAILLASSE_{name}", value)

    [_, line] = _refusal(StoreSettings)

    assert line.startswith("  store s3 needs PAILLASSE_S3_URL, PAILLASSE_S3_BUCKET,")


def test_what_must_be_json_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of issuers are a table."""
    monkeypatch.setenv("PAILLASSE_HOUSE", "entries")
    monkeypatch.setenv("PAILLASSE_ACTOR_ISSUERS", SECRET)

    [_, line] = _refusal(IdentitySettings)

    assert "actor_issuers" in line
    assert line.endswith("write it as JSON")
    assert SECRET not in line
