"""A customer cannot tell an account that is not his from one that is not there, in any answer.

Every call that takes an account number is made with each kind of account, and with one that does
not exist. Whole answers are compared: status, headers, every word; only numbers that the caller has
sent himself, ids and times are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.answers.accounts import ACCOUNT
from gateway.answers.beneficiaries import BENEFICIARY
from gateway.answers.incoming import INCOMING
from gateway.answers.payees import LOOKUP
from gateway.answers.payments import PAYMENT
from gateway.answers.postings import TRANSACTION
from gateway.answers.standing_orders import STANDING_ORDER
from gateway.app import app as documented
from gateway.routes.holds import HOLD
from tests.fixtures.bank import CALL_SECONDS, Bank, Client, Json
from tests.fixtures.paying_in import paid_in
from tests.fixtures.waiting import until
from tests.gateway.examples import example_of

pytestmark = pytest.mark.system

DOCUMENT = documented.openapi()
TRANSFERS = "/api/transactions/transfers"
UNKNOWN = "AC-20000101-000001"
NOBODYS = "01941f29-7c00-7000-8000-0000000000ff"  # an id of nothing
PAYABLE = ("another's", "blocked for debits")
# Of an instalment, of an event, of a refused message: of each there is a first one.
COUNTED = ("number", "sequence", "quarantine_id")
OF_THINGS = (HOLD, TRANSACTION, PAYMENT, STANDING_ORDER, LOOKUP, INCOMING, BENEFICIARY, "1")
OF_THE_CALL = ("date", "x-request-id", "content-length", "location")


@dataclass
class Stage:
    """Bob, who has an account of his own, and accounts and things that are not his."""

    bob: Client
    own: str
    accounts: dict[str, str]
    things: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
async def stage(bank: Bank) -> Any:
    async with (
        bank.signed_in("teller") as teller,
        bank.signed_in("admin") as admin,
        bank.signed_in("bob") as bob,
    ):
        [own, *_] = [each["account_number"] for each in (await bob.found("/api/accounts"))["items"]]
        accounts = {
            "unknown": UNKNOWN,
            "the bank's own": "GL-CASH-INR",
            "another's": await teller.open_account("50.00"),
            "in another currency": await _in_dollars(admin),
        }
        for name, status in (
            ("frozen", "FROZEN"), ("closed", "CLOSED"), ("blocked for debits", "DEBIT_BLOCKED"),
        ):  # fmt: skip
            accounts[name] = await teller.open_account("0" if status == "CLOSED" else "50.00")
            path = f"/api/accounts/{accounts[name]}/status"
            answer = await teller.http.patch(path, json={"status": status, "reason": "test"})
            assert answer.status_code == 200, answer.text
        things = await _things_of(teller, accounts["another's"], own)
        things[INCOMING] = await paid_in(bank, teller, accounts["another's"])
        yield Stage(bob, own, accounts, things)


async def _in_dollars(admin: Client) -> str:
    terms = {"account_type": "SAVINGS", "currency": "USD"}
    code = f"USD_{uuid4().hex[:12].upper()}"
    await admin.made("/api/products", {"code": code, "name": "Dollars", **terms})
    body = {
        "customer_id": (await admin.create_customer())["id"], "product_code": code, **terms,
        "branch_code": "BR001", "ifsc_code": "BANK0000001", "initial_deposit": "50.00",
    }  # fmt: skip
    return str((await admin.made("/api/accounts", body))["account_number"])


async def _things_of(teller: Client, account: str, own: str) -> dict[str, str]:
    """Things of somebody else, by their place-holder."""
    owner = (await teller.found(f"/api/accounts/{account}"))["customer_id"]
    hold = await teller.made(f"/api/accounts/{account}/holds", {"amount": "1", "reason": "test"})
    cash = await teller.made(f"/api/accounts/{account}/deposit", {"amount": "1"})
    payment = await teller.begin_payment(account, "50100234560000", "1.00")
    order = {
        "from_account": account, "to_account": own, "amount": "1", "frequency": "MONTHLY",
        "start_date": "2030-01-31",
    }  # fmt: skip
    ordered = await teller.made("/api/transactions/standing-orders", order, key=str(uuid4()))
    payee = {"beneficiary": {"name": "Asha Rao", "vpa": "asha.rao@okaxis"}}
    lookup = (await teller.post("/api/payees/resolve", payee)).json()
    listed = await teller.made(f"/api/customers/{owner}/beneficiaries", payee)

    async def is_known() -> bool:
        found = await teller.found(f"/api/payments/{payment}")
        return bool(found["state"] == "completed")

    await until(is_known, CALL_SECONDS, "the payment is over, and known to be of that account")
    return {
        HOLD: hold["hold_id"], TRANSACTION: cash["transaction_id"], PAYMENT: payment,
        STANDING_ORDER: ordered["order_id"], LOOKUP: lookup["lookup_id"],
        BENEFICIARY: listed["beneficiary_id"], "1": str(owner),
    }  # fmt: skip


def _fields(schema: Json, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place in a body where an account number stands."""
    reference = schema.get("$ref") or schema.get("anyOf", [{}])[0].get("$ref")
    if reference:
        schema = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    for name, inner in schema.get("properties", {}).items():
        if name.endswith(("account", "account_number")):
            yield (*place, name)
        yield from _fields(inner, (*place, name))


