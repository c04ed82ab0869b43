"""``paillasse up``: the single machine with a persistent data folder."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import httpx
import typer

from onebox import webapp
from onebox.commands import Data, SearchEngine, Store, Verbose
from onebox.installation import DEFAULT_FOLDER, Character, known
from onebox.running import Running, running

_SET_UP = "set-up-complete"


def up(
    *,
    institution: Annotated[str | None, typer.Option("--institution", help="On an empty folder: its name.")] = None,
    admin: Annotated[str | None, typer.Option("--admin", help="On an empty folder: the administrator's mail.")] = None,
    code: Annotated[str, typer.Option("--code", help="On an empty folder: the institution's short code.")] = "INST",
    store: Store = "directory",
    search: SearchEngine = None,
    data: Data = DEFAULT_FOLDER,
    verbose: Verbose = False,
) -> None:
    """Start the installation in a data folder; on an empty one create it and print a one-time link."""
    found = known(data)
    ready = (data / _SET_UP).exists()
    if not ready and not (institution and admin):
        raise typer.BadParameter("an empty data folder needs --institution NAME --admin MAIL")
    character = found or Character.of_institution(institution or "", store=store)
    if search is not None:
        character = replace(character, search=search)
    if character.demo:
        raise typer.BadParameter(f"{data} is marked as a demonstration; choose another folder with --data")
    webapp.build()
    asyncio.run(_run(data, character, admin=admin, code=code, first=not ready, verbose=verbose))


async def _run(data: Path, character: Character, *, admin: str | None, code: str, first: bool, verbose: bool) -> None:
    async with running(data, character, verbose=verbose) as system:
        if first and admin:
            print(f"one-time link for {admin}: {await _set_up(system, admin=admin, code=code)}")
            (data / _SET_UP).touch()
        print(f"ready in {system.ready_seconds:.1f} s: {system.installation.public_url}", flush=True)
        await system.stop.wait()


async def _set_up(system: Running, *, admin: str, code: str) -> str:
    """Create the institution and its administrator; only possible while there is none."""
    body = {
        "institution": {"name": system.installation.character.institution, "code": code},
        "admin": {"display_name": admin, "given_name": "", "family_name": admin, "mail": admin},
    }
    async with httpx.AsyncClient(base_url=system.site.base_url, timeout=10) as http:
        answer = await http.post(
            "/api/v1/setup", json=body, headers={"Authorization": f"Setup {system.site.setup_token}"}
        )
    if answer.status_code != httpx.codes.CREATED:
        print(f"set-up was refused: {answer.text}")
        raise typer.Exit(1)
    return str(answer.json()["invitation_url"])
