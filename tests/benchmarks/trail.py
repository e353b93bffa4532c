"""What the audit trail costs a transfer: `python -m tests.benchmarks.trail`.

The account service's own pipeline handles the same batches of transfers on a PostgreSQL of its own,
by turns with its trail and without, for which this module alone takes the writing of rows away. The
price of sealing is taken apart, since nobody waits for it. What is counted is processor time, of
this process and of its one connection's server process: it does not depend on who else is at work.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import asyncpg

from contracts.account.movements import MakeTransfer
from contracts.envelope import GATEWAY
from contracts.topology import command_queue, routing_key
from infra.bus.wire import Delivery
from infra.data.database import Pool, open_pool
from infra.handling import audit, seals
from infra.handling.admission import Admitted
from infra.handling.pipeline import Pipeline
from infra.runtime.telemetry import configure_logging
from infra.runtime.tracing import new_trace
from services.account.handlers import service
from tests.account.bank import bank_on
from tests.account.examples import TELLER
from tests.benchmarks.server import own_database
from tests.builders import inr
from tests.fixtures.servers import Database

PEOPLE, BATCH, BATCHES, ROUNDS = 200, 64, 20, 30
_SIZE = """
select (pg_total_relation_size('account.audit') + pg_total_relation_size('account.audit_seals'))
    / count(*)::float8 as bytes from account.audit
"""


async def main() -> None:
    """Print microseconds for each transfer, their ratio, and what a row takes on the disk."""
    configure_logging("bench", "WARNING")
    async with own_database(["account"]) as database, bank_on(database) as bank:
        numbers = [(await bank.person("1000000")).number for _ in range(PEOPLE)]
        pool = await open_pool(database.url("account"), "bench", 1)
        pipeline = Pipeline(
            service, pool, b"k" * 32, ask=_nobody, leave=lambda parcels: None, common={}
        )
        transfers = _transfers(pipeline, numbers)
        taken: dict[bool, list[float]] = {True: [], False: []}
        sealing: list[float] = []
        for number in range(ROUNDS + 1):
            pair = {}
            for with_trail in (True, False) if number % 2 else (False, True):
                batches = [[next(transfers) for _ in range(BATCH)] for _ in range(BATCHES)]
                with _trail(with_trail):
                    pair[with_trail] = await _cost(pool, partial(_handle, pipeline, batches))
                if with_trail:
                    sealing.append(await _cost(pool, partial(_seal, pool)))
                await _clear(database)
            if number:  # the first round warms up
                for with_trail, seconds in pair.items():
                    taken[with_trail].append(seconds)
        admin = await asyncpg.connect(database.admin_url)
        row_bytes = await admin.fetchval(_SIZE)
        await admin.close()
        await pool.close()
    _report(taken, sealing, row_bytes)


async def _cost(pool: Pool, work: Callable[[], Awaitable[None]]) -> float:
    """Microseconds of processor time for each transfer."""
    server = await pool.fetchval("select pg_backend_pid()")
    before = time.process_time_ns() + _running_ns(server)
    await work()
    after = time.process_time_ns() + _running_ns(server)
    return (after - before) / 1e3 / (BATCH * BATCHES)


def _running_ns(pid: int) -> int:
    """How long a process has run, by the kernel's own account."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


async def _handle(pipeline: Pipeline, batches: Sequence[Sequence[Admitted]]) -> None:
    for batch in batches:
        await pipeline.process(batch, lane="bench")


async def _seal(pool: Pool) -> None:
    async with pool.acquire() as db, db.transaction():
        assert await seals.seal(db, "account")  # type: ignore[arg-type]


@contextmanager
def _trail(is_written: bool) -> Iterator[None]:
    own: Any = audit
    entries_of = own.entries_of
    if not is_written:
        own.entries_of = lambda *_: []
    try:
        yield
    finally:
        own.entries_of = entries_of


async def _clear(database: Database) -> None:
    """What the relay does meanwhile."""
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("delete from account.outbox")
    await admin.execute("vacuum analyze account.outbox")
    await admin.execute("checkpoint")
    await admin.close()


def _transfers(pipeline: Pipeline, numbers: list[str]) -> Iterator[Admitted]:
    pairs = cycle(zip(numbers, numbers[1:] + numbers[:1], strict=True))
    for number, (debtor, creditor) in zip(count(), pairs, strict=False):
        command = MakeTransfer(
            from_account=debtor, to_account=creditor, amount=inr("1"), description=f"rent {number}"
        )
        admitted = pipeline.admit(_delivery(command))
        assert isinstance(admitted, Admitted)
        yield admitted


def _delivery(command: MakeTransfer) -> Delivery:
    return Delivery(
        queue=command_queue("account"), message_id=uuid4(), type=routing_key(MakeTransfer),
        payload=command.model_dump(mode="json"), sender=GATEWAY, subject=TELLER,
        correlation_id=uuid4().hex, causation_id=None, deadline=None, trace=new_trace(), attempt=0,
        reply_to="gateway.replies", source="192.0.2.7",
    )  # fmt: skip


def _nobody(delivery: Delivery) -> Any:
    raise AssertionError("a transfer asks nobody")


def _report(taken: dict[bool, list[float]], sealing: list[float], row_bytes: float) -> None:
    ratios = [a / b for a, b in zip(taken[True], taken[False], strict=True)]
    quarter = len(ratios) // 4
    middle = sorted(ratios)[quarter : len(ratios) - quarter]
    lines = (
        f"a transfer in the pipeline, without  {median(taken[False]):8.0f} µs",
        f"the same, with its trail             {median(taken[True]):8.0f} µs",
        f"ratio in a round                     {median(ratios):8.3f}"
        f"    (middle half {middle[0]:.3f} to {middle[-1]:.3f})",
        f"sealing a row, afterwards            {median(sealing):8.1f} µs",
        f"a row and its seal on the disk       {row_bytes:8.0f} bytes",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
