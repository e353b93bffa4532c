"""Bodies on their way: too long, too slow, given up by their sender; nothing reaches a service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from contracts.envelope import BODY_BYTES_MAX
from gateway import exact_json
from tests.builders import ALICE
from tests.fixtures.waiting import until
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.test_bad_input import EITHER_WAY, KEY, is_problem


@EITHER_WAY
async def test_a_body_that_does_not_end_is_waited_for_so_long_and_no_longer(
    teller: httpx.AsyncClient, bank: FakeBank, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact_json, "BODY_SECONDS", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"amount": '
        await asyncio.sleep(60)

    headers = {"Content-Type": "application/json", **KEY}
    async with asyncio.timeout(5):
        answer = await teller.post(path, content=stalled(), headers=headers)

    assert is_problem(answer, 408, "request-timeout")
    assert answer.headers["Connection"] == "close"
    assert bank.sent == []


@EITHER_WAY
async def test_a_caller_who_leaves_while_he_sends_is_no_fault_of_ours(
    app: FastAPI, bank: FakeBank, path: str
) -> None:
    before = await calls_given_up(path, app)

    with capture_logs() as logs:
        await half_a_call(app, path, bank.token())
        await until(lambda: bool(logs))

    assert await calls_given_up(path, app) == before + 1
    lines = [(entry["log_level"], line) for entry in logs for line in entry["lines"]]
    told = [
        (level, each["status"], each["code"]) for level, each in lines if each["method"] == "POST"
    ]
    assert told == [("info", 499, "caller-left")]
    assert bank.sent == []


async def half_a_call(app: FastAPI, path: str, token: str) -> None:
    """The head, a piece of the body, and the connection is gone."""
    arriving: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"amount": ', "more_body": True},
        {"type": "http.disconnect"},
    ]
    head = {"authorization": f"Bearer {token}", "content-type": "application/json",
            "idempotency-key": "k-1", "transfer-encoding": "chunked"}  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in head.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return arriving.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(f"nobody is there to be told {message}")

    await app(scope, receive, send)


async def calls_given_up(path: str, app: FastAPI) -> float:
    """How many calls of this route are counted as left by their callers."""
    async with client_of(app) as client:
        counted = (await client.get("/metrics")).text
    route = path.replace(ALICE, "{account_number}")
    wanted = f'bank_http_calls_total{{method="POST",route="{route}",status="499"}} '
    return sum(float(line.removeprefix(wanted)) for line in counted.splitlines()
               if line.startswith(wanted))  # fmt: skip


async def test_a_body_that_hides_its_length_is_cut_off_while_it_arrives(app: FastAPI) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1024

    async with client_of(app) as anybody:
        answer = await anybody.post(
            "/api/auth/login", content=endless(), headers={"Content-Type": "application/json"}
        )

    assert is_problem(answer, 413, "body-too-large")
    assert read < 2 * BODY_BYTES_MAX // 1024
