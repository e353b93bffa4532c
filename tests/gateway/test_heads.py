"""HEAD tells what GET would, without the body."""

import pytest
from fastapi import FastAPI

from gateway.app import app as documented
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Examples, role_for

DOCUMENT = documented.openapi()
EXAMPLES = Examples(DOCUMENT)
ROUTES = EXAMPLES.routes()
READ = [path for method, path in ROUTES if method == "GET" and "{" not in path]
PER_CALL = {"x-request-id", "ratelimit-remaining"}


@pytest.mark.parametrize("path", [*READ, "/docs", "/openapi.json", "/metrics"])
async def test_head_is_get_without_its_body(app: FastAPI, bank: FakeBank, path: str) -> None:
    role = role_for(DOCUMENT, "get", path) if path in READ else None
    query = EXAMPLES.query_of(DOCUMENT["paths"][path]["get"]) if path in READ else {}
    async with client_of(app, bank.token(role) if role else None) as client:
        get, head = await client.get(path, params=query), await client.head(path, params=query)

    assert head.status_code == get.status_code in (200, 503)  # no bank stands behind `/health` here
    assert head.content == b""
    assert get.content
    assert head.headers.keys() == get.headers.keys()
    for name in head.headers.keys() - PER_CALL:
        if path != "/metrics" or name != "content-length":
            assert head.headers[name] == get.headers[name]


async def test_head_where_there_is_no_get_is_another_method(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token()) as client:
        answer = await client.head("/api/auth/login")

    assert answer.status_code == 405
    assert answer.content == b""
    assert bank.sent == []
