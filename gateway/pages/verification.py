"""
Judge an uploaded evidence file with the offline verifier, in a child process with limits (decisions.md 12).

The verifier is a stranger: it is run, never imported, so what the web says is what anybody's own run says.
"""

import asyncio
import json
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import structlog

from contracts.errors import Overloaded
from gateway.pages.languages import Language

log = structlog.get_logger()
# Enough for a file at the upload limit with a thousand attachments; a hostile one ends here.
SECONDS = 60
CPU_SECONDS = 45
MEMORY_BYTES = 1 << 30
LONGEST_REPORT = 4 << 20
AT_ONCE = 2


class NoVerdict(RuntimeError):
    """The verifier ended without a verdict: it hit a limit or has no anchors to judge with."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Runs ``python -m verifier`` on one open file at a time, two in all."""

    trust: Path | None
    gate: asyncio.Semaphore

    @classmethod
    def with_anchors(cls, trust: Path | None) -> "Verifier":
        """Return a verifier that trusts what lies in ``trust``."""
        return cls(trust, asyncio.Semaphore(AT_ONCE))

    async def judge(self, file: IO[bytes], language: Language) -> dict[str, Any]:
        """
        Return the verifier's report as JSON values.

        Args:
            file: An open file with a descriptor; the child reads it through that, so it needs no name on disk.
            language: In which ``said`` speaks.

        Raises:
            NoVerdict: the child was stopped by a limit, or could not read the trust folder.
            Overloaded: two files are being judged already.

        """
        if self.gate.locked():
            raise Overloaded(reason="verifications_running", retry_after_seconds="10")
        async with self.gate:
            code, out = await self._run(file.fileno(), language)
        try:
            report: dict[str, Any] = json.loads(out)
        except ValueError as error:
            log.warning("verification_ended_without_verdict", exit=code)
            raise NoVerdict from error
        return report

    async def _run(self, descriptor: int, language: Language) -> tuple[int, bytes]:
        anchors = ("--trust", str(self.trust)) if self.trust else ()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "verifier", f"/proc/self/fd/{descriptor}", *anchors, "--json", "--lang", language,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(descriptor,), env={"PYTHONPATH": str(Path(__file__).parents[2]), "MALLOC_ARENA_MAX": "2"},
        )  # fmt: skip
        # Set from outside, not in a preexec_fn: that is unsafe in a process with threads. The interpreter is still
        # starting; it reads the file much later.
        for limit, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0),
        ):  # fmt: skip
            with suppress(ProcessLookupError):
                resource.prlimit(child.pid, limit, (most, most))
        try:
            async with asyncio.timeout(SECONDS):
                out = await _all_of(child.stdout)
                return await child.wait(), out
        except TimeoutError:
            return -1, b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    """Return what a child says, and nothing when it says too much: half a report is no report."""
    said = bytearray()
    while stream is not None and (piece := await stream.read(65536)):
        said += piece
        if len(said) > LONGEST_REPORT:
            return b""
    return bytes(said)
