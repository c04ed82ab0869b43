"""Speak to OpenSearch, and turn its failures into the errors of the house."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from opensearchpy import ConnectionError as NoConnection
from opensearchpy import NotFoundError, OpenSearch, TransportError

from contracts.errors import Unavailable

log = structlog.get_logger()
# Told by ours instead, without a traceback for each second of an outage.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)
# OpenSearch says so itself when it is full or has no master; everything else it answers is a bug of ours.
AWAY = frozenset({429, 502, 503, 504})
RETRY_AFTER_SECONDS = 5


def open_client(url: str, *, timeout_seconds: float, login: tuple[str, str] | None = None) -> OpenSearch:
    """Return a client; it connects at its first use, and repeats nothing by itself."""
    more: dict[str, Any] = {"http_auth": login} if login is not None else {}
    # As many connections as a house has for its database (chassis/database.py).
    return OpenSearch([url], timeout=timeout_seconds, max_retries=0, retry_on_timeout=False, pool_maxsize=10, **more)


def away(reason: str) -> Unavailable:
    """Say that the engine is away."""
    return Unavailable(reason=reason, retry_after_seconds=str(RETRY_AFTER_SECONDS))


@contextmanager
def reaching() -> Iterator[None]:
    """
    Do something that needs the engine.

    Raises:
        Unavailable: it does not answer, is overloaded, has no index yet, or refuses what was asked.

    """
    try:
        yield
    except NoConnection as error:
        raise away("search_engine_away") from error
    except NotFoundError as error:
        raise away("index_not_there") from error
    except TransportError as error:
        if error.status_code in AWAY:
            raise away("search_engine_busy") from error
        # A bug of ours, or a server set up otherwise: said aloud, and nobody's thread ends of it.
        log.exception("search_engine_refused", status=error.status_code)
        raise away("search_engine_refused") from error
