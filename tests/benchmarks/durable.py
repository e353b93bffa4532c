"""The yardstick of payments: four durable steps of DBOS on the bank's own PostgreSQL server.

`python -m tests.benchmarks.durable <plan file>`: no HTTP, no broker, nobody who listens; a step
writes one row and no more. As fast as DBOS 3.4 was found to be. Tried were, in µs of processor time
of a workflow outside PostgreSQL: plain steps in threads, called 10,000 · started and awaited 13,000
· from a queue 30,000 · coroutines 16,000 to 25,000 · steps as transactions of its data source
55,000. With 64 threads in a process they wait for each other, so fewer are tried, too: the others
of the 64 in flight then wait in memory. What counts is the best of `SHAPES`.
"""

import json
import multiprocessing
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import psycopg
from dbos import DBOS

from tests.benchmarks.load import WARM_UP_SECONDS, Outcome

DATABASE = "dbos"
SHAPES = ((1, 8), (2, 4), (2, 32))  # processes, and workflows at once in each
ALONE = ((1, 1),)
STEPS = ("hold", "submit", "capture", "tell")
POOL_SIZE_MAX = 16  # more made nothing faster
START_SECONDS = 60.0  # until all processes are ready
TABLE = """create table if not exists steps (
    payment text, step text, amount_minor bigint, primary key (payment, step)
)"""
WRITE = "insert into steps values (%s, %s, %s) on conflict do nothing"
AMOUNT_MINOR = 100

_url = ""
_own = threading.local()
_ready: Barrier


@dataclass(frozen=True)
class DurablePlan:
    """How many processes, how many workflows at once in each, for how long."""

    url: str
    processes: int
    threads: int
    seconds: float


@DBOS.workflow()
def payment(payment_id: str) -> str:
    for step in STEPS:
        write(payment_id, step)
    return payment_id


@DBOS.step()
def write(payment_id: str, step: str) -> None:
    """A step may run again after a crash, which is why a second row is no error."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(_url, autocommit=True, prepare_threshold=0)
    _own.connection.execute(WRITE, (payment_id, step, AMOUNT_MINOR))


def measured(plan: DurablePlan) -> Outcome:
    """Of all processes together, over the same seconds."""
    with psycopg.connect(plan.url, autocommit=True) as connection:
        connection.execute(TABLE)
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Barrier(plan.processes)
    with ProcessPoolExecutor(plan.processes, spawning, _begin, (plan.url, ready)) as pool:
        outcomes = list(pool.map(_run, [plan] * plan.processes))
    latencies = sorted(each for outcome in outcomes for each in outcome.latencies)
    return Outcome(plan.seconds, len(latencies), answered=len(latencies), latencies=latencies)


def _begin(url: str, ready: Barrier) -> None:
    global _url, _ready
    _url, _ready = url, ready


def _run(plan: DurablePlan) -> Outcome:
    """What one process finishes, after all are warm."""
    _launch(plan)
    try:
        with ThreadPoolExecutor(plan.threads) as threads:
            _keep_paying(threads, plan, WARM_UP_SECONDS)
            _ready.wait(START_SECONDS)
            return _keep_paying(threads, plan, plan.seconds)
    finally:
        DBOS.destroy()


def _launch(plan: DurablePlan) -> None:
    DBOS(
        config={
            "name": "yardstick",
            "system_database_url": plan.url.replace("postgresql:", "postgresql+psycopg:"),
            "sys_db_pool_size": min(plan.threads + 2, POOL_SIZE_MAX),
            "executor_id": uuid4().hex,
            "log_level": "ERROR",
        }
    )
    DBOS.launch()


def _keep_paying(threads: ThreadPoolExecutor, plan: DurablePlan, seconds: float) -> Outcome:
    until = time.perf_counter() + seconds

    def keep_paying() -> list[float]:
        latencies: list[float] = []
        while True:
            begun_at = time.perf_counter()
            payment(str(uuid4()))
            ended_at = time.perf_counter()
            if ended_at > until:
                return latencies
            latencies.append(ended_at - begun_at)

    running = [threads.submit(keep_paying) for _ in range(plan.threads)]
    latencies = sorted(each for one in running for each in one.result())
    return Outcome(seconds, len(latencies), latencies=latencies)


def main() -> None:
    plan = DurablePlan(**json.loads(Path(sys.argv[1]).read_text()))
    json.dump(asdict(measured(plan)), sys.stdout)


if __name__ == "__main__":
    main()
