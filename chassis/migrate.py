"""
Bring databases to their newest form: ``python -m chassis.migrate entries signing``.

All named houses are migrated by one process, before anything else starts. Where each database is, and as whom to
connect, is read from the JSON file ``PAILLASSE_MIGRATE_FILE``: ``{"entries": {"host", "port", "name", "user",
"password"}}``. A house's own steps lie in ``services/<house>/migrations/versions`` (``gateway/migrations/versions``).
"""

import json
import os
import sys
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from chassis.database import open_engine
from chassis.logging import configure
from chassis.settings import DatabaseSettings

ROOT = Path(__file__).resolve().parent.parent
# Two installers at once take turns: "migr" in ASCII.
_LOCK = 0x6D696772

log = structlog.get_logger()


def versions_folder(house: str) -> Path:
    """Return where a house keeps its migrations."""
    folder = Path("gateway") if house == "gateway" else Path("services") / house
    return ROOT / folder / "migrations" / "versions"


def migrate(house: str, settings: DatabaseSettings, *, revision: str = "head", versions: Path | None = None) -> None:
    """Apply what is missing; doing it twice does nothing."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations_env"))
    config.set_main_option("version_locations", str(versions or versions_folder(house)))
    config.set_main_option("path_separator", "newline")
    engine = open_engine(settings, application_name=f"{house}-migrate")
    try:
        with engine.connect() as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
    log.info("database_migrated", house=house)


def main(houses: list[str]) -> int:
    """Migrate the named houses."""
    configure("migrate")
    places = json.loads(Path(os.environ["PAILLASSE_MIGRATE_FILE"]).read_text(encoding="utf-8"))
    for house in houses:
        migrate(house, DatabaseSettings.model_validate(places[house]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
