"""An id in an address has one spelling, so that one key with one address is one call."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.holds import CaptureHold
from contracts.account.movements import ReverseEntry
from contracts.envelope import Message, Role
from gateway.app import app as documented
from tests.builders import BOB
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

ID = "01941f29-7c00-7000-8000-00000000000a"
UUIDS = [ID.upper(), ID.replace("-", ""), f"urn:uuid:{ID}", f"{{{ID}}}", f" {ID}", f"{ID}%0A"]
ROWS = ["01", "+1", "1_0", "1.0", "%201", "1%0A", "\uff11", "-1", "0"]
MONEY = {"amount": "1.00"}


def spelled_otherwise() -> Iterator[tuple[str, str]]:
    """Every call with an id in its address, by method and address, in every other spelling."""
    for path, calls in documented.openapi()["paths"].items():
        for method, call in calls.items():
            for parameter in call.get("parameters", ()):
                schema = parameter["schema"]
                is_uuid, is_row = schema.get("format") == "uuid", schema.get("type") == "integer"
                if parameter["in"] == "path" and (is_uuid or is_row):
                    for spelling in UUIDS if is_uuid else ROWS:
                        yield method, path.replace(f"{{{parameter['name']}}}", spelling)


DECIDED_BY_MANAGERS = ("/api/sagas/", "/api/payments/", "/api/approvals/", "/api/loans/")


@pytest.mark.parametrize(("method", "path"), list(spelled_otherwise()))
async def test_another_spelling_of_an_id_names_nothing(
    app: FastAPI, bank: FakeBank, method: str, path: str
) -> None:
    role = Role.MANAGER if path.startswith(DECIDED_BY_MANAGERS) else Role.ADMIN
    headers = {"Idempotency-Key": "k-1", "Content-Type": "application/json"}
    is_of_list = "/beneficiaries" in path  # whose calls name no version
    if path.startswith("/api/customers/") and method != "get" and not is_of_list:
        headers["If-Match"] = "*"
    async with client_of(app, bank.token(role)) as client:
        content = None if method == "get" else b"{}"
        answer = await client.request(method, path, content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert bank.sent == []


@pytest.mark.parametrize("spelling", UUIDS)
@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/api/transactions/{}/reverse", MONEY | {"reason": "wrong"}, ReverseEntry),
        ("/api/holds/{}/capture", MONEY | {"to_account": BOB, "final": False}, CaptureHold),
    ],
)
async def test_one_key_under_two_spellings_moves_money_once(
    app: FastAPI,
    bank: FakeBank,
    path: str,
    body: dict[str, object],
    kind: type[Message],
    spelling: str,
) -> None:
    answers: list[httpx.Response] = []
    async with client_of(app, bank.token(Role.ADMIN)) as client:
        for name in (ID, spelling):
            key = {"Idempotency-Key": "k-1"}
            answers.append(await client.post(path.format(name), json=body, headers=key))

    assert [answer.status_code for answer in answers] == [201, 404]
    assert len(bank.messages(kind)) == 1
