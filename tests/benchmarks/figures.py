"""The figures: what each measures, in the order in which a round takes them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from uuid import uuid4

from tests.benchmarks import files, lanes, orders, screening
from tests.benchmarks.bulk import BulkPlan
from tests.benchmarks.costs import Cost
from tests.benchmarks.durable import ALONE as DURABLE_ALONE
from tests.benchmarks.durable import SHAPES as DURABLE_SHAPES
from tests.benchmarks.load import LoadPlan, Outcome, request
from tests.benchmarks.partners import PartnerPlan, partners, sending
from tests.benchmarks.stage import Scene, Stage
from tests.benchmarks.strangers import BESIDE, balances, beside

PGBENCH, POSTING, HOT = (
    "pgbench TPC-B",
    "entries from bulk commands",
    "the same, half on one account",
)
BARE, BARE_REMEMBERED = "bare route", "bare route that remembers tokens"
TRANSFERS, PAYMENTS = "HTTP transfers", "payments to completion"
ORIGINAL, DURABLE = "the original's transfers", "DBOS workflows"
TRANSFER_PATH = "/api/transactions/transfers"
HOT_SHARE = 0.5
ONE, MANY = 1, 64  # connections
BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}
PARTS = (
    "posting", "http", "payments", "screening", "partners", "files", "orders", "flood", "lanes",
)  # fmt: skip
PARTNER_HTTP = "HTTP transfers, taken beside partners"
PARTNERS = (1, 4)  # how many send at once; together as many commands as connections

Takes = Callable[[Stage, float, "Figures"], Awaitable[None]]


def of_partners(count: int) -> str:
    return f"partner commands in, answer out, {count} partner{'s' if count > 1 else ''}"


def at(figure: str, connections: int) -> str:
    return f"{figure}, {connections} connection{'s' if connections > 1 else ''}"


class Measure(StrEnum):
    """What two figures are compared by; of times, less is better."""

    RATE = "rate"
    P50 = "p50"
    P95 = "p95"


@dataclass
class Figures:
    """By figure, one of each per round: the rate per second, milliseconds where there are any, the
    cost of an operation where it was counted, and what was seen beside them."""

    taken: dict[Measure, dict[str, list[float]]] = field(
        default_factory=lambda: {measure: {} for measure in Measure}
    )
    notes: dict[str, list[str]] = field(default_factory=dict)
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def add(self, figure: str, rate: float, note: str = "") -> None:
        self.taken[Measure.RATE].setdefault(figure, []).append(rate)
        self.notes.setdefault(figure, []).append(note)

    def add_calls(self, figure: str, outcome: Outcome, cost: Cost | None = None) -> None:
        p50, p95 = outcome.percentile(0.5), outcome.percentile(0.95)
        self.add(figure, outcome.per_second, f"p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        self.taken[Measure.P50].setdefault(figure, []).append(p50)
        self.taken[Measure.P95].setdefault(figure, []).append(p95)
        if cost is not None:
            self.costs.setdefault(figure, []).append(cost)

    def ratio(self, figure: str, yardstick: str, measure: Measure = Measure.RATE) -> list[float]:
        """Of each round's figure to the same round's yardstick."""
        taken = self.taken[measure]
        pairs = zip(taken.get(figure, []), taken.get(yardstick, []), strict=True)
        return [one / other for one, other in pairs]


async def take_pgbench(stage: Stage, seconds: float, figures: Figures) -> None:
    best, rates = await stage.pgbench.best(seconds)
    figures.add(PGBENCH, best, " · ".join(f"{n}: {rate:,.0f}" for n, rate in rates.items()))


async def take_posting(stage: Stage, seconds: float, figures: Figures) -> None:
    for figure, hot_share in ((POSTING, 0.0), (HOT, HOT_SHARE)):
        plan = BulkPlan(
            stage.bank.amqp_url("operator"), stage.accounts, hot_share, seconds, uuid4().hex[:8]
        )
        outcome, cost = await stage.counted(stage.bulk(plan))
        figures.add(figure, outcome.per_second, f"heard by all {cost.heard_seconds:.0f} s later")
        figures.costs.setdefault(figure, []).append(cost)


async def take_http(stage: Stage, seconds: float, figures: Figures) -> None:
    for connections in (ONE, MANY):
        for figure, path in ((BARE, "/checked"), (BARE_REMEMBERED, "/remembered")):
            plan = _plan(stage, stage.bare.port, connections, seconds, path)
            outcome, cost = await stage.counted(stage.http(plan))
            figures.add_calls(at(figure, connections), outcome, cost)
        for figure, port, token in (
            (ORIGINAL, stage.original.gateway.port, stage.original.token),
            (TRANSFERS, stage.bank.port_base, stage.token),
        ):
            plan = _plan(stage, port, connections, seconds, token=token)
            outcome, cost = await stage.counted(stage.http(plan))
            figures.add_calls(at(figure, connections), outcome, cost)


async def take_payments(stage: Stage, seconds: float, figures: Figures) -> None:
    sent = [
        request("/api/payments", stage.token, _payment(payer), Prefer="wait=30")
        for payer in stage.accounts
    ]
    for connections in (ONE, MANY):
        shapes = DURABLE_ALONE if connections == ONE else DURABLE_SHAPES
        tried = {shape: await stage.durable(*shape, seconds) for shape in shapes}
        figures.add_calls(at(DURABLE, connections), max(tried.values(), key=_per_second))
        plan = LoadPlan(stage.bank.port_base, connections, seconds, sent, 201, uuid4().hex)
        outcome, cost = await stage.counted(stage.http(plan))
        figures.add_calls(at(PAYMENTS, connections), outcome, cost)


async def take_screening(stage: Stage, seconds: float, figures: Figures) -> None:
    """The same payments in three banks, in the other order in every other round."""
    sent = screening.payments(stage.accounts, stage.token)
    ways: list[tuple[str, Sequence[str], screening.Rules]] = [
        (screening.WITHOUT, (), screening.UNBOUNDED),
        (screening.WITH, screening.listed(), screening.BOUNDED),
        (screening.WITH_FEES, screening.listed(), screening.COSTING),
    ]
    if len(figures.taken[Measure.RATE].get(screening.WITH, ())) % 2:
        ways.reverse()
    for figure, names, rules in ways:
        plan = LoadPlan(stage.bank.port_base, MANY, seconds, sent, 201, uuid4().hex)
        async with screening.screening(stage.bank.postgres_url, names, rules):
            outcome, cost = await stage.counted(stage.http(plan))
        figures.add_calls(figure, outcome, cost)


async def take_partners(stage: Stage, seconds: float, figures: Figures) -> None:
    """Transfers that come by lanes, beside those that come by HTTP."""
    plan = _plan(stage, stage.bank.port_base, MANY, seconds)
    outcome, cost = await stage.counted(stage.http(plan))
    figures.add_calls(PARTNER_HTTP, outcome, cost)
    for count in PARTNERS:
        payers, payees = stage.accounts[:count], stage.accounts[count:]
        async with partners(stage.bank, payers) as them:
            sent = [
                sending(partner, [payer, *payees], seconds)
                for partner, payer in zip(them, payers, strict=True)
            ]
            plans = PartnerPlan(sent, MANY // count, seconds)
            outcome, cost = await stage.counted(stage.partners(plans))
        figures.add_calls(of_partners(count), outcome, cost)


async def take_files(stage: Stage, seconds: float, figures: Figures) -> None:
    """A file is done to its end, however long that takes."""
    for figure in (files.ALONE, files.ASKED):
        rate = await files.lines_per_second(stage, asked=figure == files.ASKED)
        figures.add(figure, rate)
        await stage.settle()


async def take_orders(stage: Stage, seconds: float, figures: Figures) -> None:
    """All of a day's work, however long that takes."""
    figures.add(orders.MADE, await orders.made_per_second(stage))
    await stage.settle()


