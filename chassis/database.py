"""Open the one engine of a process."""

from sqlalchemy import URL, Engine, create_engine

from chassis.settings import DatabaseSettings

# Larger pools gained nothing (measured, ADR-0002); what does not fit waits, and the deadline of its call ends it.
POOL_SIZE = 10
POOL_TIMEOUT_SECONDS = 5.0
STATEMENT_TIMEOUT_MILLISECONDS = 30_000
CONNECT_TIMEOUT_SECONDS = 5


def open_engine(settings: DatabaseSettings, *, application_name: str) -> Engine:
    """Return an engine on psycopg2, the driver that is green under eventlet (ADR-0002).

    READ COMMITTED, clock in UTC; a broken connection is noticed before use, so a restart of the server costs no request
    more than those it interrupts.
    """
    url = URL.create(
        "postgresql+psycopg2",
        username=settings.user,
        password=settings.password.get_secret_value(),
        host=settings.host,
        port=settings.port,
        database=settings.name,
    )
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS} -c timezone=UTC",
        },
    )
