"""What must not work over HTTP: the right status and code, nothing changed, and no word of how."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from infra.data.sealing import Sealer
from services.auth.sealing import PURPOSE
from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system

TRANSFERS = "/api/transactions/transfers"
MEGABYTE = 1024 * 1024
INTERNALS = ("Traceback", 'File "', "asyncpg", "postgres", "rabbit", "select ", "/work", "/usr")


@dataclass(frozen=True)
class Scene:
    """A payer with 1,000.00, a payee, and what surrounds them."""

    teller: Client
    payer: str
    payee: str
    frozen: str

    async def transfer(self, **changes: Any) -> httpx.Response:
        plain = {"from_account": self.payer, "to_account": self.payee, "amount": "10.00"}
        body = {name: value for name, value in {**plain, **changes}.items() if value is not None}
        return await self.teller.post(TRANSFERS, body, key=str(uuid4()))

    async def send(self, content: bytes, **headers: str) -> httpx.Response:
        """These very bytes to the transfers."""
        named = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json", **headers}
        return await self.teller.http.post(TRANSFERS, content=content, headers=named)

    def written(self, amount: str) -> bytes:
        """A transfer whose amount is this JSON text."""
        return (
            f'{{"from_account":"{self.payer}","to_account":"{self.payee}","amount":{amount}}}'
        ).encode()


@pytest.fixture(scope="module")
async def stage(bank: Bank) -> AsyncIterator[Scene]:
    async with bank.signed_in("teller") as teller:
        payer, payee = await teller.open_account("1000.00"), await teller.open_account()
        frozen = await teller.open_account("50.00")
        await teller.http.patch(
            f"/api/accounts/{frozen}/status", json={"status": "FROZEN", "reason": "test"}
        )
        yield Scene(teller, payer, payee, frozen)


@pytest.fixture
async def scene(bank: Bank, stage: Scene) -> AsyncIterator[Scene]:
    """Afterwards the payer has what he had, to the last posting."""
    accounts = [stage.payer, stage.payee, stage.frozen]
    before = await _postings(bank, accounts)
    yield stage
    assert await stage.teller.balance(stage.payer) == Decimal("1000.00")
    assert await _postings(bank, accounts) == before


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"colour": "red"}, 422, "invalid-request", id="unknown field"),
        pytest.param({"amount": None}, 422, "invalid-request", id="missing field"),
        pytest.param({"from_account": 7}, 422, "invalid-request", id="wrong type"),
        pytest.param({"description": "x" * 141}, 422, "invalid-request", id="text too long"),
        pytest.param({"amount": True}, 422, "invalid-amount", id="truth as amount"),
        pytest.param({"amount": "0.00"}, 422, "invalid-amount", id="zero"),
        pytest.param({"amount": "-5.00"}, 422, "invalid-amount", id="negative"),
        pytest.param({"amount": "1.001"}, 422, "invalid-amount", id="over-precise"),
        pytest.param({"amount": "NaN"}, 422, "invalid-amount", id="not a number, as text"),
        pytest.param({"amount": "1e3"}, 422, "invalid-amount", id="exponent"),
        pytest.param({"amount": "9" * 15}, 422, "invalid-amount", id="beyond all money"),
        pytest.param({"currency": "USD"}, 422, "currency-mismatch", id="wrong currency"),
        pytest.param({"currency": "XXX"}, 422, "invalid-request", id="no currency"),
        pytest.param({"amount": "1000.01"}, 422, "insufficient-funds", id="not enough money"),
        pytest.param(
            {"from_account": "AC-20000101-000001"}, 404, "unknown-account", id="unknown payer"
        ),
        pytest.param(
            {"to_account": "AC-20000101-000001"}, 422, "unknown-counterparty", id="unknown payee"
        ),
    ],
)
async def test_a_transfer_that_cannot_be_is_refused(
    scene: Scene, changes: dict[str, Any], status: int, code: str
) -> None:
    expect(await scene.transfer(**changes), status, code)


async def test_money_cannot_go_from_an_account_to_itself(scene: Scene) -> None:
    expect(await scene.transfer(to_account=scene.payer), 422, "same-account")


async def test_a_frozen_account_neither_pays_nor_is_paid(scene: Scene) -> None:
    expect(await scene.transfer(to_account=scene.frozen), 422, "account-frozen")
    expect(await scene.transfer(from_account=scene.frozen), 422, "account-frozen")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400", "-0.0", "10.005", "[]", "null"])
async def test_an_amount_in_json_that_is_no_amount_is_refused(scene: Scene, amount: str) -> None:
    expect(await scene.send(scene.written(amount)), 422, "invalid-amount")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b"", 400, "malformed", id="empty"),
        pytest.param(b"from_account=1", 400, "malformed", id="not JSON"),
        pytest.param(b"[1, 2]", 400, "malformed", id="not an object"),
        pytest.param(b'{"a":1,"a":2}', 400, "malformed", id="a key twice"),
        pytest.param(b"\xff\xfe{}", 400, "malformed", id="not UTF-8"),
        pytest.param(b'{"a":"\\u0000"}', 400, "malformed", id="a zero byte"),
        pytest.param(b'{"a":' * 21 + b"1" + b"}" * 21, 400, "malformed", id="deep"),
        pytest.param(b"[" * 100_000, 400, "malformed", id="bottomless"),
        pytest.param(b'"' + b"x" * MEGABYTE + b'"', 413, "body-too-large", id="huge"),
    ],
)
async def test_a_body_that_is_none_is_refused(
    scene: Scene, content: bytes, status: int, code: str
) -> None:
    expect(await scene.send(content), status, code)


async def test_a_huge_body_of_unknown_length_is_cut_off(scene: Scene) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = await scene.teller.http.post(TRANSFERS, content=endless(), headers=headers)

    expect(answer, 413, "body-too-large")


async def test_only_json_is_taken(scene: Scene) -> None:
    content = scene.written('"1.00"')
    plain = await scene.send(content, **{"Content-Type": "text/plain"})
    packed = await scene.send(content, **{"Content-Encoding": "gzip"})
    expect(plain, 415, "unsupported-media-type")
    expect(packed, 415, "unsupported-encoding")


async def test_a_transfer_needs_a_key(scene: Scene) -> None:
    body = {"from_account": scene.payer, "to_account": scene.payee, "amount": "1.00"}
    expect(await scene.teller.post(TRANSFERS, body), 400, "idempotency-key-missing")
    expect(await scene.teller.post(TRANSFERS, body, key="x" * 256), 400, "idempotency-key-invalid")
    expect(await scene.teller.post(TRANSFERS, body, key="a b"), 400, "idempotency-key-invalid")


@pytest.mark.parametrize("ifsc", ["BANK1000001", "bank0000001", "BANK000001", ""])
async def test_an_account_needs_a_right_ifsc(scene: Scene, ifsc: str) -> None:
    body = {
        "customer_id": 1, "account_type": "SAVINGS", "branch_code": "BR001", "ifsc_code": ifsc,
    }  # fmt: skip
    expect(await scene.teller.post("/api/accounts", body), 422, "invalid-request")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer_id": 999_999_999}, "unknown-customer"),
        ({"branch_code": "BR999"}, "unknown-branch"),
        ({"ifsc_code": "HDFC0002255"}, "ifsc-mismatch"),
        ({"account_type": "CHEST"}, "invalid-request"),
        ({"initial_deposit": "-1"}, "invalid-amount"),
    ],
)
async def test_an_account_that_cannot_be_is_not_opened(
    scene: Scene, changes: dict[str, Any], code: str
) -> None:
    plain = {
        "customer_id": 1, "account_type": "SAVINGS", "branch_code": "BR001",
        "ifsc_code": "BANK0000001",
    }  # fmt: skip
    expect(await scene.teller.post("/api/accounts", {**plain, **changes}), 422, code)


async def test_a_payment_needs_another_bank_and_a_rail_that_carries_it(scene: Scene) -> None:
    async def pay(amount: str, ifsc: str) -> httpx.Response:
        beneficiary = {"name": "Asha", "account_number": "50100234567890", "ifsc": ifsc}
        body = {
            "from_account": scene.payer, "beneficiary": beneficiary, "amount": amount,
            "rail": "IMPS",
        }  # fmt: skip
        return await scene.teller.post("/api/payments", body, key=str(uuid4()))

    expect(await pay("1.00", "BANK0000001"), 422, "not-another-bank")
    expect(await pay("1.00", "OTHR1000001"), 422, "invalid-request")
    expect(await pay("500000.01", "OTHR0000001"), 422, "limit-exceeded")


async def test_nobody_calls_without_a_token_that_counts(bank: Bank, scene: Scene) -> None:
    token = scene.teller.http.headers["Authorization"].removeprefix("Bearer ")
    head, payload, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode({**claims, "role": "ADMIN"}, "secret" * 8, algorithm="HS256")
    bodiless = jwt.encode(claims, "", algorithm="none")
    body = {"from_account": scene.payer, "to_account": scene.payee, "amount": "1.00"}

    async with bank.stranger() as stranger:
        expect(await stranger.post(TRANSFERS, body, key="k"), 401, "unauthenticated")
        for each in ("x", f"{head}.{payload}.{signature[::-1]}", forged, bodiless, "y" * 10_000):
            answer = await stranger.post(TRANSFERS, body, key="k", Authorization=f"Bearer {each}")
            expect(answer, 401, "invalid-token")
            assert "WWW-Authenticate" in answer.headers


async def test_a_token_is_over_when_its_session_is(bank: Bank, scene: Scene) -> None:
    async with bank.signed_in("teller") as teller:
        assert (await teller.post("/api/auth/logout")).status_code == 204
        assert (await teller.get("/api/auth/me")).status_code == 401


async def test_a_customer_never_learns_of_anothers_account(bank: Bank, scene: Scene) -> None:
    async with bank.signed_in("bob") as bob:
        for path in ("", "/balance", "/transactions"):
            other = await bob.get(f"/api/accounts/{scene.payer}{path}")
            nobody = await bob.get(f"/api/accounts/AC-20000101-000001{path}")
            expect(other, 404, "unknown-account")
            assert other.json()["detail"] == nobody.json()["detail"]
        taken = await bob.transfer(scene.payer, scene.payee, "1.00")
        expect(taken, 404, "unknown-account")


async def test_a_role_that_may_not_is_forbidden(bank: Bank, scene: Scene) -> None:
    path = f"/api/accounts/{scene.payer}/deposit"
    async with bank.signed_in("auditor") as auditor:
        expect(await auditor.post(path, {"amount": "1.00"}), 403, "not-allowed")
        expect(await auditor.transfer(scene.payer, scene.payee, "1.00"), 403, "not-allowed")
    async with bank.signed_in("bob") as bob:
        expect(await bob.post(path, {"amount": "1.00"}), 403, "not-allowed")


async def test_an_expired_token_says_so(bank: Bank, scene: Scene) -> None:
    """Signed with auth's own key: only its time is wrong."""
    async with bank.database() as database:
        [key] = await database.fetch("select kid, sealed_private_key from auth.signing_keys")
    secret = Sealer(SecretStr(bank.secrets["processes"]["auth"]), PURPOSE)
    plain = secret.open(key["sealed_private_key"], "signing_keys", "sealed_private_key", key["kid"])
    private_key = serialization.load_der_private_key(plain, password=None)
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    token = scene.teller.http.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    names = {"typ": "at+jwt", "kid": key["kid"]}

    for minutes, status in ((0, 200), (11, 401)):
        old = {**claims, "exp": claims["exp"] - minutes * 60, "iat": claims["iat"] - minutes * 60}
        signed = jwt.encode(old, private_key, algorithm="ES256", headers=names)
        answer = await scene.teller.get("/api/auth/me", Authorization=f"Bearer {signed}")
        assert answer.status_code == status, answer.text

    expect(answer, 401, "token-expired")


def expect(answer: httpx.Response, status: int, code: str) -> None:
    """The problem of this status and code, with nothing in it of how the bank is made."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), answer.text
    assert {"type", "title", "detail", "instance", "trace_id"} <= problem.keys()
    assert not [word for word in INTERNALS if word in answer.text], answer.text


async def _postings(bank: Bank, account_numbers: list[str]) -> int:
    async with bank.database() as database:
        count: int = await database.fetchval(
            "select count(*) from account.postings p join account.accounts a on a.id = p.account_id"
            " where a.number = any($1::text[])",
            account_numbers,
        )
    return count
