"""If-Match on every call that changes a customer: RFC 9110, section 13.1.1."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from contracts.conditional import VERSIONS_MAX, Conditional
from contracts.envelope import Command, Kind
from contracts.topology import routing_key
from gateway.app import ROUTERS
from gateway.app import app as documented
from gateway.endpoint import EdgeRoute, Endpoint
from gateway.preconditions import ANY, expected
from gateway.problems import Problem
from gateway.routes.customers import CustomerAnswer
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Examples, role_for

DOCUMENT = documented.openapi()


class Read(Command, Conditional):
    """Any change that needs a version."""

    must_name_version = True


def _changes() -> Iterator[Any]:
    """Every route by which something that is there becomes another version of a customer."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, EdgeRoute) and isinstance(route.endpoint, Endpoint):
                kind = route.endpoint.kind
                is_change = issubclass(kind, Command) and "{" in route.path
                if is_change and kind.addresses()[:1] == ("customer:{id}",):  # type: ignore[union-attr]
                    [method] = list(route.methods or ())
                    yield pytest.param(method, route.path, kind, id=f"{method} {route.path}")


CHANGES = list(_changes())
every_change = pytest.mark.parametrize(("method", "path", "kind"), CHANGES)


async def sent(
    app: FastAPI, bank: FakeBank, method: str, path: str, if_match: str | None
) -> httpx.Response:
    """The example of this call with this header."""
    async with client_of(app, bank.token(role_for(DOCUMENT, method, path))) as client:
        if if_match is None:
            client.event_hooks["request"] = [_without_condition]
        return await Examples(DOCUMENT, {"etag": ANY if if_match is None else if_match}, 0).call(
            client, method, path
        )


async def _without_condition(request: httpx.Request) -> None:
    del request.headers["If-Match"]


def test_the_walk_finds_whoever_answers_with_a_customer() -> None:
    found = {param.values[1] for param in CHANGES}

    assert {f"/api/customers/{{customer_id}}{more}" for more in ("", "/status", "/kyc")} < found
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, EdgeRoute) and route.response_model is CustomerAnswer:
                is_made_or_read = route.methods == {"GET"} or route.path == "/api/customers"
                assert (route.path in found) or is_made_or_read


@every_change
async def test_any_of_several_versions_may_be_changed(
    app: FastAPI, bank: FakeBank, method: str, path: str, kind: type[Command]
) -> None:
    conditions = ['"7"', ' "3" ,, W/"4","x,\\",  "5"', "*", 'W/"7"', '"seven"']
    for if_match in conditions:
        answer = await sent(app, bank, method, path, if_match)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'

    told = [(each.version, each.versions) for each in bank.messages(kind)]
    assert told == [(7, None), (None, (3, 5)), (None, None), (None, ()), (None, ())]


@every_change
async def test_what_has_changed_since_is_stale(
    app: FastAPI, bank: FakeBank, method: str, path: str, kind: type[Command]
) -> None:
    bank.refuses(kind, "stale-version", Kind.STALE)

    answer = await sent(app, bank, method, path, '"7"')

    assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")


@every_change
@pytest.mark.parametrize(
    "if_match",
    ["3", "", " ", ",", '"3', '3"', '*, "3"', '"3" "4"', 'w/"3"', 'W/ "3"', "**", '"a b"', "'3'"],
)
async def test_what_is_no_if_match_is_malformed_and_nothing_is_done(
    app: FastAPI, bank: FakeBank, method: str, path: str, kind: type[Command], if_match: str
) -> None:
    answer = await sent(app, bank, method, path, if_match)

    assert (answer.status_code, answer.json()["code"]) == (400, "if-match-malformed")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["header:If-Match"]
    assert bank.messages(kind) == []


@every_change
async def test_without_one_a_change_is_refused_or_is_of_what_is_there(
    app: FastAPI, bank: FakeBank, method: str, path: str, kind: type[Command]
) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    [parameter] = [each for each in operation["parameters"] if each["name"] == "If-Match"]

    answer = await sent(app, bank, method, path, None)

    if parameter["required"]:
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")
        assert bank.messages(kind) == []
    else:
        assert answer.status_code == 200
        assert [each.versions for each in bank.messages(kind)] == [None]
    assert ("428" in operation["responses"]) == parameter["required"]


@every_change
def test_the_document_tells_of_it(method: str, path: str, kind: type[Command]) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]

    assert operation["x-message"] == routing_key(kind)
    assert "412" in operation["responses"]
    assert "ETag" in operation["responses"]["200"]["headers"]


async def test_a_customer_is_read_with_his_version(teller: httpx.AsyncClient) -> None:
    answer = await teller.get("/api/customers/1")

    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'


@given(st.lists(st.integers(1, 10**10 - 1), min_size=1, max_size=VERSIONS_MAX), st.data())
def test_a_list_names_each_of_its_versions_once(versions: list[int], data: st.DataObject) -> None:
    blank = st.sampled_from(["", " ", "\t ", " , ", ",,"])
    header = ",".join(f'{data.draw(blank)}"{version}"' for version in versions)

    assert expected(header, Read).versions == tuple(dict.fromkeys(versions))


def test_a_list_has_a_bound() -> None:
    with pytest.raises(Problem) as refused:
        expected(", ".join(f'"{n + 1}"' for n in range(VERSIONS_MAX + 1)), Read)

    assert refused.value.code == "if-match-malformed"
