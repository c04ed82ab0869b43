"""The bare twin of an import: ``python -m bench.import_twin ARCHIVE FOLDER``; prints the seconds it took.

It unzips, hashes each file twice over, writes and syncs it, and inserts one row an entry: no checks, no bus, no houses.
"""

import hashlib
import json
import os
import sys
import time
import zipfile
from pathlib import Path

from psycopg2.extras import Json

from bench.databases import connect

TABLE = "CREATE TABLE IF NOT EXISTS imported (id bigint GENERATED ALWAYS AS IDENTITY, page jsonb)"
_CHUNK = 1024 * 1024


def run(archive: Path, folder: Path) -> float:
    """Import and return the seconds."""
    began = time.perf_counter()
    connection = connect(os.environ["BENCH_TWIN_DATABASE"])
    with zipfile.ZipFile(archive) as source, connection.cursor() as cursor:
        sums = {}
        for number, member in enumerate(source.infolist()):
            if not member.filename.endswith(".json"):
                sums[member.filename] = _store(source, member, folder / str(number))
        (described,) = (name for name in source.namelist() if name.endswith(".json"))
        for node in json.loads(source.read(described))["@graph"]:
            if node["@type"] == "Dataset":
                cursor.execute("INSERT INTO imported (page) VALUES (%s)", (Json(node),))
    connection.commit()
    connection.close()
    return time.perf_counter() - began


def _store(source: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> tuple[str, str]:
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    with source.open(member) as reading, target.open("wb") as writing:
        while chunk := reading.read(_CHUNK):
            sha256.update(chunk)
            sha512.update(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return sha256.hexdigest(), sha512.hexdigest()


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), Path(sys.argv[2])))
