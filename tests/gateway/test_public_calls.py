"""What anybody may call is bounded by address, before anything is read, asked or hashed."""

import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.app import ROUTERS
from gateway.settings import GatewaySettings
from gateway.sketch import BYTES
from gateway.throttle import BODY_BYTES_MAX, SITE_TIMES, Throttle, public_paths
from infra.runtime.peers import peer_of
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import SECRET, client_of, serving

CALLS_MAX = 3
ROUTES = [route for router in ROUTERS for route in router.routes]
PUBLIC = {*public_paths(ROUTES, GatewaySettings(secret=SECRET)), "/openapi.json"}
SENT_TO = ("/api/auth/login", "/api/auth/refresh")


@pytest.fixture
async def client(bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    bounds = {"sign_ins_per_minute": CALLS_MAX, "public_calls_per_minute": CALLS_MAX}
    async with serving(bank, **bounds) as app, client_of(app) as client:
        yield client


def test_every_call_without_a_role_is_public_and_no_other() -> None:
    read = {
        "/health",
        "/health/live",
        "/metrics",
        "/openapi.json",
        "/api/auth/jwks",
        "/api/receipts",
    }
    read |= {"/", "/docs", "/docs/start.js", "/docs/{name}", "/problems", "/problems/{code}"}

    assert {*read, *SENT_TO} == PUBLIC


@pytest.mark.parametrize("path", sorted(PUBLIC))
async def test_one_address_is_refused_beyond_its_calls_and_told_when_to_come_again(
    client: httpx.AsyncClient, bank: FakeBank, path: str
) -> None:
    method = "POST" if path in SENT_TO else "GET"
    for _ in range(CALLS_MAX):
        assert (await client.request(method, path, json={})).status_code != 429
    asked = len(bank.sent)

    refused = await client.request(method, path, json={})

    assert refused.status_code == 429
    assert refused.json()["code"] == "too-many-requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert len(bank.sent) == asked


async def test_signing_in_and_reading_are_counted_apart(client: httpx.AsyncClient) -> None:
    for _ in range(CALLS_MAX + 1):
        await client.post("/api/auth/login", json={})

    assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize("path", SENT_TO)
@pytest.mark.parametrize("says_its_length", [True, False])
async def test_a_public_body_is_small(
    anybody: httpx.AsyncClient, path: str, says_its_length: bool
) -> None:
    body = b'{"username": "' + b"x" * BODY_BYTES_MAX + b'"}'

    async def parts() -> AsyncIterator[bytes]:
        yield body

    content = body if says_its_length else parts()
    answer = await anybody.post(path, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert "4 KB" in answer.json()["detail"]


async def test_a_call_that_needs_signing_in_is_not_counted(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/api/accounts") for _ in range(CALLS_MAX * 2)]

    assert {answer.status_code for answer in answers} == {401}


async def test_metrics_are_for_this_machine_and_for_named_addresses(bank: FakeBank) -> None:
    async with serving(bank, metrics_from=("10.0.0.9",)) as app:

        async def status(address: str, **headers: str) -> int:
            transport = httpx.ASGITransport(app, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
                return (await client.get("/metrics", headers=headers)).status_code

        assert await status("127.0.0.1") == await status("::1") == await status("10.0.0.9") == 200
        assert await status("10.0.0.8") == 404
        assert await status("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"}) == 404


def test_a_minute_later_an_address_may_call_again() -> None:
    now = [59.0]
    throttle = Throttle(1, clock=lambda: now[0])

    assert throttle.require("a") is None
    assert throttle.require("a") is not None
    assert throttle.require("b") is None
    now[0] = 61.0  # no whole minute of the clock ends a count early
    assert throttle.require("a") is not None
    now[0] = 119.0
    assert throttle.require("a") is None


def test_a_stranger_with_many_addresses_takes_no_more_memory_than_stated() -> None:
    throttle = Throttle(1, clock=lambda: 0.0)

    tracemalloc.start()
    for number in range(20_000):
        throttle.require(f"10.0.{number}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 2 * BYTES


def test_a_stranger_with_very_many_addresses_shuts_nobody_out() -> None:
    throttle = Throttle(10, clock=lambda: 0.0)

    for number in range(60_000):
        throttle.require(peer_of(f"2001:db8:0:{number:x}::1"))

    for newcomer in ("192.0.2.7", peer_of("2001:db8:1::1"), peer_of("2001:db9::1")):
        refused = [throttle.require(newcomer) for _ in range(11)]
        assert refused[:5] == [None] * 5  # with so many about, a count may be one or two too high
        assert refused[10] is not None


def test_an_address_of_ipv4_is_one_in_each_of_its_writings() -> None:
    throttle = Throttle(1, clock=lambda: 0.0)

    assert throttle.require(peer_of("192.0.2.7")) is None
    assert throttle.require(peer_of("::ffff:192.0.2.7")) is not None
    assert throttle.require(peer_of("::ffff:192.0.2.8")) is None


def test_all_networks_of_one_ipv6_site_together_have_a_bound_that_the_next_does_not_feel() -> None:
    throttle = Throttle(2, clock=lambda: 0.0)
    peers = [peer_of(f"2001:db8:0:{number:x}::1") for number in range(2 * SITE_TIMES + 1)]

    refused = [throttle.require(peer) for peer in peers]

    assert refused[:-1] == [None] * (2 * SITE_TIMES)
    assert refused[-1] is not None
    assert "/48" in str(refused[-1].detail)
    assert throttle.require(peer_of("2001:db8:1::1")) is None


def test_what_one_ipv6_network_calls_beyond_its_bound_is_not_counted_for_its_site() -> None:
    throttle = Throttle(1, clock=lambda: 0.0)

    for _ in range(10 * SITE_TIMES):
        throttle.require(peer_of("2001:db8::1"))

    assert throttle.require(peer_of("2001:db8:0:1::1")) is None
