"""Let the bytes of one part in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from contracts.errors import FieldProblem, Invalid, Unavailable
from services.storage.domain.claims import PartClaim
from services.storage.use_cases.receive_part import ReceivePart, Reception

# Two of these a request: one filled by the network while the other is hashed and written.
_BUFFER_BYTES = 1024 * 1024

Result = TypeVar("Result")


class Arrivals:
    """
    Receive parts: the event loop reads the network, threads hash and write.

    hashlib and the disk let the loop run meanwhile, so a request costs two buffers and no waiting for one another.
    """

    def __init__(self, receive: ReceivePart, threads: Executor, *, idle_seconds: float) -> None:
        self._receive = receive
        self._threads = threads
        self._idle_seconds = idle_seconds

    async def put(self, request: Request, claim: PartClaim) -> Response:
        """
        Take the body of ``request`` as the part of ``claim``; 204 once it is durable.

        Raises:
            Invalid: Its length is not the planned one.
            StorageFull: There is no room.

        """
        _check_length(request, claim)
        reception = await self._thread(partial(self._receive, claim.upload, claim.number))
        try:
            await self._take(request, reception)
            await self._thread(reception.finish)
        except ClientDisconnect as error:
            raise Invalid(FieldProblem("body", "too_short", f"send {claim.size_bytes} bytes")) from error
        finally:
            await asyncio.shield(self._thread(reception.close))
        return Response(status_code=204)

    async def _take(self, request: Request, reception: Reception) -> None:
        """Write one buffer while the next one fills; at any end wait for the write under way."""
        writing: asyncio.Future[None] | None = None
        try:
            async for buffer in self._buffers(request):
                if writing is not None:
                    await writing
                writing = self._thread(partial(reception.write, memoryview(buffer)))
        finally:
            if writing is not None:
                await asyncio.wait({writing})
        if writing is not None:
            writing.result()

    async def _buffers(self, request: Request) -> AsyncIterator[bytearray]:
        """Gather what the network brings into buffers worth a system call."""
        buffer = bytearray()
        stream = request.stream()
        while True:
            chunk = await self._next(stream)
            buffer += chunk or b""
            if buffer and (chunk is None or len(buffer) >= _BUFFER_BYTES):
                yield buffer
                buffer = bytearray()
            if chunk is None:
                return

    async def _next(self, stream: AsyncIterator[bytes]) -> bytes | None:
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await anext(stream, None)
        except TimeoutError as error:
            raise Unavailable(reason="client_silent") from error

    def _thread(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


def _check_length(request: Request, claim: PartClaim) -> None:
    """Refuse before reading: a body of another length cannot be this part."""
    if request.headers.get("content-length") != str(claim.size_bytes):
        raise Invalid(FieldProblem("Content-Length", "not_as_planned", f"send {claim.size_bytes} bytes"))
