"""A loan's life over HTTP: applied for, told, decided, paid out, and refused where it must be."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

SECONDS = 20.0


class Lending:
    """A customer with an account, and the people who lend to him."""

    def __init__(self, teller: Client, manager: Client, customer_id: int, account: str) -> None:
        self.teller, self.manager = teller, manager
        self.customer_id, self.account = customer_id, account

    def wish(self, **changes: Any) -> Json:
        return {
            "customer_id": self.customer_id, "account_number": self.account,
            "product_code": "PERSONAL", "principal": "120000.00", "instalments": 12, **changes,
        }  # fmt: skip

    async def apply(self, **changes: Any) -> Json:
        return await self.teller.made("/api/loans", self.wish(**changes))

    async def approved(self, **changes: Any) -> str:
        loan_id = str((await self.apply(**changes))["loan_id"])
        answer = await self.manager.post(f"/api/loans/{loan_id}/approve", {})
        assert answer.status_code == 200, answer.text
        return loan_id

    async def disburse(self, loan_id: str, body: Json | None = None, **headers: str) -> Any:
        key = headers.pop("key", str(uuid4()))
        path = f"/api/loans/{loan_id}/disburse"
        return await self.manager.post(path, body or {}, key=key, **headers)


@pytest.fixture
async def lending(teller: Client, manager: Client) -> Lending:
    customer = await teller.create_customer()
    account = await teller.open_account(customer_id=customer["id"])
    return Lending(teller, manager, customer["id"], account)


@pytest.fixture
async def clerk(bank: Bank) -> AsyncIterator[Client]:
    async with bank.signed_in("admin") as client:
        yield client


async def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


async def test_a_loan_is_applied_for_told_approved_and_paid_out(
    bank: Bank, lending: Lending
) -> None:
    applied = await lending.apply(monthly_income="90000.00")
    loan_id = applied["loan_id"]
    facts = await lending.teller.found(f"/api/loans/{loan_id}/key-facts")
    pdf = await lending.teller.get(f"/api/loans/{loan_id}/key-facts?format=pdf")
    approved = await lending.manager.post(f"/api/loans/{loan_id}/approve", {"reason": "good"})
    paid_out = await lending.disburse(loan_id)

    assert (applied["state"], approved.json()["state"]) == ("applied", "approved")
    assert (facts["all_fees"], facts["net_disbursed"]) == ("1416.00", "118584.00")
    assert facts["fees"] == [{"name": "Processing fee", "amount": "1200.00", "tax": "216.00"}]
    assert Decimal(facts["apr"]) > Decimal(facts["annual_rate"]) == 12
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert (
        sum(line["points"] for line in applied["scorecard"]["lines"])
        == (applied["scorecard"]["points"])
    )
    assert paid_out.status_code == 201, paid_out.text
    loan = paid_out.json()
    assert (loan["state"], loan["outstanding"], loan["operation"]) == ("active", "120000.00", None)
    assert await lending.teller.balance(lending.account) == Decimal("118584.00")
    schedule = await lending.teller.found(f"/api/loans/{loan_id}/schedule")
    assert (schedule["instalment"], len(schedule["instalments"])) == ("10661.85", 12)
    await _check_books(bank, loan_id)


async def _check_books(bank: Bank, loan_id: str) -> None:
    """The ledger's entry of the loan, and what the service has noted of it."""
    async with bank.database() as database:
        booked = await database.fetch(
            "select line, minor from loan.loan_books where loan_id = $1::uuid order by line",
            loan_id,
        )
        legs = await database.fetch(
            "select a.number, p.amount_minor from loan.loan_events e"
            " join account.entries n using (reference) join account.postings p using (entry_id)"
            " join account.accounts a on a.id = p.account_id"
            " where e.loan_id = $1::uuid and a.customer_id is null order by a.number",
            loan_id,
        )
    assert [tuple(row) for row in booked] == [
        ("FEE-INCOME", 120_000), ("GST-PAYABLE", 21_600), ("LOANS", -12_000_000),
    ]  # fmt: skip
    assert [(f"GL-{line}-INR", minor) for line, minor in booked] == [tuple(row) for row in legs]


async def test_an_account_that_cannot_be_paid_leaves_the_loan_as_it_was(
    lending: Lending, clerk: Client
) -> None:
    loan_id = await lending.approved()
    status = f"/api/accounts/{lending.account}/status"
    await _changed(clerk, status, "FROZEN")

    refused = await lending.disburse(loan_id, key="frozen")
    again = await lending.disburse(loan_id, key="frozen")
    loan = await lending.teller.found(f"/api/loans/{loan_id}")
    await _changed(clerk, status, "ACTIVE")
    paid_out = await lending.disburse(loan_id)

    assert await code_of(refused, 422) == "account-frozen"
    assert await code_of(again, 422) == "account-frozen"
    assert (loan["state"], loan["operation"], loan["disbursed"]) == ("approved", None, "0.00")
    assert paid_out.status_code == 201, paid_out.text


