"""Bring the databases of the named houses to their newest form: ``python -m chassis.migrate entries signing …``.

``PAILLASSE_MIGRATE_FILE`` names a JSON file ``{"entries": {"host", "port", "name", "user", "password"}, …}``. One
process serves all houses, so that a first start pays for Python and Alembic once.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).parents[1]
ENVIRONMENT = Path(__file__).parent / "migrations_env"
CONNECT_TIMEOUT_SECONDS = 10
# Two migrators at once take turns: the second finds nothing to do.
LOCK = text("SELECT pg_advisory_lock(hashtextextended('paillasse-migrate', 0))")


def versions_of(house: str) -> Path:
    """Return the folder of a house's migrations.

    Raises:
        FileNotFoundError: there is no such house.

    """
    folder = ROOT / "gateway" if house == "gateway" else ROOT / "services" / house
    versions = folder / "migrations" / "versions"
    if not versions.is_dir():
        raise FileNotFoundError(versions)
    return versions


def migrate(house: str, place: dict[str, Any]) -> None:
    """Run what is missing in one house's database."""
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(versions_of(house)))
    config.set_main_option("path_separator", "os")
    url = URL.create(
        "postgresql+psycopg2",
        username=place["user"],
        password=place["password"],
        host=place["host"],
        port=place["port"],
        database=place["name"],
    )
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS})
    with engine.connect() as connection:
        connection.execute(LOCK)
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def main(houses: list[str]) -> int:
    """Migrate each house in turn; the first that fails ends it with its name."""
    places = json.loads(Path(os.environ["PAILLASSE_MIGRATE_FILE"]).read_text(encoding="utf-8"))
    for house in houses:
        migrate(house, places[house])
        sys.stdout.write(f"{house}: migrated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
