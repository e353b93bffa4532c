"""What is asked of both banks by turns, and how long each takes to answer."""

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode
from uuid import uuid4

from contracts.account.books import GetTrialBalance, TrialBalance
from contracts.envelope import OPERATOR, Subject
from infra.bus.ask import AskClient
from tests.benchmarks.bulk import BulkPlan
from tests.benchmarks.figures import MANY, transfers
from tests.benchmarks.growth.filling import Books
from tests.benchmarks.load import LoadPlan
from tests.benchmarks.stage import Scene
from tests.fixtures.bank import Client

NAMES = ("empty", "full")
WARM_UPS = 3
RICH_ACCOUNTS = 1_000  # of those that were filled, for transfers and bulk commands
Asks = Callable[["Grown"], Awaitable[None]]

# What is to match nothing, and what matches one movement of a date.
FILTERS: Mapping[str, Mapping[str, str]] = {
    "of a type, nothing": {"type": "INTEREST"},
    "of a type, seldom": {"type": "FEE"},
    "of dates, nothing": {"from": "1999-01-01", "to": "1999-12-31"},
    "of dates, one old date": {},  # each bank's own first one with transfers
    "from an amount, nothing": {"min_amount": "99999999"},
    "from an amount, seldom": {"min_amount": "700", "max_amount": "1000000"},
    "up to an amount, nothing": {"max_amount": "0.10"},
    "with a word, nothing": {"search": "nowhere to be found"},
    "with a word, seldom": {"search": "lighthouse"},
}
OF_POSTINGS = ("of a type, nothing", "of a type, seldom", "of dates, nothing",
               "of dates, one old date")  # fmt: skip


@dataclass(kw_only=True)
class Grown(Scene):
    """A bank with its books, a client of each kind, and what it is asked at random."""

    books: Books
    teller: Client
    operator: AskClient
    entries: Mapping[str, str]  # by what is special about each
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    async def get(self, path: str, **wanted: str) -> None:
        await self.teller.found(f"{path}?{urlencode(wanted)}" if wanted else path)

    def past(self) -> str:
        return str(self.chance.choice(self.books.dates[1:]))


def questions() -> dict[str, Asks]:
    """By the name of the figure."""
    found: dict[str, Asks] = {
        "balance as of a random past date": _balance_as_of,
        "trial balance of the ledger, now": lambda bank: _trial_balance(bank, is_past=False),
        "trial balance of the ledger, as of a past date": lambda bank: _trial_balance(
            bank, is_past=True
        ),
        "trial balance of the report, now": lambda bank: bank.get("/api/reports/trial-balance"),
        "trial balance of the report, as of a past date": lambda bank: bank.get(
            "/api/reports/trial-balance", as_of=bank.past()
        ),
        "an entry": lambda bank: bank.get(f"/api/transactions/{bank.entries['plain']}"),
        "an entry that was taken back": lambda bank: bank.get(
            f"/api/transactions/{bank.entries['reversed']}"
        ),
        "holds of an account": lambda bank: bank.get(f"{_account(bank)}/holds"),
        "holds of an account in a state, nothing": lambda bank: bank.get(
            f"{_account(bank)}/holds", state="CAPTURED"
        ),
        "postings of an account": lambda bank: bank.get(f"{_account(bank)}/transactions"),
        "history of an account": lambda bank: bank.get(
            "/api/transactions", account_number=bank.books.busiest
        ),
        "history of the bank": lambda bank: bank.get("/api/transactions"),
    }
    for name, filters in FILTERS.items():
        if name in OF_POSTINGS:
            found[f"postings of an account {name}"] = _filtered(filters, is_posting=True)
        found[f"history of an account {name}"] = _filtered(filters, is_of_account=True)
        found[f"history of the bank {name}"] = _filtered(filters)
    return found


def _filtered(
    filters: Mapping[str, str], *, is_posting: bool = False, is_of_account: bool = False
) -> Asks:
    async def ask(bank: Grown) -> None:
        day = str(bank.books.dates[1])
        wanted = dict(filters) or {"from": day, "to": day}
        if is_of_account:
            wanted["account_number"] = bank.books.busiest
        await bank.get(
            f"{_account(bank)}/transactions" if is_posting else "/api/transactions", **wanted
        )

    return ask


def _account(bank: Grown) -> str:
    return f"/api/accounts/{bank.books.busiest}"


async def _balance_as_of(bank: Grown) -> None:
    await bank.get(f"{_account(bank)}/balance", as_of=bank.past())


async def _trial_balance(bank: Grown, *, is_past: bool) -> None:
    as_of = bank.chance.choice(bank.books.dates[1:]) if is_past else None
    query = GetTrialBalance(as_of=as_of)
    reply = await bank.operator.ask(query, subject=Subject(id=OPERATOR), wait_seconds=30)
    assert isinstance(reply.message, TrialBalance), reply.message


async def take_questions(
    banks: Mapping[str, Grown], times: int, tell: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Milliseconds by figure and bank, the median of so many; the banks take turns."""
    taken: dict[str, dict[str, float]] = {}
    for name, ask in questions().items():
        seen: dict[str, list[float]] = {which: [] for which in banks}
        for number in range(WARM_UPS + times):
            for which in NAMES if number % 2 else reversed(NAMES):
                begun_at = time.perf_counter()
                await ask(banks[which])
                if number >= WARM_UPS:
                    seen[which].append((time.perf_counter() - begun_at) * 1_000)
        taken[name] = {which: median(values) for which, values in seen.items()}
        tell(f"{name}: {taken[name]['empty']:.1f} ms empty, {taken[name]['full']:.1f} ms full")
    return taken


async def take_rates(
    banks: Mapping[str, Grown], rounds: int, seconds: float
) -> dict[str, dict[str, list[float]]]:
    """Entries and transfers per second by figure and bank, one of each bank in every round."""
    taken: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        for which in NAMES if number % 2 else reversed(NAMES):
            bank = banks[which]
            for figure, take in (("entries from bulk commands", _bulk),
                                 ("HTTP transfers", _transfers)):  # fmt: skip
                rates = taken.setdefault(figure, {name: [] for name in NAMES})
                rates[which].append(await take(bank, seconds))
                await bank.settle()
    return taken


async def _bulk(bank: Grown, seconds: float) -> float:
    plan = BulkPlan(bank.bank.amqp_url(OPERATOR), bank.accounts, 0.0, seconds, uuid4().hex[:8])
    return (await bank.bulk(plan)).per_second


async def _transfers(bank: Grown, seconds: float) -> float:
    sent = transfers(bank)
    plan = LoadPlan(bank.bank.port_base, MANY, seconds, sent, 201, uuid4().hex)
    return (await bank.http(plan)).per_second
