"""The figures: what each measures, in the order in which a round takes them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from uuid import uuid4

from tests.benchmarks import lanes
from tests.benchmarks.bulk import BulkPlan
from tests.benchmarks.load import LoadPlan, Outcome, request
from tests.benchmarks.machine import used_cores
from tests.benchmarks.stage import Scene, Stage
from tests.benchmarks.strangers import BESIDE, balances, beside

PGBENCH, POSTING, HOT = (
    "pgbench TPC-B",
    "entries from bulk commands",
    "the same, half on one account",
)
BARE, BARE_REMEMBERED = "bare route", "bare route that remembers tokens"
TRANSFERS, PAYMENTS = "HTTP transfers", "payments to completion"
TRANSFER_PATH = "/api/transactions/transfers"
HOT_SHARE = 0.5
ONE, MANY = 1, 64  # connections
BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}
PARTS = ("posting", "http", "payments", "flood", "lanes")

Takes = Callable[[Stage, float, "Figures"], Awaitable[None]]


def at(figure: str, connections: int) -> str:
    return f"{figure}, {connections} connection{'s' if connections > 1 else ''}"


@dataclass
class Figures:
    """Rates per second by figure, one of each per round, and what was seen beside them."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    p95s: dict[str, list[float]] = field(default_factory=dict)  # milliseconds, where they count

    def add(self, figure: str, rate: float, note: str = "") -> None:
        self.rates.setdefault(figure, []).append(rate)
        self.notes.setdefault(figure, []).append(note)

    def ratio(self, figure: str, yardstick: str) -> list[float]:
        """Of each round's figure to the same round's yardstick."""
        return _ratio(self.rates, figure, yardstick)

    def p95_ratio(self, figure: str, yardstick: str) -> list[float]:
        """Of each round's p95 to the same round's of the yardstick."""
        return _ratio(self.p95s, figure, yardstick)


async def take_pgbench(stage: Stage, seconds: float, figures: Figures) -> None:
    best, rates = await stage.pgbench.best(seconds)
    figures.add(PGBENCH, best, " · ".join(f"{n}: {rate:,.0f}" for n, rate in rates.items()))


async def take_posting(stage: Stage, seconds: float, figures: Figures) -> None:
    for figure, hot_share in ((POSTING, 0.0), (HOT, HOT_SHARE)):
        plan = BulkPlan(
            stage.bank.amqp_url("operator"), stage.accounts, hot_share, seconds, uuid4().hex[:8]
        )
        with used_cores(stage.bank) as usage:
            outcome = await stage.bulk(plan)
        settled = await stage.settle()
        figures.add(figure, outcome.per_second, f"{usage}; heard by all {settled:.0f} s later")


async def take_http(stage: Stage, seconds: float, figures: Figures) -> None:
    for connections in (ONE, MANY):
        for figure, path in ((BARE, "/checked"), (BARE_REMEMBERED, "/remembered")):
            outcome = await stage.http(_plan(stage, stage.bare_port, connections, seconds, path))
            figures.add(at(figure, connections), outcome.per_second, _latencies(outcome))
        plan = LoadPlan(
            stage.bank.port_base, connections, seconds, transfers(stage), 201, uuid4().hex
        )
        with used_cores(stage.bank) as usage:
            outcome = await stage.http(plan)
        note = f"{_latencies(outcome)}; {usage}"
        figures.add(at(TRANSFERS, connections), outcome.per_second, note)
        await stage.settle()


async def take_payments(stage: Stage, seconds: float, figures: Figures) -> None:
    sent = [
        request("/api/payments", stage.token, _payment(payer), Prefer="wait=30")
        for payer in stage.accounts
    ]
    plan = LoadPlan(stage.bank.port_base, MANY, seconds, sent, 201, uuid4().hex)
    with used_cores(stage.bank) as usage:
        outcome = await stage.http(plan)
    figures.add(PAYMENTS, outcome.per_second, f"{_latencies(outcome)}; {usage}")
    await stage.settle()


async def take_flood(stage: Stage, seconds: float, figures: Figures) -> None:
    for figure in BESIDE:
        async with beside(stage.bank.port_base, figure):
            outcome = await stage.http(balances(stage, seconds))
        figures.add(figure, outcome.per_second, _latencies(outcome))


async def take_lanes(stage: Stage, seconds: float, figures: Figures) -> None:
    await _take_transfers(stage, lanes.ALONE, seconds, figures)
    await stage.settle()
    async with lanes.loading(stage, seconds, uuid4().hex[:8]) as load:
        await _take_transfers(stage, lanes.BESIDE, seconds, figures)
    figures.add(lanes.LOADED, (await load).per_second)
    await stage.settle()


async def _take_transfers(stage: Stage, figure: str, seconds: float, figures: Figures) -> None:
    """Of one customer, who asks again as soon as he is answered."""
    with used_cores(stage.bank) as usage:
        outcome = await stage.http(_plan(stage, stage.bank.port_base, ONE, seconds, TRANSFER_PATH))
    figures.add(figure, outcome.per_second, f"{_latencies(outcome)}; {usage}")
    figures.p95s.setdefault(figure, []).append(outcome.percentile(0.95))


TAKES: Mapping[str, Takes] = {
    "posting": take_posting,
    "http": take_http,
    "payments": take_payments,
    "flood": take_flood,
    "lanes": take_lanes,
}


def _ratio(taken: Mapping[str, list[float]], figure: str, yardstick: str) -> list[float]:
    pairs = zip(taken.get(figure, []), taken.get(yardstick, []), strict=True)
    return [one / other for one, other in pairs]


def spread(values: list[float], digits: int = 2) -> str:
    """`4.10 (3.90 to 4.30)`: the median, the lowest and the highest."""
    if not values:
        return "not taken"
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _plan(stage: Stage, port: int, connections: int, seconds: float, path: str) -> LoadPlan:
    """The transfers' very bytes, to another path."""
    return LoadPlan(port, connections, seconds, transfers(stage, path), 201, uuid4().hex)


def transfers(stage: Scene, path: str = TRANSFER_PATH) -> list[str]:
    pairs = zip(stage.accounts, stage.accounts[1:], strict=False)
    return [
        request(path, stage.token, {"from_account": a, "to_account": b, "amount": "1.00"})
        for a, b in pairs
    ]


def _payment(payer: str) -> dict[str, object]:
    return {
        "from_account": payer, "beneficiary": BENEFICIARY, "amount": "1.00", "rail": "IMPS",
    }  # fmt: skip


def _latencies(outcome: Outcome) -> str:
    return f"p50 {outcome.percentile(0.5):.1f} ms, p95 {outcome.percentile(0.95):.1f} ms"
