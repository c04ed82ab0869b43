"""``paillasse test``: the tests, on real servers."""

import subprocess
import sys

import typer

from onebox import webapp
from onebox.commands.handing_on import run
from onebox.system import PROJECT

WEB_SECONDS = 300
# What tries the rules of the houses (style.md: domain and use cases, 100 % of branches).
MEASURED = (
    *(f"tests/unit/{house}" for house in ("entries", "signing", "storage", "search", "notify")),
    "tests/contract",
)


def test(context: typer.Context) -> None:
    """
    Run the tests; --all adds containers, all faults and full matrices; other arguments go to pytest.

    --cover runs what needs no server and fails when it leaves a branch of domain or use cases untried; --all begins
    with it.
    """
    whole = not any((PROJECT / each.partition("::")[0]).exists() for each in context.args)
    if "--cover" in context.args:
        raise typer.Exit(_measured(*(each for each in context.args if each != "--cover"), whole=whole))
    if whole and (not context.args or "--all" in context.args):
        webapp.install()
        if webapp.run("vitest/vitest.mjs", "run", timeout_seconds=WEB_SECONDS) != 0:
            raise typer.Exit(1)
    if whole and "--all" in context.args and (code := _measured("-q", whole=True)) != 0:
        raise typer.Exit(code)
    # Asked for by name, a server that is missing is a failure and not a skip.
    code = run(sys.executable, "-m", "pytest", *context.args, extra={"PAILLASSE_TEST_SERVERS_REQUIRED": "1"})
    if code == 0 and "--all" in context.args and _docker_answers():
        # What depends on the servers' versions: every store and every right, on the images operators run.
        places = ("tests/contract", "tests/integration/servers")
        code = run(sys.executable, "-m", "pytest", *places, extra={"PAILLASSE_TEST_SERVERS": "containers"})
    raise typer.Exit(code)


def _measured(*arguments: str, whole: bool) -> int:
    """Run tests on fakes, all that could try a house's rules if ``whole``; 0 when they leave no branch untried."""
    places = MEASURED if whole else ()
    coverage = (sys.executable, "-m", "coverage")
    code = run(*coverage, "run", "-m", "pytest", "--fakes", *places, *arguments)
    return code or run(*coverage, "report")


def _docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        print("no Docker engine answers: the servers were tested as processes only")
        return False