async def _changed(clerk: Client, path: str, status: str) -> None:
    answer = await clerk.http.patch(path, json={"status": status, "reason": "a test"})
    assert answer.status_code == 200, answer.text


async def test_a_loan_is_paid_out_once_under_one_key_and_in_as_many_parts_as_its_product_has(
    lending: Lending,
) -> None:
    loan_id = await lending.approved(product_code="HOME", principal="1000000.00")

    first = await lending.disburse(loan_id, {"amount": "400000.00"}, key="first")
    repeat = await lending.disburse(loan_id, {"amount": "400000.00"}, key="first")
    more = await lending.disburse(loan_id, {"amount": "700000.00"})
    rest = await lending.disburse(loan_id)
    nothing = await lending.disburse(loan_id)

    assert (first.status_code, first.json()["disbursed"]) == (201, "400000.00")
    assert (repeat.status_code, repeat.headers["Idempotency-Replayed"]) == (201, "true")
    assert await code_of(more, 422) == "amount-above-sanctioned"
    assert (rest.status_code, rest.json()["disbursed"]) == (201, "1000000.00")
    assert await code_of(nothing, 409) == "loan-already-disbursed"
    fees = Decimal("10000.00") * Decimal("1.18")  # half a percent and 5000, with tax
    assert await lending.teller.balance(lending.account) == Decimal("1000000.00") - fees


async def test_a_product_of_one_part_is_paid_out_whole(lending: Lending) -> None:
    loan_id = await lending.approved()

    refused = await lending.disburse(loan_id, {"amount": "1000.00"})

    assert await code_of(refused, 422) == "too-many-tranches"


async def test_a_caller_who_does_not_wait_is_told_where_to_look(lending: Lending) -> None:
    loan_id = await lending.approved()

    accepted = await lending.disburse(loan_id, prefer="respond-async")

    assert accepted.status_code in (201, 202), accepted.text

    async def is_active() -> bool:
        return bool((await lending.teller.found(f"/api/loans/{loan_id}"))["state"] == "active")

    await until(is_active, SECONDS, "the loan is paid out")


async def test_nobody_approves_or_rejects_what_he_applied_for(lending: Lending) -> None:
    own = (await lending.manager.made("/api/loans", lending.wish()))["loan_id"]

    approved = await lending.manager.post(f"/api/loans/{own}/approve", {})
    rejected = await lending.manager.post(f"/api/loans/{own}/reject", {"reason": "no"})

    assert await code_of(approved, 403) == "own-approval"
    assert await code_of(rejected, 403) == "own-approval"
    assert (await lending.teller.found(f"/api/loans/{own}"))["state"] == "applied"


async def test_a_loan_above_the_authority_needs_a_second_manager(
    bank: Bank, lending: Lending
) -> None:
    loan_id = (await lending.apply(principal="1500000.00", instalments=60))["loan_id"]

    waiting = await lending.manager.post(f"/api/loans/{loan_id}/approve", {})
    early = await lending.disburse(loan_id)
    async with another_manager(bank) as second:
        approval = await approve(second, waiting)

    loan = await lending.teller.found(f"/api/loans/{loan_id}")
    assert await code_of(early, 409) == "loan-not-approved"
    assert approval["outcome"]["status_code"] == 200
    assert loan["state"] == "approved"
    assert loan["approved_by"] not in (None, loan["decided_by"], loan["applied_by"])


async def test_whoever_applied_is_not_the_second_person_either(
    bank: Bank, lending: Lending
) -> None:
    async with another_manager(bank) as applicant:
        loan_id = (await applicant.made("/api/loans", lending.wish(principal="1500000.00")))[
            "loan_id"
        ]
        waiting = await lending.manager.post(f"/api/loans/{loan_id}/approve", {})

        approval = await approve(applicant, waiting)

    assert approval["outcome"]["code"] == "own-approval"
    assert (await lending.teller.found(f"/api/loans/{loan_id}"))["state"] == "applied"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"instalments": 120}, "term-outside-product"),
        ({"annual_rate": "36"}, "rate-outside-product"),
        ({"principal": "100.00"}, "principal-outside-product"),
        ({"start_date": "2020-01-01"}, "start-in-the-past"),
        ({"product_code": "NOWHERE"}, "unknown-loan-product"),
        ({"account_number": "AC-20000101-000001"}, "unknown-loan-account"),
        ({"account_number": "GL-CASH-INR"}, "unknown-loan-account"),
        ({"customer_id": 99_999_999}, "unknown-customer"),
        ({"currency": "USD"}, "currency-mismatch"),
        ({"instalments": 0}, "invalid-request"),
    ],
)
async def test_an_application_outside_the_rules_is_refused(
    lending: Lending, changes: Json, code: str
) -> None:
    answer = await lending.teller.post("/api/loans", lending.wish(**changes))

    assert await code_of(answer, 422) == code


