"""The OpenAPI document: whole, true to the answers, and with an example of every call."""

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from contracts.auth import LogIn
from contracts.envelope import Kind, Role
from gateway.app import app as documented
from gateway.operations import OPERATION, Operation
from infra.runtime.clock import new_id
from tests.gateway.bank import USER, FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Examples, example_of, misshapen, role_for

DOCUMENT = documented.openapi()
ROUTES = Examples(DOCUMENT).routes()
HEALTH = ("/health", "/health/live")
SECRETS = {f"/api/auth/{call}" for call in ("login", "refresh", "users", "password")} | {
    "/api/partners",
    "/api/partners/{name}/password",
}


def an_operation() -> Operation:
    return Operation(new_id(), "account.make-transfer.v1", USER, deadline=2**32 - 1)


def test_it_is_openapi_3_1_and_every_call_shows_what_is_sent_and_answered() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert Examples(DOCUMENT).missing() == []


def test_every_example_fits_its_schema() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", []):
            whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
            Draft202012Validator(whole).validate(example)


def test_every_example_has_the_form_of_what_the_bank_gives_out() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        assert list(misshapen(schema.get("examples", []))) == []
        assert "…" not in repr(schema.get("examples"))


def test_every_call_has_a_name_words_and_a_tag_of_its_own() -> None:
    operations = [DOCUMENT["paths"][path][method.lower()] for method, path in ROUTES]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"] for operation in operations)
    assert all(len(operation["tags"]) == 1 for operation in operations)


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[1] not in HEALTH])
async def test_every_example_can_be_sent(
    app: FastAPI, bank: FakeBank, method: str, path: str
) -> None:
    stand_ins = {OPERATION: app.state.edge.operation_ids.seal(an_operation())}
    async with client_of(app, bank.token(role_for(DOCUMENT, method, path))) as client:
        examples = Examples(DOCUMENT, stand_ins, wait_seconds=0)
        answer = await examples.call(client, method, path)

    assert answer.is_success, answer.text


def responses_of(method: str, path: str) -> set[str]:
    return set(DOCUMENT["paths"][path][method.lower()]["responses"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_what_a_body_can_be_refused_for_is_told_where_one_is_read(method: str, path: str) -> None:
    told = {"408", "413", "415"} & responses_of(method, path)

    assert told == (set() if method == "GET" else {"408", "413", "415"})


def test_only_who_is_slowed_after_failures_is_told_of_too_many() -> None:
    slowed = {path for method, path in ROUTES if "429" in responses_of(method, path)}

    assert slowed == {"/api/auth/login", "/api/auth/password"}


def test_a_call_that_is_never_answered_202_offers_no_choice_of_waiting() -> None:
    for method, path in ROUTES:
        if method == "GET" or path in HEALTH:
            continue
        operation = DOCUMENT["paths"][path][method.lower()]
        offered = {parameter["name"] for parameter in operation.get("parameters", [])}
        is_forgotten = method == "POST" and path in SECRETS
        assert ("Prefer" in offered) != is_forgotten, path
        assert not is_forgotten or "202" not in operation["responses"]


def test_it_says_where_the_bank_is_and_which_calls_need_nobody_to_sign_in() -> None:
    assert DOCUMENT["servers"] == [{"url": "/", "description": "This bank"}]
    for method, path in ROUTES:
        operation = DOCUMENT["paths"][path][method.lower()]
        assert operation["security"] == ([{"bearer": []}] if "x-roles" in operation else [])


def test_signing_in_contradicts_nothing() -> None:
    assert "409" not in responses_of("POST", "/api/auth/login")
    assert "409" not in responses_of("POST", "/api/auth/refresh")


async def test_the_headers_of_a_refusal_and_of_a_repeat_are_told(
    app: FastAPI, bank: FakeBank
) -> None:
    bank.refuses(LogIn, "too-many-attempts", Kind.TOO_MANY)
    async with client_of(app, bank.token(Role.ADMIN)) as client:
        slowed = await Examples(DOCUMENT).call(client, "POST", "/api/auth/login")

    assert slowed.headers["RateLimit-Reset"] == slowed.headers["Retry-After"]
    assert slowed.headers["RateLimit-Remaining"] == "0"
    products = DOCUMENT["paths"]["/api/products"]["post"]["responses"]
    assert all("Idempotency-Replayed" in products[status]["headers"] for status in ("201", "409"))


async def test_the_document_is_served_as_it_is(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/openapi.json")).json() == DOCUMENT


def test_an_example_is_found_through_references() -> None:
    document = {"components": {"schemas": {"A": {"examples": [1]}}}}

    assert example_of({"anyOf": [{"$ref": "#/components/schemas/A"}]}, document) == 1
    assert example_of({"type": "null"}, document) is None
