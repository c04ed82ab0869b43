"""``paillasse search``: fill the index of a running installation anew, or compare it with what entries holds."""

import os
import subprocess
from typing import Annotated

import typer

from onebox.commands import Data, Json
from onebox.installation import DEFAULT_FOLDER, known, settle
from onebox.secrets import Secrets
from onebox.supervisor import holder
from onebox.system import System

search = typer.Typer(help="The search index: fill it anew while it serves, or compare it.", no_args_is_help=True)


@search.command()
def rebuild(
    *,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Ask for it and end; the house does it anyway.")] = False,
    data: Data = DEFAULT_FOLDER,
    as_json: Json = False,
) -> None:
    """Fill a new index while the old one serves, then swap them; resumes by itself after a crash."""
    _run(data, "rebuild", *(["--no-wait"] if no_wait else []), *(["--json"] if as_json else []))


@search.command()
def verify(*, data: Data = DEFAULT_FOLDER, as_json: Json = False) -> None:
    """Compare the index with what entries holds, page by page; exit 1 when they differ."""
    _run(data, "verify", *(["--json"] if as_json else []))


def _run(data: Data, *arguments: str) -> None:
    character = known(data)
    if character is None or holder(data) is None:
        print(f"nothing runs in {data}")
        raise typer.Exit(2)
    system = System(settle(data, character), Secrets(data.resolve() / "secrets"))
    program = system.operation("search", *arguments)
    code = subprocess.run(program.argv, env={**os.environ, **program.env}, cwd=program.cwd, check=False).returncode
    raise typer.Exit(code)