async def test_a_loan_is_paid_into_the_customers_own_account_alone(lending: Lending) -> None:
    other = await lending.teller.open_account()

    answer = await lending.teller.post("/api/loans", lending.wish(account_number=other))

    assert await code_of(answer, 422) == "unknown-loan-account"


async def test_a_customer_who_is_suspended_gets_no_loan(lending: Lending, clerk: Client) -> None:
    await _changed(clerk, f"/api/customers/{lending.customer_id}/status", "SUSPENDED")

    answer = await lending.teller.post("/api/loans", lending.wish())

    assert await code_of(answer, 422) == "customer-not-active"


async def test_what_is_decided_or_given_up_is_not_decided_again(lending: Lending) -> None:
    rejected = (await lending.apply())["loan_id"]
    given_up = await lending.approved()
    await lending.manager.post(f"/api/loans/{rejected}/reject", {"reason": "no income"})
    cancelled = await lending.teller.post(f"/api/loans/{given_up}/cancel", {"reason": "his wish"})

    again = await lending.manager.post(f"/api/loans/{rejected}/approve", {})
    late = await lending.disburse(given_up)
    twice = await lending.teller.post(f"/api/loans/{given_up}/cancel", {"reason": "his wish"})

    assert cancelled.json()["state"] == "cancelled"
    assert await code_of(again, 409) == "loan-not-applied"
    assert await code_of(late, 409) == "loan-not-approved"
    assert await code_of(twice, 409) == "loan-not-cancellable"


async def test_a_customer_sees_his_own_loans_without_what_staff_think_of_him(
    bank: Bank, lending: Lending
) -> None:
    others = (await lending.apply())["loan_id"]
    async with bank.signed_in("alice") as alice:
        account = (await alice.found("/api/accounts"))["items"][-1]
        own = lending.wish(
            customer_id=account["customer_id"], account_number=account["account_number"]
        )
        loan_id = (await lending.teller.made("/api/loans", own))["loan_id"]

        seen = await alice.found(f"/api/loans/{loan_id}")
        listed = (await alice.found("/api/loans"))["items"]
        hidden = [
            await alice.get(f"/api/loans/{others}{part}")
            for part in ("", "/schedule", "/key-facts", f"/operations/{uuid4()}")
        ]

    assert (seen["scorecard"], seen["applied_by"]) == (None, None)
    assert {loan["customer_id"] for loan in listed} == {account["customer_id"]}
    assert [await code_of(answer, 404) for answer in hidden] == ["loan-not-found"] * 4


async def test_terms_of_a_loan_product_have_versions_and_a_loan_keeps_its_own(
    lending: Lending, clerk: Client
) -> None:
    code = f"Z{uuid4().hex[:12].upper()}"
    terms = {
        "principal_min": "1000.00", "principal_max": "50000.00", "annual_rate_min": "10",
        "annual_rate_max": "20", "annual_rate": "15", "instalments_min": 6, "instalments_max": 24,
        "methods": ["EMI"], "frequencies": ["MONTHLY"],
        "fees": [{"name": "Entry", "amount": "400.00"}],
    }  # fmt: skip
    await clerk.made("/api/loans/products", {"code": code, "name": "Small loan", **terms})
    loan = await lending.apply(product_code=code, principal="20000.00", instalments=24)
    later = {**terms, "annual_rate": "18", "valid_from": "2099-01-01"}
    await clerk.made(f"/api/loans/products/{code}/versions", later)
    crossed = {**terms, "code": f"Y{code}", "name": "No loan", "annual_rate": "25"}
    refused = await clerk.post("/api/loans/products", crossed)
    twice = await clerk.post("/api/loans/products", {"code": code, "name": "Again", **terms})

    history = await clerk.found(f"/api/loans/products/{code}")
    # The illustration of the Reserve Bank's Key Facts Statement (RBI/2024-25/18, Annex B).
    assert (loan["instalment"], loan["apr"], loan["fees"]) == ("969.73", "17.07", "400.00")
    assert (loan["product_version"], history["version"]) == (1, 1)
    assert [each["annual_rate"] for each in history["versions"]] == ["15", "18"]
    assert await code_of(refused, 422) == "bounds-of-product-cross"
    assert await code_of(twice, 409) == "loan-product-exists"