async def take_flood(stage: Stage, seconds: float, figures: Figures) -> None:
    for figure in BESIDE:
        async with beside(stage.bank.port_base, figure):
            outcome = await stage.http(balances(stage, seconds))
        figures.add_calls(figure, outcome)


async def take_lanes(stage: Stage, seconds: float, figures: Figures) -> None:
    """One customer, who asks again as soon as he is answered, alone and beside a load."""
    plan = _plan(stage, stage.bank.port_base, ONE, seconds)
    outcome, cost = await stage.counted(stage.http(plan))
    figures.add_calls(lanes.ALONE, outcome, cost)
    async with lanes.loading(stage, seconds, uuid4().hex[:8]) as load:
        plan = _plan(stage, stage.bank.port_base, ONE, seconds)
        figures.add_calls(lanes.BESIDE, await stage.http(plan))
    figures.add(lanes.LOADED, (await load).per_second)
    await stage.settle()


TAKES: Mapping[str, Takes] = {
    "posting": take_posting,
    "http": take_http,
    "payments": take_payments,
    "screening": take_screening,
    "partners": take_partners,
    "files": take_files,
    "orders": take_orders,
    "flood": take_flood,
    "lanes": take_lanes,
}


def spread(values: list[float], digits: int = 2) -> str:
    """`4.10 (3.90 to 4.30)`: the median, the lowest and the highest."""
    if not values:
        return "not taken"
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _plan(
    stage: Stage, port: int, connections: int, seconds: float, path: str = TRANSFER_PATH,
    token: str = "",
) -> LoadPlan:  # fmt: skip
    """The transfers' very bytes, also to another path or with another token."""
    sent = transfers(stage, path, token)
    return LoadPlan(port, connections, seconds, sent, 201, uuid4().hex)


def transfers(stage: Scene, path: str = TRANSFER_PATH, token: str = "") -> list[str]:
    pairs = zip(stage.accounts, stage.accounts[1:], strict=False)
    return [
        request(path, token or stage.token, {"from_account": a, "to_account": b, "amount": "1.00"})
        for a, b in pairs
    ]


def _payment(payer: str) -> dict[str, object]:
    return {
        "from_account": payer, "beneficiary": BENEFICIARY, "amount": "1.00", "rail": "IMPS",
    }  # fmt: skip


def _per_second(outcome: Outcome) -> float:
    return outcome.per_second
