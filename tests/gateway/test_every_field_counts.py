"""Whatever a call may carry reaches the bank or is refused: nothing that is sent is left out of it.

A field that is dropped at the edge is a wish that nobody judges: money would move in another
currency, or to another amount, than the caller says.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.holds import CaptureHold
from contracts.account.movements import ReverseEntry
from contracts.customer import GetSealingKey
from contracts.envelope import Command, Message, Query
from contracts.money import Currency, Whole
from gateway.app import app as documented
from gateway.operations import OPERATION, Operation
from infra.runtime.clock import new_id
from tests.gateway.bank import USER, FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.examples import Document, example_of, role_for, takes_file

DOCUMENT = documented.openapi()
KEY = {"Idempotency-Key": "k-1", "Prefer": "wait=0"}

# A value of each optional field that means something else than leaving it out.
VALUES: dict[str, Any] = {
    "accounts": ["AC-20250709-123459"], "event_accounts": ["AC-20250709-123458"],
    "allowed_types": ["get-balance.v1"], "per_minute": 7, "event_types": ["bank.loan-closed.v1"],
    "command_limit": "7.25",
    "aadhaar": "234123412346", "account_number": "AC-20250709-123456", "account_type": "CURRENT",
    "actor": "somebody", "assignee": "another", "annual_rate": "7.25", "classification": "npa",
    "cooling_off_days": 7, "days_past_due_min": 7,
    "monthly_income": "7.25", "penal_rate": "7.25", "penal_amount": "7.25",
    "penal_cap": "7.25", "penal_grace_days": 7, "penal_tax_percent": "7.25",
    "servicing": {"recalculation": "DAILY"},
    "counting": {"interest_period": "DAILY"},
    "cash": True, "extra_instalments": 7, "from_account": "AC-20250709-123457",
    "new_due": "2026-03-15", "on": "2099-01-01", "paid_on": "2026-01-01",
    "start_date": "2026-02-01", "tranches_max": 7,
    "address_line2": "2nd floor", "amount": "7.25", "as_of": "2026-01-01", "branch_code": "BR009",
    "channel_daily_limits": {"ONLINE": "7.25"}, "command": "account.make-deposit.v1",
    "country": "NL", "currency": "USD",
    "cursor": "eyJ", "customer_id": 7, "daily_limit": "7.25", "date": "2026-01-01",
    "description": "another",
    "expires_at": "2099-01-01T00:00:00Z", "fees": [{"name": "stamp", "amount": "7.25"}],
    "final": False, "first_due_date": "2026-02-15", "from": "2026-01-01",
    "ifsc_code": "BANK0000009",
    "initial_deposit": "7.25", "instalment_multiple": "7.25", "interest": "SEPARATE",
    "is_active": False,
    "closes": "20:00", "opens": "06:00",
    "least": "7.25", "ledger_line": "CURRENT", "limit": 7, "max_amount": "7.25", "middle_name": "Q",
    "min_amount": "7.25", "most": "7.25", "name": "other", "needs_attention": True, "number": 7,
    "unlisted_are_new": True,
    "object": "account:AC-1",
    "occupation": "baker", "overdraft_limit": "7.25", "pan": "ABCPE1234F", "product_code": "OTHER",
    "reason": "another", "secured": True, "role": "AUDITOR", "search": "rent", "state": "parked",
    "status": "CLOSED", "to": "2026-01-01", "transaction_limit": "7.25", "type": "DEPOSIT",
    "value_date": "2026-01-01", "version": 7,
    # Of the terms of a loan, and of a product of loans:
    "balloon_percent_max": "7.25", "benchmark": "REPO", "down_payment_percent_max": "7.25",
    "every_days_max": 7,
    "every_days_min": 7, "interest_free_periods_max": 7, "interest_grace_max": 7,
    "moratorium_max": 7, "principal_grace_max": 7,
    "balloon": "7.25", "day_count": "ACT_ACT_ISDA", "days_in_month": "ACTUAL",
    "days_in_year": "360", "down_payment": "7.25", "down_payment_percent": "7.25",
    "every_days": 7, "frequency": "WEEKLY", "holiday_rule": "NEXT_WORKING_DAY",
    "holidays": ["2026-01-01"], "interest_free_periods": 7, "interest_grace": 7,
    "interest_period": "DAILY", "method": "FLAT", "moratorium": 7, "principal_grace": 7,
    "rate_changes": [{"from_date": "2026-02-15", "annual_rate": "7.25"}],
    "schedule_type": "PROGRESSIVE", "tranches": [{"date": "2026-02-15", "amount": "7.25"}],
    "weekly_holidays": ["SUNDAY"],
    "batch_minutes": 7, "settlement_minutes": 7, "rail": "NEFT", "handles": ["okaxis"],
    "gst_percent": "7.25",
    "aliases": ["Another Example"], "valid_from": "2099-01-01",
    "hourly_count": 7, "hourly_most": "7.25", "daily_count": 7, "daily_most": "7.25",
    "cooling_most": "7.25", "daily_compensation": "7.25", "tolerance": "0.07",
    "end_date": "2099-01-01", "occurrences": 7, "retries": 7,
}  # fmt: skip
FORM_OF_ANSWER = {  # the question is the same
    ("/api/loans/{loan_id}/key-facts", "format"),
    ("/api/transactions/{transaction_id}/receipt", "format"),
}
OF_ROUTE = {
    ("/api/customers", "status"): "SUSPENDED",
    ("/api/jobs", "state"): "completed",
    ("/api/customers/{customer_id}/beneficiaries", "state"): "active",
    ("/api/accounts/{account_number}/holds", "state"): "expired",
    ("/api/approvals", "state"): "expired",
    ("/api/loans", "state"): "active",
    ("/api/transactions/standing-orders", "state"): "completed",
    ("/api/transactions/bulk/{file_id}/lines", "state"): "refused",
    ("/api/payments/incoming", "state"): "returned",
    ("/api/payments/returns", "state"): "set-aside",
    ("/api/rails/{rail}/rules", "fees"): [{"fee": "7.25"}],
    ("/api/payments/recalls", "state"): "agreed",
    ("/api/payments/{payment_id}/recall", "code"): "FRAD",
    ("/api/payments/incoming/recalls", "state"): "returned",
    ("/api/payments/incoming/recalls/{recall_id}/refuse", "code"): "LEGL",
}


def _operations() -> Iterator[tuple[str, str, Document]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if "x-message" in operation and not takes_file(operation):
                yield method, path, operation


def _resolved(schema: Document) -> Document:
    """What it refers to, itself or as the first of several."""
    reference = schema.get("$ref") or schema.get("anyOf", [{}])[0].get("$ref")
    if reference is None:
        return schema
    found: Document = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _schema_of(operation: Document) -> Document:
    [media] = operation["requestBody"]["content"].values()
    return _resolved(media["schema"])


def _required(operation: Document) -> dict[str, Any]:
    """The smallest body of this call, as in its example."""
    if "requestBody" not in operation:
        return {}
    example = _example(operation)
    schema = _schema_of(operation)
    return {name: example[name] for name in (*schema.get("required", ()), *_either(schema)[:1])}


def _either(schema: Document) -> list[str]:
    """The fields of which a body has one; their own tests send the others."""
    return [name for choice in schema.get("anyOf", ()) for name in choice.get("required", ())]


def _example(operation: Document) -> dict[str, Any]:
    [media] = operation["requestBody"]["content"].values()
    return example_of(media["schema"], DOCUMENT) or {}


def _optional() -> Iterator[Any]:
    """Every field that may be left out, of every call: in its body, or in its query."""
    for method, path, operation in _operations():
        if "requestBody" in operation:
            schema = _schema_of(operation)
            required = {*schema.get("required", ()), *_either(schema)}
            for name in sorted(set(schema["properties"]) - required):
                has_choice = len(_resolved(schema["properties"][name]).get("enum", "any")) > 1
                if has_choice:
                    yield pytest.param(method, path, "json", name, id=f"{method} {path} {name}")
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and not parameter.get("required"):
                name = parameter["name"]
                if (path, name) in FORM_OF_ANSWER:
                    continue
                yield pytest.param(method, path, "params", name, id=f"{method} {path} ?{name}")


CHANGING = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for method, path, operation in _operations()
    if method != "get" and not path.endswith("/quote")
]


# Other spellings of a value, which a lenient reader would take for it.
OTHER_SPELLINGS: dict[tuple[str, str], list[Any]] = {
    ("json", "boolean"): ["false", "no", 0, 1],
    ("json", "integer"): ["7", 7.5, True],
    ("json", "date"): [0, 1767225600, "20260101", "2026-01-01T00:00:00"],
    ("params", "boolean"): ["1", "yes", "on", "TRUE", "f"],
    ("params", "integer"): ["+7", "7.0", "0_7", "\u0667", " 7"],
    ("params", "date"): ["0", "20260101", "2026-01-01T00:00:00"],
}


def _spelt() -> Iterator[Any]:
    """Every field that is a truth, a number or a date, in one of its other spellings."""
    for method, path, operation in _operations():
        properties = _schema_of(operation)["properties"] if "requestBody" in operation else {}
        fields = [("json", name, schema) for name, schema in properties.items()]
        fields += [
            ("params", each["name"], each["schema"])
            for each in operation.get("parameters", ())
            if each["in"] == "query"
        ]
        for where, name, schema in fields:
            for kind in _kinds(schema):
                for value in OTHER_SPELLINGS.get((where, kind), ()):
                    yield pytest.param(
                        method, path, where, name, value, id=f"{method} {path} {name}={value!r}"
                    )


def _kinds(schema: Document) -> set[str]:
    """`date` for one, else the JSON type, of each form that the field may have."""
    return {
        form.get("format") if form.get("format") == "date" else str(form.get("type"))
        for form in schema.get("anyOf", [schema])
    }


@pytest.mark.parametrize(("method", "path", "where", "name", "value"), list(_spelt()))
async def test_a_value_has_one_spelling(
    app: FastAPI, bank: FakeBank, method: str, path: str, where: str, name: str, value: object
) -> None:
    answer = await _call(app, bank, method, path, where, {name: value})

    assert answer.status_code == 422, answer.text
    assert bank.sent == []


async def _call(
    app: FastAPI,
    bank: FakeBank,
    method: str,
    path: str,
    where: str = "json",
    more: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """The smallest call that this route takes, and something more."""
    operation = DOCUMENT["paths"][path][method]
    role = role_for(DOCUMENT, method, path)
    sent = {"json": _required(operation), "params": {}}
    sent[where] = sent[where] | (more or {})
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            [given] = parameter["schema"]["examples"]
            path = path.replace(f"{{{parameter['name']}}}", str(given))
        elif parameter["name"] == "If-Match":
            headers = {"If-Match": '"1"', **(headers or {})}
    sealed = app.state.edge.operation_ids.seal(
        Operation(new_id(), "account.make-transfer.v1", USER, deadline=2**32 - 1)
    )
    body = sent["json"] if method != "get" else None
    async with client_of(app, bank.token(role)) as client:
        return await client.request(
            method,
            path.replace(OPERATION, sealed),
            json=body,
            params=sent["params"],
            headers=KEY | (headers or {}),
        )


def _told(bank: FakeBank) -> list[Command | Query]:
    """What has reached the bank since this was last asked."""
    found = [sent.message for sent in bank.sent if not isinstance(sent.message, GetSealingKey)]
    bank.sent.clear()
    bank.done.clear()
    return found


@pytest.mark.parametrize(("method", "path", "where", "name"), list(_optional()))
async def test_every_field_that_may_be_left_out_counts_when_it_is_sent(
    app: FastAPI, bank: FakeBank, method: str, path: str, where: str, name: str
) -> None:
    await _call(app, bank, method, path)
    without = _told(bank)

    value = OF_ROUTE.get((path, name), VALUES[name])
    answer = await _call(app, bank, method, path, where, {name: value})

    assert answer.is_success, answer.text
    assert _told(bank) != without


@pytest.mark.parametrize(("method", "path", "operation"), CHANGING)
async def test_a_field_that_a_call_does_not_know_is_refused_and_nothing_is_done(
    app: FastAPI, bank: FakeBank, method: str, path: str, operation: Document
) -> None:
    answer = await _call(app, bank, method, path, "json", {"amount_of_another": "7.25"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert {"/amount_of_another"} == {fault["pointer"] for fault in answer.json()["errors"]}
    assert _told(bank) == []


@pytest.mark.parametrize(("method", "path", "operation"), CHANGING)
async def test_a_field_in_the_address_of_a_change_is_refused_and_nothing_is_done(
    app: FastAPI, bank: FakeBank, method: str, path: str, operation: Document
) -> None:
    answer = await _call(app, bank, method, path, "params", {"currency": "USD"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["query:currency"]
    assert _told(bank) == []


@pytest.mark.parametrize(("method", "path", "operation"), CHANGING)
async def test_a_version_is_judged_or_refused_and_never_ignored(
    app: FastAPI, bank: FakeBank, method: str, path: str, operation: Document
) -> None:
    # Where nothing is required, something has to be sent all the same.
    is_empty = "requestBody" in operation and not _required(operation)
    more = _example(operation) if is_empty else {}
    answer = await _call(app, bank, method, path, more=more, headers={"If-Match": '"7"'})

    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
        commands = [message for message in _told(bank) if isinstance(message, Command)]
        assert [getattr(command, "version", None) for command in commands] == [7]
    else:
        assert (answer.status_code, answer.json()["code"]) == (400, "if-match-not-taken")
        assert _told(bank) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/holds/{hold_id}/capture", CaptureHold),
        ("/api/transactions/{transaction_id}/reverse", ReverseEntry),
    ],
)
async def test_a_currency_without_an_amount_is_told_to_the_bank(
    app: FastAPI, bank: FakeBank, path: str, kind: type[Message]
) -> None:
    await _call(app, bank, "post", path, "json", {"currency": "USD"})
    await _call(app, bank, "post", path, headers={"Idempotency-Key": "k-2"})

    amounts = [command.amount for command in bank.messages(kind)]
    assert amounts == [Whole(currency=Currency.USD), None]
