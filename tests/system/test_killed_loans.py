"""`kill -9` at each step of a movement of a loan's money: in the end it is whole, and there once.

A step is held up by the lock of a row that it needs, or by a frozen broker; then who is at work on
it is killed, and the movement goes on when he was started again.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.approving import another_manager
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.holding import holding, until_found, until_stuck
from tests.system.test_loan_repayments import Borrower

pytestmark = pytest.mark.system

SECONDS, HEALTHY_SECONDS, PAUSE_SECONDS = 60.0, 120.0, 0.2
PAID_OUT, REPAID = Decimal("118584.00"), Decimal("5000.00")  # less a fee of 1 % with its tax
TOPPED_UP = Decimal("9882.00")  # 10 000.00, likewise
DONE, TRY_AGAIN, DECIDED = (200, 201), (202, 429, 500, 502, 503, 504), 409
ITS_LOAN = "select from loan.loans where loan_id::text = $1 for update"
ITS_MOVEMENT = (
    "select from loan.sagas where data ->> 'loan_id' = $1 and phase = 'forward' for update"
)
ITS_ACCOUNT = (
    "select from account.balances b join account.accounts a on a.id = b.account_id"
    " join loan.loans l on l.account_number = a.number where l.loan_id::text = $1 for update of b"
)


@dataclass
class Hand:
    """Holds up what is done for one loan, and kills who does it."""

    bank: Bank
    loan_id: str

    @asynccontextmanager
    async def holding(self, rows: str) -> AsyncIterator[None]:
        """Nobody else may have these rows of the loan."""
        async with holding(self.bank, rows, self.loan_id) as held:
            assert held
            yield

    @asynccontextmanager
    async def answered(self, begin: "Begin") -> AsyncIterator[None]:
        """The books have answered, and the loan service waits for the rows of the movement."""
        async with AsyncExitStack() as stack:
            async with self.holding(ITS_ACCOUNT):
                begin()
                await self.until_stuck("account")
                await stack.enter_async_context(self.holding(ITS_MOVEMENT))
            await self.until_stuck("loan")
            yield

    def freeze_broker(self) -> None:
        """It takes nothing and gives nothing."""
        os.kill(self.bank.pid("rabbitmq"), signal.SIGSTOP)

    def thaw_broker(self) -> None:
        os.kill(self.bank.pid("rabbitmq"), signal.SIGCONT)

    async def until_stuck(self, service: str) -> None:
        """Until this service waits for rows that somebody holds."""
        await until_stuck(self.bank, service)

    async def until_busy(self) -> None:
        """Until money of the loan is on its way."""
        await until_found(
            self.bank,
            "select from loan.loans where loan_id::text = $1 and operation_id is not null",
            self.loan_id,
        )

    async def until_free(self) -> None:
        """Until it no longer is."""
        await until_found(
            self.bank,
            "select from loan.loans where loan_id::text = $1 and operation_id is null",
            self.loan_id,
        )


Begin = Callable[[], object]  # sends the call, and does not wait for its end
Kill = Callable[[Hand, Begin], Awaitable[None]]


async def while_its_command_is_handled(hand: Hand, begin: Begin) -> None:
    async with hand.holding(ITS_LOAN):
        begin()
        await hand.until_stuck("loan")
        hand.bank.kill("loan")


async def while_its_entry_is_on_its_way_to_the_books(hand: Hand, begin: Begin) -> None:
    async with hand.holding(ITS_LOAN):
        begin()
        await hand.until_stuck("loan")
        hand.freeze_broker()
    await hand.until_busy()
    hand.bank.kill("loan")
    hand.thaw_broker()


async def while_its_entry_is_booked(hand: Hand, begin: Begin) -> None:
    async with hand.holding(ITS_ACCOUNT):
        begin()
        await hand.until_stuck("account")
        hand.bank.kill("account", "loan")


async def while_the_answer_of_the_books_is_heard(hand: Hand, begin: Begin) -> None:
    async with hand.answered(begin):
        hand.bank.kill("loan")


async def while_its_end_is_told(hand: Hand, begin: Begin) -> None:
    async with hand.answered(begin):
        hand.freeze_broker()
    await hand.until_free()
    hand.bank.kill("loan")
    hand.thaw_broker()


KILLS: Mapping[str, Kill] = {
    "its command is handled": while_its_command_is_handled,
    "its entry is on its way to the books": while_its_entry_is_on_its_way_to_the_books,
    "its entry is booked": while_its_entry_is_booked,
    "the answer of the books is heard": while_the_answer_of_the_books_is_heard,
    "its end is told": while_its_end_is_told,
}


@pytest.fixture
async def borrower(bank: Bank, teller: Client, manager: Client) -> AsyncIterator[Borrower]:
    """A borrower whose loan is approved; afterwards the bank is well."""
    customer = await teller.create_customer()
    account = await teller.open_account("200000.00", customer_id=customer["id"])
    made = Borrower(bank, teller, manager, account)
    wish = {
        "customer_id": customer["id"], "account_number": account, "product_code": "PERSONAL",
        "principal": "120000.00", "instalments": 12,
    }  # fmt: skip
    made.loan_id = str((await teller.made("/api/loans", wish))["loan_id"])
    approved = await manager.post(f"/api/loans/{made.loan_id}/approve", {})
    assert approved.status_code == 200, approved.text
    yield made
    await bank.until_healthy(HEALTHY_SECONDS)


@pytest.mark.parametrize("kill", KILLS)
async def test_money_of_a_loan_moves_once_and_whole_though_somebody_dies_while(
    bank: Bank, borrower: Borrower, kill: str
) -> None:
    async def seen() -> tuple[Decimal, str, list[str]]:
        """What is on the account, what is owed, and what has happened to the loan."""
        happened = (await borrower.found("/transactions"))["items"]
        balance = await borrower.teller.balance(borrower.account)
        owed = (await borrower.found())["outstanding"]
        return balance - before, owed, [each["kind"] for each in happened]

    async def in_danger(who: Client, path: str, body: Json | None = None) -> None:
        await _in_danger(Hand(bank, borrower.loan_id), KILLS[kill], who, path, body)
        await bank.until_healthy(HEALTHY_SECONDS)

    path = f"/api/loans/{borrower.loan_id}"
    before = await borrower.teller.balance(borrower.account)

    await in_danger(borrower.manager, f"{path}/disburse", {})
    assert await seen() == (PAID_OUT, "120000.00", ["disbursed"])

    await in_danger(borrower.teller, f"{path}/repayments", {"amount": str(REPAID)})
    change, owed, happened = await seen()
    assert (change, happened) == (PAID_OUT - REPAID, ["repaid", "disbursed"])
    assert owed < "120000.00"

    repaid = (await borrower.found("/transactions"))["items"][0]["operation_id"]
    reverse = f"{path}/repayments/{repaid}/reverse"
    parked = await borrower.manager.post(reverse, {"reason": "test"}, key=str(uuid4()))
    async with another_manager(bank) as second:
        await in_danger(second, f"{parked.headers['Location']}/approve")
    kinds = ["repayment-reversed", "repaid", "disbursed"]
    assert await seen() == (PAID_OUT, "120000.00", kinds)

    more = {"amount": "10000.00", "reason": "test"}
    parked = await borrower.manager.post(f"{path}/top-up", more, key=str(uuid4()))
    async with another_manager(bank) as second:
        await in_danger(second, f"{parked.headers['Location']}/approve")
    assert await seen() == (PAID_OUT + TOPPED_UP, "130000.00", ["topped-up", *kinds])
    await borrower.check_books()


async def _in_danger(hand: Hand, kill: Kill, who: Client, path: str, body: Json | None) -> None:
    """Make this call while this one kills, until its movement is over and the bank is well."""
    key = str(uuid4())
    calls: list[asyncio.Task[None]] = []

    def begin() -> None:
        calls.append(asyncio.create_task(_until_done(lambda: who.post(path, body, key=key))))

    await kill(hand, begin)

    await asyncio.wait_for(asyncio.gather(*calls), SECONDS)
    await hand.until_free()
    await hand.bank.until_healthy(HEALTHY_SECONDS)


async def _until_done(call: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Repeat the call until it says that it was done; an approval may have been given before."""
    while True:
        with suppress(httpx.TransportError):
            answer = await call()
            if answer.status_code in (*DONE, DECIDED):
                return
            assert answer.status_code in TRY_AGAIN, answer.text
        await asyncio.sleep(PAUSE_SECONDS)
