"""Where a fault is, said in one shape on every route: body, query, header and path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import POINTER
from gateway.app import app as documented
from gateway.problem_codes import EDGE, OF_SERVICES, pointer_of
from gateway.problems import Problem
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Document, example_of, role_for, takes_file

DOCUMENT = documented.openapi()
UNLIKE = "~~"  # no id, number or code of ours is written so
# An id that is none of ours looks like one of somebody else.
OPAQUE = "/api/operations/{operation_id}"
HEADERS = {"Idempotency-Key": "k-1", "If-Match": "*"}


@dataclass(frozen=True)
class Route:
    """A call of the document, to be made with one thing wrong."""

    method: str
    path: str
    operation: Document

    def parameters(self, where: str) -> dict[str, Any]:
        """Their names and examples."""
        return {
            each["name"]: each["schema"].get("examples", [None])[0]
            for each in self.operation.get("parameters", ())
            if each["in"] == where
        }

    def body(self) -> dict[str, Any]:
        content = self.operation.get("requestBody", {}).get("content", {}).values()
        found = [example_of(media["schema"], DOCUMENT) for media in content]
        return dict(found[0]) if found else {}

    def headers(self) -> dict[str, str]:
        return {name: HEADERS[name] for name in self.parameters("header") if name in HEADERS}

    def address(self, **instead: str) -> str:
        return self.path.format_map(self.parameters("path") | instead)


def _routes() -> Iterator[Any]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if "x-message" in operation and not takes_file(operation):
                yield pytest.param(Route(method, path, operation), id=f"{method} {path}")


every_route = pytest.mark.parametrize("route", list(_routes()))


async def faults(app: FastAPI, bank: FakeBank, route: Route, **call: Any) -> list[str]:
    """The pointers of what is wrong with this call, which is refused."""
    whole = {"url": route.address(), "headers": list(route.headers().items())} | call
    async with client_of(app, bank.token(role_for(DOCUMENT, route.method, route.path))) as client:
        answer: httpx.Response = await client.request(route.method, **whole)
    assert answer.is_client_error, answer.text
    assert bank.sent == []
    found = [fault["pointer"] for fault in answer.json().get("errors", [])]
    assert all(re.match(POINTER, pointer) for pointer in found), found
    return found


@every_route
async def test_an_unknown_parameter_is_in_the_query(
    app: FastAPI, bank: FakeBank, route: Route
) -> None:
    assert await faults(app, bank, route, params={"unlike": "1"}) == ["query:unlike"]


@every_route
async def test_a_header_that_stands_twice_is_a_header(
    app: FastAPI, bank: FakeBank, route: Route
) -> None:
    twice = [*route.headers().items(), ("prefer", "wait=0"), ("PREFER", "wait=1")]

    assert await faults(app, bank, route, headers=twice) == ["header:Prefer"]


@every_route
async def test_a_header_that_cannot_be_is_named_as_the_document_names_it(
    app: FastAPI, bank: FakeBank, route: Route
) -> None:
    for name in route.headers():
        wrong = list((route.headers() | {name: " , "}).items())
        assert await faults(app, bank, route, headers=wrong) == [f"header:{name}"]


@every_route
async def test_a_part_of_the_path_that_nothing_has_is_in_the_path(
    app: FastAPI, bank: FakeBank, route: Route
) -> None:
    body = None if route.method == "get" else route.body()
    for name in route.parameters("path"):
        address = route.address(**{name: UNLIKE})
        expected = [] if route.path == OPAQUE else [f"path:{name}"]
        assert await faults(app, bank, route, url=address, json=body) == expected


@every_route
async def test_a_field_that_the_call_does_not_know_is_in_the_body(
    app: FastAPI, bank: FakeBank, route: Route
) -> None:
    if route.method != "get":
        body = route.body() | {"un~like/it": 1}
        assert await faults(app, bank, route, json=body) == ["/un~0like~1it"]


@pytest.mark.parametrize("code", [*EDGE, *OF_SERVICES])
def test_a_code_that_is_always_the_fault_of_one_part_says_which(code: str) -> None:
    problem = Problem(400, code, "No.")

    pointer = pointer_of(code)
    assert [fault.pointer for fault in problem.errors] == ([pointer] if pointer else [])
    assert pointer is None or re.match(POINTER, pointer)


def test_the_document_says_how_a_pointer_begins() -> None:
    fault = DOCUMENT["components"]["schemas"]["FieldError"]

    assert fault["properties"]["pointer"]["pattern"] == POINTER
