"""One file a command; each has ``--help`` and exit code 0 (done), 1 (not done) or 2 (asked wrongly)."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Data = Annotated[Path, typer.Option("--data", help="The folder everything is kept in.", envvar="PAILLASSE_DATA")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Store = Annotated[
    Literal["directory", "s3"],
    typer.Option("--store", help="On a new folder: keep files in a directory, or in a private MinIO (S3)."),
]
SearchEngine = Annotated[
    Literal["postgresql", "opensearch"] | None,
    typer.Option("--search", help="Index pages in PostgreSQL, or in a private OpenSearch; may be changed at a start."),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show every line of every program.")]
