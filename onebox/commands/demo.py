"""``paillasse demo``: the whole system with an invented institution, until Ctrl-C."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from onebox import webapp
from onebox.commands import Data, SearchEngine, Store, Verbose
from onebox.demo import furniture, institution, seed
from onebox.demo.api import client
from onebox.installation import DEFAULT_FOLDER, Character
from onebox.running import Running, running


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run the main job once, and end.")] = False,
    eln: Annotated[Path | None, typer.Option("--eln", help="With --once: the archive to import.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="With --once: where results go.")] = None,
    store: Store = "directory",
    search: SearchEngine = None,
    data: Data = DEFAULT_FOLDER,
    verbose: Verbose = False,
) -> None:
    """Start the demonstration: invented people, real machinery, nothing in it is evidence."""
    if once and out is None:
        raise typer.BadParameter("--once needs --out DIR")
    if not once and (eln or out):
        raise typer.BadParameter("--eln and --out belong to --once")
    webapp.build()
    character = Character.of_demo(store=store, search=search or "postgresql")
    code = asyncio.run(_run(character, once=once, eln=eln, out=out, data=data, verbose=verbose))
    raise typer.Exit(code)


async def _run(
    character: Character, *, once: bool, eln: Path | None, out: Path | None, data: Path, verbose: bool
) -> int:
    async with running(data, character, verbose=verbose) as system:
        if once and out is not None:
            from onebox.commands.once import run_once

            return await run_once(system.site, eln=eln, out=out)
        await _welcome(system)
        await system.stop.wait()
    return 0


async def _welcome(system: Running) -> None:
    site = system.site
    async with client(site.base_url) as http:
        demo = await seed.ensure(http, folder=site.folder, setup_token=site.setup_token)
        if not demo.furnished:
            print("opening notebooks, writing pages, sending some to their signers (once) ...", flush=True)
            await furniture.furnish(http, folder=site.folder, demo=demo)
    print(f"ready in {system.ready_seconds:.1f} s: DEMONSTRATION, nothing in it is evidence\n")
    print(f"  address    {site.base_url}   (API: {site.base_url}/api/openapi.json)")
    print(f"  password   {demo.password}   (the same for all)")
    for someone, part in institution.PARTS.items():
        print(f"  login      {someone.mail:<42} {part}")
    print(f"  gone       {institution.LEAVER.mail:<42} left: cannot sign in, pages stay")
    print(f"  mails      {site.maildir}")
    print(f"  logs       {site.folder / 'log'}")
    print("\nCtrl-C stops everything.", flush=True)
