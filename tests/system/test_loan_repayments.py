"""Loans repaid over HTTP: from accounts and in cash, taken back, told, relieved, written off."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from infra.deployment.loans import verify
from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

SECONDS = 20.0


class Borrower:
    """A customer with 200 000.00 on his account, of which 120 000.00 are lent to him."""

    def __init__(self, bank: Bank, teller: Client, manager: Client, account: str) -> None:
        self.bank, self.teller, self.manager, self.account = bank, teller, manager, account
        self.loan_id = ""
        self.customer_id = 0

    async def sent(self, who: Client, call: str, body: Json, **headers: str) -> Any:
        key = headers.pop("key", str(uuid4()))
        return await who.post(f"/api/loans/{self.loan_id}/{call}", body, key=key, **headers)

    async def repay(self, amount: str, **more: Any) -> Any:
        return await self.sent(self.teller, "repayments", {"amount": amount, **more})

    async def found(self, call: str = "") -> Json:
        return await self.teller.found(f"/api/loans/{self.loan_id}{call}")

    async def decided(self, call: str, body: Json) -> Json:
        """What two managers have decided: asked for by one, approved by the other."""
        parked = await self.sent(self.manager, call, body)
        assert parked.status_code == 202, parked.text
        async with another_manager(self.bank) as second:
            await approve(second, parked)

        async def is_over() -> bool:
            return bool((await self.found())["operation"] is None)

        await until(is_over, SECONDS, "the books have answered")
        return await self.found()

    async def check_books(self) -> None:
        """What is booked for the loan sums to what went over accounts and cash, and the ledger has
        the same on its lines for this loan."""
        async with self.bank.database() as database:
            kept = await database.fetch(
                "select line, minor from loan.loan_books where loan_id = $1::uuid and minor <> 0"
                " order by line",
                self.loan_id,
            )
            booked = await database.fetch(
                "select g.gl_code as line, sum(p.amount_minor)::bigint as minor"
                " from loan.loan_events e join account.entries n using (reference)"
                " join account.postings p using (entry_id)"
                " join account.accounts g on g.id = p.account_id"
                " where e.loan_id = $1::uuid and g.customer_id is null and g.gl_code <> 'CASH'"
                " group by g.gl_code having sum(p.amount_minor) <> 0 order by g.gl_code",
                self.loan_id,
            )
        assert [tuple(row) for row in kept] == [tuple(row) for row in booked]
        told: list[str] = []
        verified = await verify(self.bank.postgres_url, told.append)
        assert (verified.differences, verified.under_way or told) == (0, verified.under_way or [])


@pytest.fixture
async def borrower(bank: Bank, teller: Client, manager: Client) -> Borrower:
    customer = await teller.create_customer()
    account = await teller.open_account("200000.00", customer_id=customer["id"])
    made = Borrower(bank, teller, manager, account)
    made.customer_id = customer["id"]
    wish = {
        "customer_id": customer["id"], "account_number": account, "product_code": "PERSONAL",
        "principal": "120000.00", "instalments": 12,
    }  # fmt: skip
    made.loan_id = str((await teller.made("/api/loans", wish))["loan_id"])
    approved = await manager.post(f"/api/loans/{made.loan_id}/approve", {})
    assert approved.status_code == 200, approved.text
    paid_out = await made.sent(manager, "disburse", {})
    assert paid_out.status_code == 201, paid_out.text
    return made


def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


def total(found: Json, name: str = "amount") -> Decimal:
    return sum((Decimal(each[name]) for each in found["lines"]), start=Decimal(0))


async def test_a_loan_is_repaid_from_its_account_and_in_cash_until_nothing_is_owed(
    borrower: Borrower,
) -> None:
    before = await borrower.teller.balance(borrower.account)
    due = [each["due"] for each in (await borrower.found("/schedule"))["instalments"]]

    first = await borrower.repay(due[0])
    after_first = await borrower.teller.balance(borrower.account)
    in_cash = await borrower.repay("1000.00", cash=True)
    after_cash = await borrower.teller.balance(borrower.account)
    payoff = await borrower.found("/payoff")
    why = await borrower.found("/explain")
    last = await borrower.repay(payoff["payoff"])

    # On the first day no interest has been earned yet: all of it repays principal.
    assert (first.status_code, first.json()["outstanding"]) == (201, "109338.15")
    assert in_cash.json()["outstanding"] == payoff["payoff"] == "108338.15"
    assert total(why) == Decimal(why["figure"]) == Decimal(payoff["payoff"])
    assert last.json()["state"] == "closed"
    assert last.json()["outstanding"] == "0.00"
    assert (before - after_first, after_cash) == (Decimal(due[0]), after_first)
    paid = before - await borrower.teller.balance(borrower.account)
    assert paid == Decimal(due[0]) + Decimal(payoff["payoff"])
    await borrower.check_books()
    assert code_of(await borrower.repay("1.00"), 409) == "loan-closed"


async def test_a_repayment_counts_once_under_one_key(borrower: Borrower) -> None:
    body = {"amount": "1700.00"}

    first = await borrower.sent(borrower.teller, "repayments", body, key="once")
    repeat = await borrower.sent(borrower.teller, "repayments", body, key="once")
    without = await borrower.teller.post(f"/api/loans/{borrower.loan_id}/repayments", body)

    assert (first.status_code, repeat.status_code) == (201, 201)
    assert repeat.headers["Idempotency-Replayed"] == "true"
    assert repeat.json()["outstanding"] == "118300.00"
    assert code_of(without, 400) == "idempotency-key-missing"


async def test_a_repayment_that_is_refused_changes_nothing_and_says_why(
    borrower: Borrower, teller: Client
) -> None:
    stranger = await teller.open_account("1000.00")
    empty = await teller.open_account(customer_id=borrower.customer_id)

    async def refusal(amount: str, status: int, **more: Any) -> str:
        return code_of(await borrower.repay(amount, **more), status)

    assert await refusal("1.00", 422, from_account=stranger) == "not-the-borrowers-account"
    assert await refusal("1.00", 422, from_account="AC-20250101-999999") == (
        "not-the-borrowers-account"
    )
    assert await refusal("1.00", 422, from_account=empty) == "insufficient-funds"
    assert await refusal("1.00", 422, from_account=empty, cash=True) == "source-unclear"
    assert await refusal("0", 422) == "invalid-amount"
    assert await refusal("1.00", 422, currency="EUR") == "currency-mismatch"
    assert await refusal("1.00", 422, paid_on="2000-01-01") == "repayment-before-disbursement"
    assert await refusal("1.00", 422, paid_on="2999-01-01") == "date-after-business-date"
    loan = await borrower.found()
    assert (loan["outstanding"], loan["operation"]) == ("120000.00", None)
    await borrower.check_books()


async def test_a_repayment_taken_back_is_as_if_it_had_never_been(borrower: Borrower) -> None:
    before = (await borrower.found("/schedule"), await borrower.teller.balance(borrower.account))
    await borrower.repay("5000.00")
    [repaid, _] = (await borrower.found("/transactions"))["items"]

    path = f"repayments/{repaid['operation_id']}/reverse"
    loan = await borrower.decided(path, {"reason": "another's money"})
    after = (await borrower.found("/schedule"), await borrower.teller.balance(borrower.account))
    history = await borrower.found("/transactions")

    assert (repaid["kind"], repaid["amount"], repaid["is_reversed"]) == ("repaid", "5000.00", False)
    assert loan["outstanding"] == "120000.00"
    assert after == before
    kinds = [(each["kind"], each["is_reversed"]) for each in history["items"]]
    assert kinds == [("repayment-reversed", False), ("repaid", True), ("disbursed", False)]
    await borrower.check_books()
    again = await borrower.sent(borrower.manager, path, {"reason": "twice"})
    assert again.status_code == 202  # judged when it is approved


async def test_what_was_overpaid_is_the_borrowers_and_is_given_back(borrower: Borrower) -> None:
    await borrower.repay("120100.00")

    too_much = await borrower.sent(borrower.teller, "refunds", {"amount": "100.01"})
    refunded = await borrower.sent(borrower.teller, "refunds", {})

    assert code_of(too_much, 422) == "refund-above-overpaid"
    assert refunded.status_code == 201, refunded.text
    await borrower.check_books()


async def test_a_schedule_is_made_anew_by_two_managers_and_every_instalment_is_explained(
    borrower: Borrower,
) -> None:
    schedule = await borrower.found("/schedule")
    third = schedule["instalments"][2]["due_date"]

    await borrower.decided(
        "reschedule", {"from_due": third, "extra_instalments": 6, "reason": "lower income"}
    )

    changed = await borrower.found("/schedule")
    assert len(changed["instalments"]) == 18
    assert changed["instalments"][:2] == schedule["instalments"][:2]
    assert sum(Decimal(each["principal"]) for each in changed["instalments"]) == 120_000
    why = await borrower.found("/instalments/3/explain")
    assert total(why) == Decimal(why["figure"]) == Decimal(changed["instalments"][2]["due"])
    missing = await borrower.teller.get(f"/api/loans/{borrower.loan_id}/instalments/19/explain")
    assert code_of(missing, 404) == "instalment-not-found"


async def test_a_loss_is_booked_by_two_managers_and_what_comes_later_is_recovered(
    borrower: Borrower,
) -> None:
    loan = await borrower.decided("write-off", {"reason": "insolvent"})
    repayment = await borrower.repay("1.00")
    recovered = await borrower.sent(borrower.teller, "recoveries", {"amount": "700.00"})
    more = await borrower.sent(borrower.teller, "recoveries", {"amount": "119300.01"})

    assert loan["state"] == "written-off"
    assert code_of(repayment, 409) == "loan-is-written-off"
    assert recovered.status_code == 201, recovered.text
    assert code_of(more, 422) == "recovery-above-loss"
    await borrower.check_books()


async def test_a_customer_repays_his_own_loan_and_learns_of_no_others(
    bank: Bank, borrower: Borrower
) -> None:
    calls: list[Callable[[Client], Awaitable[Any]]] = [
        lambda client: client.get(f"/api/loans/{borrower.loan_id}/payoff"),
        lambda client: client.get(f"/api/loans/{borrower.loan_id}/transactions"),
        lambda client: client.get(f"/api/loans/{borrower.loan_id}/explain"),
        lambda client: borrower.sent(client, "repayments", {"amount": "1.00"}),
    ]
    async with bank.signed_in("bob") as other:
        answers = [await call(other) for call in calls]

    assert [code_of(answer, 404) for answer in answers] == ["loan-not-found"] * 4
