"""PostgreSQL as one service sees it: a bounded pool under its own role, on safe settings."""

import logging
from typing import Any, TypeAlias, cast

import asyncpg
import structlog

from infra.runtime.saturation import MeasuredPool
from infra.runtime.waiting import require_listener

log = structlog.get_logger()

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_SECONDS = 5.0
SQL_CHARS_MAX = 120  # of a statement in the log: enough to find it in a store

# The database was away or could not: nothing is wrong with the message, it is tried again.
OUTAGE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,  # a full disk, no memory, too many connections
    asyncpg.PostgresSystemError,  # an input or output error
    asyncpg.ReadOnlySQLTransactionError,  # a standby, after a fail-over
    asyncpg.InvalidAuthorizationSpecificationError,  # a password being changed
)
# Somebody else was in the way: the same work succeeds when done again.
CONTENTION = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.UniqueViolationError,
)

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_SETTINGS = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
    # A plan kept from when a table was small may read it through for ever; planning costs 0.2 ms.
    "plan_cache_mode": "force_custom_plan",
    "timezone": "UTC",
}


class UnsafeDatabase(Exception):
    """The server would acknowledge commits that it may lose."""


async def open_pool(url: str, name: str, size: int) -> Pool:
    """At most `size` connections; needs a server that keeps what it acknowledges.

    Raises:
        UnsafeDatabase: fsync, full_page_writes or synchronous_commit is off.
    """
    await require_listener(url)
    pool = await MeasuredPool(
        url,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=15,
        max_inactive_connection_lifetime=300,
        reset=_leave_as_it_is,
        server_settings={"application_name": name, **_SETTINGS},
        init=_tell_statements if log.is_enabled_for(logging.DEBUG) else None,
    )
    async with pool.acquire() as connection:
        await _refuse_unsafe(cast(Connection, connection))
    return pool


async def _leave_as_it_is(connection: Connection) -> None:
    """What a unit of work leaves behind: nothing. None changes a setting, listens, or locks beyond
    its end, and the pool has ended an open transaction before this. So the round trip that would
    put a session back is spared."""


async def _tell_statements(connection: Connection) -> None:
    connection.add_query_logger(_tell)


def _tell(asked: Any) -> None:
    """The text of a statement and its time; its values may name people."""
    error = type(asked.exception).__name__ if asked.exception else None
    sql = " ".join(asked.query.split())[:SQL_CHARS_MAX]
    log.debug("statement", sql=sql, ms=round(asked.elapsed * 1_000, 2), error=error)


async def _refuse_unsafe(connection: Connection) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        if await connection.fetchval("select current_setting($1)", setting) == "off":
            raise UnsafeDatabase(f"{setting} is off: an acknowledged commit could be lost")
