"""What callers get: statuses, headers, and bodies in decimal text."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.accounts import (
    Account,
    Balance,
    GetAccount,
    GetBalance,
    ListPostings,
    OpenAccount,
    Postings,
)
from contracts.account.holds import ReleaseHold
from contracts.account.movements import Entry, GetEntry, MakeDeposit
from contracts.auth import CreateUser, UpdateUser
from contracts.customer import CreateCustomer, Customer, GetCustomer, UpdateCustomer
from contracts.envelope import Kind, Role
from contracts.money import Currency, Money
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from contracts.transaction.history import SearchMovements
from tests.builders import ALICE, BOB, an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of, serving

HOLD = "01941f29-7c00-7000-8000-000000000004"
SECURITY = {
    "Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options",
    "Referrer-Policy", "Cache-Control", "X-Request-Id",
}  # fmt: skip
PERSON = {
    "first_name": "John", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "MALE",
    "email": "john.doe@example.com", "phone": "1234567890", "address_line1": "123 Main St",
    "city": "Mumbai", "state": "Maharashtra", "postal_code": "400001",
}  # fmt: skip


async def test_a_deposit_is_a_command_in_minor_units_and_an_answer_in_text(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    answer = await teller.post(
        f"/api/accounts/{ALICE}/deposit",
        content=b'{"amount": 500.00, "description": "Cash deposit"}',
        headers={"Content-Type": "application/json"},
    )

    amount = Money(minor=50_000, currency=Currency.INR)
    assert bank.messages(MakeDeposit) == [
        MakeDeposit(account_number=ALICE, amount=amount, description="Cash deposit")
    ]
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/transactions/{body['transaction_id']}"
    assert (body["amount"], body["balance_after"]) == ("1500.00", "1500.00")


async def test_an_account_shows_balance_available_and_held(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetAccount] = an(
        Account, currency="KWD", balance_minor=-1_500, held_minor=1, available_minor=98_499
    )

    body = (await teller.get(f"/api/accounts/{ALICE}")).json()

    assert (body["balance"], body["held"], body["available_balance"]) == (
        "-1.500",
        "0.001",
        "98.499",
    )


async def test_a_created_customer_has_an_address_and_a_version(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    answer = await teller.post("/api/customers", json=PERSON)

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/customers/{answer.json()['id']}"
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert bank.messages(CreateCustomer)[0].country == "IN"


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        (None, 428, "precondition-required"),
        ("3", 400, "if-match-malformed"),
        ('"3"', 200, None),
    ],
)
async def test_a_change_needs_the_version_that_was_read(
    teller: httpx.AsyncClient,
    bank: FakeBank,
    if_match: str | None,
    status: int,
    code: str | None,
) -> None:
    headers = {"If-Match": if_match} if if_match else {}

    answer = await teller.put("/api/customers/1", json=PERSON, headers=headers)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert [command.version for command in bank.messages(UpdateCustomer)] == [3] * (code is None)


async def test_the_accounts_of_a_customer_who_is_not_there_are_not_there(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    assert (await teller.get("/api/customers/1/accounts")).status_code == 200
    bank.refuses(GetCustomer, "customer-not-found", Kind.NOT_FOUND)

    assert (await teller.get("/api/customers/1/accounts")).status_code == 404


async def test_queries_carry_their_filters(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    query = "from=2026-01-01&to=2026-01-31&type=DEPOSIT&limit=3&cursor=abc"

    answer = await teller.get(f"/api/accounts/{ALICE}/transactions?{query}")

    assert answer.json()["next_cursor"] == an(Postings).next_cursor
    assert bank.messages(ListPostings) == [
        ListPostings.model_validate(
            {
                "account_number": ALICE, "booked_from": "2026-01-01", "booked_to": "2026-01-31",
                "kind": "DEPOSIT", "limit": 3, "cursor": "abc",
            }
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "currency", "minor"),
    [
        ("", None, None),
        ("currency=JPY", Currency.JPY, None),
        ("min_amount=500", Currency.INR, 50_000),
        ("min_amount=500&currency=JPY", Currency.JPY, 500),
    ],
)
async def test_the_history_compares_amounts_of_one_currency(
    teller: httpx.AsyncClient,
    bank: FakeBank,
    query: str,
    currency: Currency | None,
    minor: int | None,
) -> None:
    await teller.get(f"/api/transactions?{query}")

    assert bank.messages(SearchMovements) == [
        SearchMovements(currency=currency, min_amount_minor=minor)
    ]


async def test_an_amount_at_most_is_in_rupees_too_unless_a_currency_is_named(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    await teller.get("/api/transactions?min_amount=1&max_amount=500")
    refused = await teller.get("/api/transactions?max_amount=0.001")

    assert bank.messages(SearchMovements) == [
        SearchMovements(currency=Currency.INR, min_amount_minor=100, max_amount_minor=50_000)
    ]
    assert refused.json()["errors"][0]["pointer"] == "query:max_amount"


async def test_a_balance_can_be_asked_as_of_a_day(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    end_of_day = "2026-01-31T23:59:59.999999+05:30"
    bank.replies[GetBalance] = an(Balance, currency="JPY", balance_minor=1_500, as_of=end_of_day)

    answer = await teller.get(f"/api/accounts/{ALICE}/balance?as_of=2026-01-31")

    assert answer.json()["balance"] == "1500"
    assert answer.json()["as_of"] == "2026-01-31T18:29:59.999999Z"
    assert str(bank.messages(GetBalance)[0].as_of) == "2026-01-31"


async def test_a_transaction_shows_both_sides_and_nobodys_balance(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    entry = an(Entry)
    [posting] = entry.postings
    sides = tuple(
        posting.model_copy(update={"account_number": number, "amount_minor": minor})
        for number, minor in ((ALICE, -1_050), (BOB, 1_050))
    )
    bank.replies[GetEntry] = entry.model_copy(update={"postings": sides})

    answer = await teller.get(f"/api/transactions/{entry.entry_id}")

    body = answer.json()
    assert (body["from_account"], body["to_account"]) == (ALICE, BOB)
    assert [side["direction"] for side in body["sides"]] == ["DEBIT", "CREDIT"]
    assert "balance" not in answer.text


async def test_an_account_opens_with_or_without_a_deposit(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    body: dict[str, Any] = {
        "customer_id": 1, "account_type": "SAVINGS", "branch_code": "BR001",
        "ifsc_code": "BANK0000001",
    }  # fmt: skip

    for deposit in ({}, {"initial_deposit": 0}, {"initial_deposit": "12.5"}):
        assert (await teller.post("/api/accounts", json=body | deposit)).status_code == 201

    deposits = [command.initial_deposit_minor for command in bank.messages(OpenAccount)]
    assert deposits == [0, 0, 1_250]


async def test_a_release_may_come_without_a_body(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    plain = await teller.post(f"/api/holds/{HOLD}/release")
    told = await teller.post(f"/api/holds/{HOLD}/release", json={"reason": "stay cancelled"})

    assert (plain.status_code, told.status_code) == (200, 200)
    assert [r.reason for r in bank.messages(ReleaseHold)] == ["released", "stay cancelled"]


async def test_a_user_is_shown_without_a_password_and_changed_by_what_is_named(
    app: FastAPI, bank: FakeBank
) -> None:
    async with client_of(app, bank.token(Role.ADMIN)) as admin:
        body = {"username": "new.teller", "password": "a long pass phrase", "role": "TELLER"}
        created = await admin.post("/api/auth/users", json=body)
        changed = await admin.patch("/api/auth/users/7", json={"is_active": False})
        nothing = await admin.patch("/api/auth/users/7", json={})

    assert (created.status_code, changed.status_code, nothing.status_code) == (201, 200, 422)
    assert "pass" not in created.text
    assert bank.messages(CreateUser)[0].password.get_secret_value() == "a long pass phrase"
    assert bank.messages(UpdateUser) == [UpdateUser(id=7, is_active=False)]


@pytest.mark.parametrize("path", ["/api/branches", "/api/nothing", "/health/live", "/docs"])
async def test_every_answer_has_the_security_headers(teller: httpx.AsyncClient, path: str) -> None:
    answer = await teller.get(path)

    assert {name.lower() for name in SECURITY} <= set(answer.headers)
    assert len(answer.headers.get_list("Content-Security-Policy")) == 1
    [policy] = answer.headers.get_list("Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy or path == "/docs"


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("abc-123", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("<script>", False)],
)
async def test_a_request_id_is_kept_when_it_is_harmless(
    teller: httpx.AsyncClient, given: str, is_kept: bool
) -> None:
    answer = await teller.get("/health/live", headers={"X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) == is_kept


async def test_a_trace_goes_on_into_the_problem(anybody: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    answer = await anybody.get(
        "/api/auth/me", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    )

    assert answer.json()["trace_id"] == trace


async def test_browsers_of_other_sites_are_let_in_only_by_configuration(bank: FakeBank) -> None:
    ours, theirs = "https://console.bank", "https://evil.example"
    async with serving(bank) as closed, serving(bank, cors_origins=(ours,)) as opened:
        for app, origin, is_let_in in (
            (closed, ours, False), (opened, ours, True), (opened, theirs, False),
        ):  # fmt: skip
            async with client_of(app) as client:
                answer = await client.get("/health/live", headers={"Origin": origin})
            assert ("Access-Control-Allow-Origin" in answer.headers) == is_let_in


async def test_a_trial_balance_says_what_it_has_not_heard(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetTrialBalanceReport] = an(TrialBalanceReport, gaps=2)

    assert (await teller.get("/api/reports/trial-balance")).json()["gaps"] == 2


async def test_calls_are_counted_by_route_and_not_by_address(teller: httpx.AsyncClient) -> None:
    await teller.get(f"/api/accounts/{ALICE}")
    await teller.get("/api/wild/guess")

    text = (await teller.get("/metrics")).text

    assert 'bank_http_calls_total{method="GET",route="/api/accounts/{account_number}"' in text
    assert 'route="unknown",status="404"' in text
    assert ALICE not in text


async def test_a_customer_is_named_by_his_answer(teller: httpx.AsyncClient) -> None:
    body = (await teller.get("/api/customers/1")).json()

    assert set(Customer.model_fields) == set(body)
