"""Ask a started program whether it is ready."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

# One attempt may take this long; a healthy loopback answers in milliseconds.
ATTEMPT_SECONDS = 3.0
# Between attempts: small beside any start, large beside the cost of a loopback connection.
PAUSE_SECONDS = 0.05


class Probe(Protocol):
    """Says whether a program serves."""

    async def answers(self) -> bool:
        """Return whether it is ready now; never raises for a program that is merely not there yet."""


@dataclass(frozen=True, slots=True)
class TcpProbe:
    """
    Ready when a connection opens, and, when ``send`` is given, its first answer starts with ``expect``.

    An accepted connection alone proves little: PostgreSQL accepts while it still recovers, a listener accepts while its
    program still boots.
    """

    port: int
    send: bytes = b""
    expect: bytes = b""
    host: str = "127.0.0.1"

    async def answers(self) -> bool:
        """Connect, say ``send``, compare the first bytes."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    if not self.send:
                        return True
                    writer.write(self.send)
                    await writer.drain()
                    return (await reader.read(len(self.expect) or 1)).startswith(self.expect or b"")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


def http_probe(port: int, path: str = "/readyz", *, host: str = "127.0.0.1") -> TcpProbe:
    """Make a probe that wants ``200`` from ``path``; HTTP/1.0 needs no client library in a supervisor."""
    request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
    return _HttpProbe(port=port, send=request, host=host)


@dataclass(frozen=True, slots=True)
class _HttpProbe(TcpProbe):
    """A TcpProbe whose expectation is a status line of either HTTP version."""

    async def answers(self) -> bool:
        """Read the status line; only 200 is ready."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    writer.write(self.send)
                    await writer.drain()
                    status = (await reader.readline()).split(b" ", 2)
                    return len(status) > 1 and status[1] == b"200"
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


@dataclass(frozen=True, slots=True)
class CommandProbe:
    """Ready when the command ends with 0."""

    argv: tuple[str, ...]

    async def answers(self) -> bool:
        """Run it once."""
        process = await asyncio.create_subprocess_exec(
            *self.argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await process.wait() == 0
        except TimeoutError:
            process.kill()
            await process.wait()
            return False


async def until_ready(probe: Probe, *, seconds: float) -> bool:
    """Ask until it answers or ``seconds`` have passed; return which."""
    try:
        async with asyncio.timeout(seconds):
            while not await probe.answers():
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        return False
    return True
