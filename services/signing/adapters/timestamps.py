"""Ask RFC 3161 authorities for the time, and believe only what passes intake."""

import datetime as dt
import http.client
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from asn1crypto import tsp
from cryptography import x509

from contracts.errors import IntegrityBroken, Unavailable
from services.signing.adapters.token_intake import Intake, check_token
from services.signing.ports.machines import Clock, Token

_log = structlog.get_logger()
_FAILURES_BEFORE_OPEN = 3
_OPEN_SECONDS = 30.0
_MOST_BYTES = 64 * 1024


@dataclass
class _Breaker:
    """Leave an authority alone for a while after it failed several times."""

    failures: int = 0
    closed_at: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.failures >= _FAILURES_BEFORE_OPEN and time.monotonic() < self.closed_at

    def failed(self) -> None:
        self.failures += 1
        self.closed_at = time.monotonic() + _OPEN_SECONDS

    def answered(self) -> None:
        self.failures = 0


@dataclass
class HttpAuthorities:
    """
    Ask in order; ``newest`` keeps the latest time each authority gave, which must never run backwards.

    ``trust`` holds tsa.pem and crl_tsa.pem, ``timeout_seconds`` bounds one question.
    """

    urls: Sequence[str]
    trust: Path
    policies: frozenset[str]
    clock: Clock
    timeout_seconds: float = 5.0
    _newest: dict[str, dt.datetime] = field(default_factory=dict)
    _breakers: dict[str, _Breaker] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stamp(self, digest: bytes) -> Token:
        """Return a token of the first authority that answers properly."""
        for url in self.urls:
            token = self._try(url, digest)
            if token is not None:
                return token
        raise Unavailable(what="time_stamp_authority")

    def stamp_by_each(self, digest: bytes) -> tuple[Token, ...]:
        """Return a token of every authority that answers properly."""
        tokens = tuple(token for url in self.urls if (token := self._try(url, digest)) is not None)
        if not tokens:
            raise Unavailable(what="time_stamp_authority")
        return tokens

    def _try(self, url: str, digest: bytes) -> Token | None:
        breaker = self._breakers.setdefault(url, _Breaker())
        if breaker.is_open:
            return None
        try:
            token = self._ask(url, digest)
        except (Unavailable, IntegrityBroken) as error:
            breaker.failed()
            _log.warning("time_stamp_refused", authority=url, reason=error.code, **error.detail)
            return None
        breaker.answered()
        return token

    def _ask(self, url: str, digest: bytes) -> Token:
        # What was newest before we asked: answers to several questions at once may overtake each other.
        newest_before = self._newest.get(url)
        nonce = secrets.randbits(62)
        query = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        encoded = _token_of(_post(url, query.dump(), timeout_seconds=self.timeout_seconds))
        intake = Intake(
            imprint=digest,
            nonce=nonce,
            policies=self.policies,
            anchors=tuple(x509.load_pem_x509_certificates((self.trust / "tsa.pem").read_bytes())),
            crls=(x509.load_pem_x509_crl((self.trust / "crl_tsa.pem").read_bytes()),),
            now=self.clock.now(),
        )
        gen_time = check_token(encoded, intake)
        if newest_before is not None and gen_time < newest_before:
            raise IntegrityBroken(what="time_stamp", part="runs_backwards")
        with self._lock:
            self._newest[url] = max(gen_time, self._newest.get(url, gen_time))
        return Token(authority=url, encoded=encoded, gen_time=gen_time)


def _post(url: str, query: bytes, *, timeout_seconds: float) -> bytes:
    headers: Mapping[str, str] = {"Content-Type": "application/timestamp-query"}
    request = Request(url, data=query, headers=dict(headers), method="POST")  # noqa: S310 - a configured authority
    try:
        with urlopen(request, timeout=timeout_seconds) as reply:  # noqa: S310 - as above
            content: bytes = reply.read(_MOST_BYTES)
    except (URLError, TimeoutError, http.client.HTTPException, OSError) as error:
        raise Unavailable(what="time_stamp_authority", url=url) from error
    return content


def _token_of(reply: bytes) -> bytes:
    try:
        response = tsp.TimeStampResp.load(reply, strict=True)
        status = response["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise IntegrityBroken(what="time_stamp", part="status")
        encoded: bytes = response["time_stamp_token"].dump()
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityBroken(what="time_stamp", part="format") from error
    return encoded