def _calls() -> Iterator[Any]:
    """Every place of every call, whoever may make it, that takes an account number."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            places: list[tuple[str, ...]] = [
                (parameter["in"], parameter["name"])
                for parameter in operation.get("parameters", ())
                if parameter["name"] == "account_number"
            ]
            for media in operation.get("requestBody", {}).get("content", {}).values():
                places += [("body", *field) for field in _fields(media["schema"])]
            for place in places:
                name = f"{method} {path} {'.'.join(place)}"
                yield pytest.param(method, path, place, id=name)


async def _answer(
    stage: Stage, method: str, path: str, place: tuple[str, ...], number: str, prefer: str
) -> httpx.Response:
    """To Bob's call with this number in this place; its other account is his own."""
    operation = DOCUMENT["paths"][path][method]
    body: Any = None
    for media in operation.get("requestBody", {}).get("content", {}).values():
        body = dict(example_of(media["schema"], DOCUMENT) or {})
        body = {name: stage.own if value == ACCOUNT else value for name, value in body.items()}
        if "beneficiary" in body:
            body["beneficiary"] = body["beneficiary"] | {"ifsc": "OTHR0000001"}
    params = {}
    match place:
        case ("path", name):
            path = path.replace(f"{{{name}}}", number)
        case ("query", name):
            params[name] = number
        case ("body", "beneficiary", name):  # at this bank: another's is none of ours
            body["beneficiary"] = body["beneficiary"] | {name: number, "ifsc": "BANK0000001"}
        case ("body", name):
            body[name] = number
    return await stage.bob.http.request(
        method,
        path.replace("{hold_id}", NOBODYS),
        json=body,
        params=params,
        headers={"Idempotency-Key": str(uuid4()), "Prefer": prefer},
    )


def _whole(answer: httpx.Response, number: str) -> tuple[int, dict[str, str], Any]:
    """All that the caller is told; what he sent himself, ids and times are left out."""
    headers = {name: text for name, text in answer.headers.items() if name not in OF_THE_CALL}
    return answer.status_code, headers, _without_ids(answer.json(), number)


def _without_ids(value: Any, number: str) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_ids(inner, number)
            for name, inner in value.items()
            if not name.endswith(("_id", "_at", "status_url"))
        }
    if isinstance(value, list):
        return [_without_ids(inner, number) for inner in value]
    # As a whole: the digits of a short one may be in an id too.
    whole = rf"(?<![\w-]){re.escape(number)}(?![\w-])"
    return re.sub(whole, "…", value) if isinstance(value, str) else value


def _kinds(stage: Stage, place: tuple[str, ...]) -> dict[str, str]:
    """What is asked about: to pay an account that can be paid tells of course that it can."""
    hidden = () if place != ("body", "to_account") else PAYABLE
    return {name: number for name, number in stage.accounts.items() if name not in hidden}


@pytest.mark.parametrize(("method", "path", "place"), list(_calls()))
async def test_whole_answers_are_alike_whatever_the_account_is(
    stage: Stage, method: str, path: str, place: tuple[str, ...]
) -> None:
    expected = None
    for name, number in _kinds(stage, place).items():
        answer = await _answer(stage, method, path, place, number, "wait=20")
        assert answer.status_code < 500, answer.text
        told = _whole(answer, number)
        expected = expected or told
        assert told == expected, name


@pytest.mark.parametrize("field", ["to_account", "from_account"])
async def test_an_operation_tells_no_more_than_the_answer_would_have(
    stage: Stage, field: str
) -> None:
    expected, place = None, ("body", field)
    for name, number in _kinds(stage, place).items():
        accepted = await _answer(stage, "post", TRANSFERS, place, number, "respond-async")
        assert accepted.status_code == 202, accepted.text
        told = await _ended(stage.bob, accepted.headers["Location"], number)
        expected = expected or told
        assert told == expected, name
        assert told[2]["state"] == "refused"


async def _ended(bob: Client, operation: str, number: str) -> Any:
    found: list[httpx.Response] = []

    async def is_over() -> bool:
        found.append(await bob.get(operation))
        return bool(found[-1].json()["state"] != "pending")

    await until(is_over, CALL_SECONDS, "the operation is over")
    status, headers, body = _whole(found[-1], number)
    body["problem"].pop("instance")  # its own address
    return status, headers, body


def _by_id() -> Iterator[Any]:
    """Every call about one thing that has an id of its own."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                [given] = parameter["schema"].get("examples", [None])
                is_id = parameter["in"] == "path" and parameter["name"] not in COUNTED
                if is_id and str(given) in OF_THINGS:
                    yield pytest.param(
                        method, path, parameter["name"], str(given), id=f"{method} {path}"
                    )


def _address(path: str, operation: Json, things: dict[str, str]) -> str:
    """With the things in it that the one is a part of, or that are parts of it."""
    for other in operation["parameters"]:
        if other["in"] == "path":
            [example] = other["schema"].get("examples", [""])
            path = path.replace(f"{{{other['name']}}}", things.get(str(example), str(example)))
    return path


@pytest.mark.parametrize(("method", "path", "name", "given"), list(_by_id()))
async def test_what_belongs_to_another_is_like_what_is_not_there(
    stage: Stage, method: str, path: str, name: str, given: str
) -> None:
    operation = DOCUMENT["paths"][path][method]
    content = operation.get("requestBody", {}).get("content", {})
    [body] = [example_of(media["schema"], DOCUMENT) for media in content.values()] or [None]
    version = {"If-Match": '"1"'} if method == "put" else {}
    told = []
    for thing in (stage.things[given], "999999999" if given == "1" else NOBODYS):
        headers = {"Idempotency-Key": str(uuid4()), **version}
        url = _address(path.replace(f"{{{name}}}", thing), operation, stage.things)
        answer = await stage.bob.http.request(method, url, json=body, headers=headers)
        assert answer.status_code in (403, 404), answer.text
        told.append(_whole(answer, thing))

    assert told[0] == told[1]
