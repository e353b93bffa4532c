"""The OpenAPI document: whole, true to the answers, and with an example of every call."""

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from contracts.envelope import Role
from gateway.app import app as documented
from gateway.docs_page import example_of
from gateway.operations import Operation
from infra.clock import new_id
from tests.gateway.bank import USER, FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Examples

DOCUMENT = documented.openapi()
ROUTES = Examples(DOCUMENT).routes()
MANAGER_ONLY = ("retry", "park", "compensate")
HEALTH = ("/health", "/health/live")


def an_operation() -> Operation:
    return Operation(new_id(), "account.make-transfer.v1", USER, deadline=2**32 - 1)


def role_for(path: str) -> Role:
    return Role.MANAGER if path.endswith(MANAGER_ONLY) else Role.ADMIN


def test_it_is_openapi_3_1_and_every_call_shows_what_is_sent_and_answered() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert Examples(DOCUMENT).missing() == []


def test_every_example_fits_its_schema() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", []):
            whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
            Draft202012Validator(whole).validate(example)


def test_every_call_has_a_name_words_and_a_tag_of_its_own() -> None:
    operations = [DOCUMENT["paths"][path][method.lower()] for method, path in ROUTES]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"] for operation in operations)
    assert all(len(operation["tags"]) == 1 for operation in operations)


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[1] not in HEALTH])
async def test_every_example_can_be_sent(
    app: FastAPI, bank: FakeBank, method: str, path: str
) -> None:
    stand_ins = {"AbCdEf…": app.state.edge.operation_ids.seal(an_operation())}
    async with client_of(app, bank.token(role_for(path))) as client:
        examples = Examples(DOCUMENT, stand_ins, wait_seconds=0)
        answer = await examples.call(client, method, path)

    assert answer.is_success, answer.text


async def test_the_page_for_people_shows_every_call_without_a_script(
    anybody: httpx.AsyncClient,
) -> None:
    page = (await anybody.get("/docs")).text

    assert all(f"<code>{method} {path}</code>" in page for method, path in ROUTES)
    assert "<script" not in page


async def test_the_document_is_served_as_it_is(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/openapi.json")).json() == DOCUMENT


def test_an_example_is_found_through_references() -> None:
    document = {"components": {"schemas": {"A": {"examples": [1]}}}}

    assert example_of({"anyOf": [{"$ref": "#/components/schemas/A"}]}, document) == 1
    assert example_of({"type": "null"}, document) is None
