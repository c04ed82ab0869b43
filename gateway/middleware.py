"""Wrap every request: correlation id, size limit, security headers, one canonical log line, metrics."""

import time
from uuid import uuid4

import structlog
from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
SECONDS = Histogram("paillasse_http_seconds", "Time to answer a request", ["method", "route", "status"])
# The API serves JSON and two plain pages: nothing may be framed, scripted or loaded from elsewhere. The web app has a
# policy of its own (routes/web.py): it alone sends bytes to the store and shows pictures from there.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Correlated:
    """A plain ASGI middleware: Starlette's base class would cost a task and a stream per request."""

    def __init__(
        self, app: ASGIApp, *, body_limit_bytes: int, public_url: str,
        unlimited_paths: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.app = app
        self.unlimited_paths = unlimited_paths
        self.body_limit_bytes = body_limit_bytes
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is not one."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation_id = scope["correlation_id"] = uuid4().hex
        started, status = time.perf_counter(), 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-Id"] = correlation_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._limited(scope, receive, dressed)
        finally:
            self._record(scope, status, time.perf_counter() - started, correlation_id)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in self.unlimited_paths:
            await self.app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > self.body_limit_bytes:
            await self._too_large(scope, receive, send)
            return
        left = self.body_limit_bytes

        async def counted() -> Message:
            # A chunked body declares nothing: count it as it comes, and end the request when it is too much.
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        await self.app(scope, counted, send)

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (
            f'{{"type":"{self.public_url}/problems/too_large","title":"This is too large.","status":413,'
            f'"detail":{{"limit_bytes":"{self.body_limit_bytes}"}},"correlation_id":"{scope["correlation_id"]}"}}'
        )
        await Response(body, 413, media_type="application/problem+json")(scope, receive, send)

    @staticmethod
    def _record(scope: Scope, status: int, seconds: float, correlation_id: str) -> None:
        route = getattr(scope.get("route"), "path", "none")
        SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
        log.info(
            "request_answered", method=scope["method"], route=route, status=status,
            milliseconds=round(seconds * 1000, 1), correlation_id=correlation_id,
        )  # fmt: skip
