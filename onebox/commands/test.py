"""``paillasse test``: the tests, on real servers."""

import subprocess
import sys

import typer

from onebox import webapp
from onebox.commands.handing_on import run

WEB_SECONDS = 300


def test(context: typer.Context) -> None:
    """
    Run the tests; --all adds containers, all faults and full matrices; other arguments go to pytest.

    --cover runs unit and contract tests alone and says which branches of domain and use cases they leave untried.
    """
    if "--cover" in context.args:
        raise typer.Exit(_measured(*(each for each in context.args if each != "--cover")))
    if not context.args or "--all" in context.args:
        webapp.install()
        if webapp.run("vitest/vitest.mjs", "run", timeout_seconds=WEB_SECONDS) != 0:
            raise typer.Exit(1)
    # Asked for by name, a server that is missing is a failure and not a skip.
    code = run(sys.executable, "-m", "pytest", *context.args, extra={"PAILLASSE_TEST_SERVERS_REQUIRED": "1"})
    if code == 0 and "--all" in context.args and _docker_answers():
        # What depends on the servers' versions: every store and every right, on the images operators run.
        places = ("tests/contract", "tests/integration/servers")
        code = run(sys.executable, "-m", "pytest", *places, extra={"PAILLASSE_TEST_SERVERS": "containers"})
    raise typer.Exit(code)


def _measured(*arguments: str) -> int:
    """Run tests, by default unit and contract, and return 0 when they pass and leave no branch untried."""
    places = arguments or ("tests/unit", "tests/contract")
    coverage = (sys.executable, "-m", "coverage")
    code = run(*coverage, "run", "-m", "pytest", *places, extra={"PAILLASSE_TEST_SERVERS_REQUIRED": "1"})
    return run(*coverage, "report") or code


def _docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        print("no Docker engine answers: the servers were tested as processes only")
        return False
