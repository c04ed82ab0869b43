"""Fill the engines with an institute: pages through the house's own store, people and what they hold at one go."""

import io
import time

import psycopg2
from sqlalchemy import Table, func, select

from bench.engines import Engines, Library
from bench.laboratory import Institute
from services.search.use_cases.rebuild import PAGES_A_COMMIT

_TOLD_EVERY_SECONDS = 15.0


def fill_pages(running: Engines, library: Library, institute: Institute, *, table: Table) -> None:
    """Feed the pages that are not there yet; ``table`` is the engine's account of them."""
    with running.engine.connect() as connection:
        there = connection.execute(select(func.count()).select_from(table)).scalar_one()
    told = time.monotonic()
    for pages in institute.slices(PAGES_A_COMMIT, begin=int(there)):
        with library.open_unit() as unit:
            unit.put(pages)
            unit.commit()
        if time.monotonic() - told > _TOLD_EVERY_SECONDS:
            told = time.monotonic()
            print(f"{table.name}: {pages[-1].number + 1} of {institute.pages} pages", flush=True)
    _settle(running, table.name)


def fill_people(running: Engines, institute: Institute) -> None:
    """Write what everybody holds; a search asks nobody for it."""
    labels, readers = io.StringIO(), io.StringIO()
    for person in range(institute.people):
        readers.write(f"person-{person}\t1\t1\n")
        for held in institute.labels_of(person):
            until = held.until_date or r"\N"
            labels.write(f"person-{person}\t{held.label}\t{held.from_date}\t{until}\n")
    place = running.database
    connection = psycopg2.connect(
        host=place.host, port=place.port, dbname=place.name, user=place.user,
        password=place.password.get_secret_value(),
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE reader, reader_label")
        for table, rows in (("reader", readers), ("reader_label", labels)):
            rows.seek(0)
            cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
    connection.close()


def _settle(running: Engines, table: str) -> None:
    """Bring both to where a day of quiet brings them: one knows its statistics, the other has merged what it wrote."""
    connection = running.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    with connection:
        for name in (table, "reader", "reader_label"):
            connection.exec_driver_sql(f"VACUUM ANALYZE {name}")
    running.client.indices.refresh(index="_all")
