"""What a call does not know, or says twice, is refused on every route: answered all the same, it
would be answered otherwise than the caller means."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.movements import MakeTransfer
from gateway.app import app as documented
from tests.builders import ALICE
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Document, role_for
from tests.gateway.test_bad_input import BODY, TRANSFERS, is_problem, pointers

DOCUMENT = documented.openapi()
ROUTES = [
    pytest.param(method, path, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
]
ONE_OF_A_KIND = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Prefer"]


def _parameters() -> Iterator[Any]:
    """Every parameter that some route takes in its query."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    name = parameter["name"]
                    yield pytest.param(method, path, name, id=f"{method} {path} ?{name}")


async def _call(app: FastAPI, bank: FakeBank, method: str, path: str, query: str) -> httpx.Response:
    """By one who may; what is asked of the address is judged before any body."""
    operation: Document = DOCUMENT["paths"][path][method]
    role = role_for(DOCUMENT, method, path)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            [given] = parameter["schema"]["examples"]
            path = path.replace(f"{{{parameter['name']}}}", str(given))
    async with client_of(app, bank.token(role)) as client:
        return await client.request(
            method, f"{path}?{query}", headers={"Idempotency-Key": "k-1", "Prefer": "wait=0"}
        )


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("query", ["asof=2026-01-01", "dry_run=true", "most_amount="])
async def test_a_parameter_that_a_call_does_not_know_is_refused_by_name(
    app: FastAPI, bank: FakeBank, method: str, path: str, query: str
) -> None:
    answer = await _call(app, bank, method, path, query)

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == [f"query:{query.partition('=')[0]}"]
    assert bank.sent == []


@pytest.mark.parametrize(("method", "path", "name"), list(_parameters()))
async def test_a_parameter_that_stands_twice_is_refused_by_name(
    app: FastAPI, bank: FakeBank, method: str, path: str, name: str
) -> None:
    answer = await _call(app, bank, method, path, f"{name}=1&{name}=1")

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == [f"query:{name}"]
    assert bank.sent == []


async def test_all_that_is_wrong_with_a_query_is_told_at_once(app: FastAPI, bank: FakeBank) -> None:
    answer = await _call(
        app, bank, "get", "/api/transactions", "limit=1&most_amount=2&limit=3&Search=x&from="
    )

    assert pointers(answer) == ["query:limit", "query:most_amount", "query:Search"]


async def test_who_may_not_ask_learns_nothing_of_what_can_be_asked(
    anybody: httpx.AsyncClient,
) -> None:
    answer = await anybody.get(f"/api/accounts/{ALICE}/balance?asof=2026-01-01")

    assert is_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/metrics"])
async def test_a_page_is_shown_whatever_its_address_says(app: FastAPI, path: str) -> None:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as reader:
        assert (await reader.get(f"{path}?at=1")).status_code == 200


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
@pytest.mark.parametrize("is_same", [True, False], ids=["the same", "another"])
async def test_a_header_of_which_one_counts_is_refused_when_it_stands_twice(
    app: FastAPI, bank: FakeBank, name: str, *, is_same: bool
) -> None:
    once = {
        "Authorization": f"Bearer {bank.token()}", "Content-Type": "application/json",
        "Idempotency-Key": "k-1", "Prefer": "wait=0", "If-Match": '"1"',
    }  # fmt: skip
    again = (name.lower(), once[name] if is_same else "other")
    async with client_of(app) as client:
        answer = await client.post(TRANSFERS, json=BODY, headers=[*once.items(), again])

    assert is_problem(answer, 400, "repeated-header")
    assert pointers(answer) == [f"header:{name}"]
    assert bank.messages(MakeTransfer) == []


async def test_a_header_that_may_stand_twice_is_taken(teller: httpx.AsyncClient) -> None:
    accept = [("Accept", "application/json"), ("Accept", "application/problem+json")]

    assert (await teller.get(f"/api/accounts/{ALICE}", headers=accept)).status_code == 200
