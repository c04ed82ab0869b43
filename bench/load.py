"""Send HTTP requests as fast as answers come, over keep-alive connections, with little CPU of our own."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

READ_SECONDS = 30.0


@dataclass(slots=True)
class Ran:
    """What a run saw: requests done, seconds, latencies in milliseconds, and answers that were no 2xx."""

    done: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    sample: bytes = b""

    @property
    def per_second(self) -> float:
        """Requests answered per second."""
        return self.done / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return a latency percentile in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send, and how to make request number n of client c."""

    host: str
    port: int
    request: Callable[[int, int], bytes]


def http(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def run(target: Target, *, clients: int, seconds: float) -> Ran:
    """Let ``clients`` connections send for ``seconds``."""
    ran = Ran()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(_client(target, number, until, ran) for number in range(clients)))
    ran.seconds = time.perf_counter() - started
    return ran


async def _client(target: Target, number: int, until: float, ran: Ran) -> None:
    reader, writer = await asyncio.open_connection(target.host, target.port)
    count = 0
    try:
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(target.request(number, count))
            async with asyncio.timeout(READ_SECONDS):
                status, answer = await read_answer(reader)
            count += 1
            if 200 <= status < 300:
                ran.done += 1
                ran.latencies.append((time.perf_counter() - began) * 1000)
            else:
                ran.refused += 1
                ran.sample = answer[:300]
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return status and body of one answer with a Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    return int(head[9:12]), await reader.readexactly(length) if length else b""
