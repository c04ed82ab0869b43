"""Verify an evidence file as a stranger would: other programs, and no network where the machine can take it away."""

import asyncio
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from shutil import which

VERIFY_SECONDS = 120.0
SCRIPT = "META-INF/verify.sh"


@cache
def without_network() -> tuple[str, ...]:
    """
    Return the command prefix that starts a program with no network at all, or nothing where that is not allowed.

    Root has a network namespace made; others make one inside a user namespace; in many containers nobody may.
    """
    if which("unshare") is None:
        return ()
    ways = (("unshare", "--net", "--"), ("unshare", "--user", "--map-root-user", "--net", "--"))
    return next(
        (way for way in ways if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0), ()
    )


async def verify_by_program(file: Path, *, trust: Path) -> tuple[int, str]:
    """Return exit code and words of ``python -m verifier`` (0 proven, 1 refused, 2 no anchors)."""
    return await _run(sys.executable, "-m", "verifier", str(file), "--trust", str(trust))


async def unpack_script(file: Path, *, to: Path) -> Path:
    """Take verify.sh out of the file itself."""
    script = to / "verify.sh"
    with zipfile.ZipFile(file) as container:
        script.write_bytes(container.read(SCRIPT))
    return script


async def verify_by_script(script: Path, file: Path, *, trust: Path) -> tuple[int, str]:
    """Return exit code and words of the file's own script (openssl, unzip)."""
    return await _run("bash", str(script), str(file), str(trust))


async def _run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *without_network(), *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(VERIFY_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return 1, f"no verdict after {VERIFY_SECONDS:g} s"
    return process.returncode or 0, said.decode("utf-8", "replace").strip()
