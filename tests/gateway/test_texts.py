"""Texts of all calls: judged at the door, where the field at fault can be named."""

import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.movements import MakeDeposit
from contracts.customer import CreateCustomer
from gateway.app import app as documented
from tests.builders import ALICE
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Document, example_of, role_for

DOCUMENT = documented.openapi()
UNSEEN = ["a\u200bb", "a\u202eb", "ab\ufeff", "a\u3164b", "J\u200dohn", "a\x85b", "a\u2028b"]
BLANK = ["", "  ", "\u00a0\u3000", "\u2800", "\u200b"]
# Compared and never shown: a wrong one is told nothing but that it is wrong.
COMPARED = {"username", "password", "current_password", "new_password", "refresh_token"}


def _schema(schema: Document) -> Document:
    found: Document = schema.get("anyOf", [schema])[0]
    name = found.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else found


def _texts(schema: Document, body: Any, place: tuple[str | int, ...] = ()) -> Iterator[Any]:
    for name, field in schema.get("properties", {}).items():
        field = _schema(field)
        if field.get("type") == "array":
            if "properties" in (item := _schema(field["items"])):
                yield from _texts(item, body, (*place, name, 0))
        elif "properties" in field:
            yield from _texts(field, body, (*place, name))
        elif field.get("type") == "string" and not {"enum", "const", "format"} & field.keys():
            yield (*place, name), name in schema.get("required", ())


def _sendable() -> Iterator[tuple[str, str, Any]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content and "x-message" in operation:
                yield method, path, content["application/json"]["schema"]


def _fields() -> Iterator[Any]:
    for method, path, schema in _sendable():
        for place, is_required in _texts(_schema(schema), example_of(schema, DOCUMENT)):
            if place[-1] not in COMPARED:
                pointer = "/" + "/".join(map(str, place))
                yield pytest.param(
                    method, path, place, is_required, id=f"{method} {path} {pointer}"
                )


def _searched() -> Iterator[Any]:
    for path, methods in DOCUMENT["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            field = _schema(parameter["schema"])
            if parameter["in"] == "query" and field.get("type") == "string":
                yield pytest.param(path, parameter["name"], id=f"get {path} ?{parameter['name']}")


# One of what no example of a quote has any of.
LISTED = {
    "fees": {"name": "stamp", "amount": "7.25"},
    "tranches": {"date": "2026-02-01", "amount": "7.25"},
    "rate_changes": {"from_date": "2026-02-01", "annual_rate": "12"},
}


def _with(body: Any, place: tuple[str | int, ...], value: str) -> Any:
    """The same body with another text there."""
    body = deepcopy(body)
    holder = body
    for part in place[:-1]:
        if isinstance(part, str) and part not in holder:
            holder[part] = [dict(LISTED[part])] if part in LISTED else {}
        holder = holder[part]
    holder[place[-1]] = value
    return body


def _address(method: str, path: str) -> str:
    for parameter in DOCUMENT["paths"][path][method].get("parameters", ()):
        if parameter["in"] == "path":
            [given] = parameter["schema"]["examples"]
            path = path.replace(f"{{{parameter['name']}}}", str(given))
    return path


async def _send(
    client: httpx.AsyncClient, method: str, path: str, place: tuple[str | int, ...], text: str
) -> httpx.Response:
    content = DOCUMENT["paths"][path][method]["requestBody"]["content"]
    body = _with(example_of(content["application/json"]["schema"], DOCUMENT), place, text)
    headers = {"Prefer": "wait=0"}
    for parameter in DOCUMENT["paths"][path][method].get("parameters", ()):
        known = {"idempotency-key": text.encode().hex() + "k", "if-match": '"1"'}
        if parameter["name"].lower() in known:
            headers[parameter["name"]] = known[parameter["name"].lower()]
    return await client.request(method, _address(method, path), json=body, headers=headers)


@pytest.mark.parametrize(("method", "path", "place", "is_required"), list(_fields()))
async def test_a_text_that_cannot_be_seen_or_is_blank_is_refused_with_its_place(
    app: FastAPI,
    bank: FakeBank,
    method: str,
    path: str,
    place: tuple[str | int, ...],
    is_required: bool,
) -> None:
    async with client_of(app, bank.token(role_for(DOCUMENT, method, path))) as client:
        for text in UNSEEN + (BLANK if is_required else []):
            answer = await _send(client, method, path, place, text)

            assert answer.status_code == 422, (text, answer.text)
            pointers = {fault["pointer"] for fault in answer.json()["errors"]}
            assert pointers == {"/" + "/".join(map(str, place))}
    assert bank.sent == []


@pytest.mark.parametrize(("path", "name"), list(_searched()))
async def test_a_question_in_unseen_characters_is_refused_with_its_place(
    app: FastAPI, bank: FakeBank, path: str, name: str
) -> None:
    async with client_of(app, bank.token(role_for(DOCUMENT, "get", path))) as client:
        for text in UNSEEN:
            answer = await client.get(_address("get", path), params={name: text})

            assert answer.status_code == 422, (text, answer.text)
            assert f"query:{name}" in {fault["pointer"] for fault in answer.json()["errors"]}
    assert bank.sent == []


async def test_one_call_written_in_two_ways_is_one_call(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    """So it is the second time too: what is judged is the message, and that is in one form."""
    for text in ("Caf\u00e9", "Cafe\u0301"):
        answer = await teller.post(
            f"/api/accounts/{ALICE}/deposit",
            json={"amount": "1.00", "description": text},
            headers={"Idempotency-Key": "k"},
        )
        assert answer.status_code == 201, answer.text

    sent = {message.description for message in bank.messages(MakeDeposit)}
    assert sent == {unicodedata.normalize("NFC", "Cafe\u0301")}


@pytest.mark.parametrize(
    ("method", "path"), [("post", "/api/customers"), ("put", "/api/customers/1")]
)
@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "12345"),
        ("phone", "+91 12"),
        ("email", "nobody"),
        ("email", "\u00e4@example.com"),
        ("country", "ZZ"),
        ("postal_code", "000001"),
    ],
)
async def test_who_cannot_be_reached_is_refused_with_the_field_at_fault(
    teller: httpx.AsyncClient, bank: FakeBank, method: str, path: str, field: str, text: str
) -> None:
    schema = DOCUMENT["paths"]["/api/customers"]["post"]["requestBody"]["content"]
    body = example_of(schema["application/json"]["schema"], DOCUMENT) | {field: text}

    headers = {"If-Match": '"1"'} if method == "put" else {}
    answer = await teller.request(method, path, json=body, headers=headers)

    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]
    assert bank.sent == []


async def test_five_spellings_of_a_phone_are_one_call(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    schema = DOCUMENT["paths"]["/api/customers"]["post"]["requestBody"]["content"]
    body = example_of(schema["application/json"]["schema"], DOCUMENT)

    for phone in (
        "9876543210",
        "+91 98765 43210",
        "09876543210",
        "0091-9876543210",
        "919876543210",
    ):
        answer = await teller.post(
            "/api/customers", json=body | {"phone": phone}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 201, answer.text

    assert {command.phone for command in bank.messages(CreateCustomer)} == {"+919876543210"}
