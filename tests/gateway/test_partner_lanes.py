"""The AsyncAPI document of a partner's lane: valid, and exactly what this partner may do."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from contracts.auth.partners import GetPartner, Partner, PartnerKey, PartnerState
from contracts.envelope import Role
from contracts.ingress import Offer
from contracts.money import Currency
from gateway.partner_lanes import document
from tests.fixtures.redocly import lint
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

ACCOUNTS = ("AC-20250709-123456", "AC-20250709-123458")
KEY = PartnerKey(key_id="2026-11", public_key="11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")


def partner(**changes: Any) -> Partner:
    usual: dict[str, Any] = {
        "name": "acme-bank", "state": PartnerState.OPEN, "allowed_types": tuple(Offer),
        "accounts": ACCOUNTS, "currency": Currency.INR, "command_limit_minor": 5_000_000,
        "daily_limit_minor": 20_000_000, "per_minute": 120, "keys": (KEY,), "version": 3,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Partner(**{**usual, **changes})


PARTNERS = {
    "of all types": partner(),
    "of transfers": partner(allowed_types=(Offer.TRANSFER,)),
    "of balances": partner(allowed_types=(Offer.BALANCE,), state=PartnerState.SUSPENDED),
    "in dinars": partner(currency=Currency.KWD),
    "with events": partner(event_accounts=ACCOUNTS[:1]),
}


@pytest.fixture(params=PARTNERS)
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    return document(PARTNERS[request.param])


def test_redocly_finds_nothing_to_say_about_it(
    told: dict[str, Any], tmp_path: Path, redocly: Path
) -> None:
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(told), encoding="utf-8")

    found = lint(redocly, file)

    shown = [f"{each['ruleId']}: {each['message']}" for each in found["problems"]]
    assert (found["totals"]["errors"], found["totals"]["warnings"], shown) == (0, 0, [])


def test_redocly_finds_what_is_wrong_with_such_a_document(tmp_path: Path, redocly: Path) -> None:
    wrong = document(partner())
    wrong["operations"]["receive-answers"]["action"] = "listen"
    wrong["channels"]["answers"]["messages"]["refused.v1"] = {"$ref": "#/components/messages/no"}
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(wrong), encoding="utf-8")

    found = lint(redocly, file)

    assert {each["ruleId"] for each in found["problems"]} == {"struct", "no-unresolved-refs"}


def test_it_is_asyncapi_as_faststream_models_it_and_its_schemas_are_schemas(
    told: dict[str, Any],
) -> None:
    ApplicationSchema.model_validate(told)

    for message in told["components"]["messages"].values():
        payload = {**message["payload"], "components": told["components"]}
        Draft202012Validator.check_schema(payload)
        for example in message.get("examples", ()):
            Draft202012Validator(payload).validate(example["payload"])


def test_it_has_this_partners_places_types_accounts_keys_and_limits_and_no_others() -> None:
    told = document(PARTNERS["of transfers"])

    assert told["servers"]["bank"]["pathname"] == "/bank.partner.acme-bank"
    assert [each["address"] for each in told["channels"].values()] == [
        "partner.acme-bank", "partner.acme-bank.answers",
    ]  # fmt: skip
    messages = told["components"]["messages"]
    assert list(messages) == ["transfer-between-accounts.v1", "transfer-made.v1", "refused.v1"]
    assert list(told["operations"]) == ["send-transfer-between-accounts.v1", "receive-answers"]
    sent = messages["transfer-between-accounts.v1"]
    assert sent["payload"]["properties"]["from_account"]["enum"] == list(ACCOUNTS)
    assert sent["headers"]["properties"]["key-id"]["enum"] == ["2026-11"]
    assert sent["headers"]["properties"]["user_id"]["const"] == "partner.acme-bank"
    limits = told["operations"]["send-transfer-between-accounts.v1"]["x-limits"]
    assert limits == {
        "currency": "INR", "amount": "50000.00", "amount-a-day": "200000.00",
        "messages-a-minute": 120, "body-bytes": 16384, "age-seconds": 300,
    }  # fmt: skip
    assert KEY.public_key not in json.dumps(told)


def test_events_are_in_it_for_who_is_told_of_accounts() -> None:
    told = document(PARTNERS["with events"])

    assert told["channels"]["events"]["address"] == "partner.acme-bank.events"
    heard = told["components"]["messages"]["bank.account-credited.v1"]
    attributes = heard["headers"]["properties"]
    assert attributes["cloudEvents_source"]["enum"] == [f"/api/accounts/{ACCOUNTS[0]}"]
    assert "receive-events" not in document(PARTNERS["of all types"])["operations"]


def test_another_currency_than_the_usual_one_has_to_be_named() -> None:
    [transfer, *_] = document(PARTNERS["in dinars"])["components"]["messages"].values()

    assert transfer["payload"]["properties"]["currency"]["enum"] == ["KWD"]
    assert "currency" in transfer["payload"]["required"]
    assert transfer["examples"][0]["payload"]["amount"] == "5000.000"


async def test_it_is_served_to_administrators(app: FastAPI, bank: FakeBank) -> None:
    bank.replies[GetPartner] = partner()
    async with client_of(app, bank.token(Role.ADMIN)) as admin:
        answer = await admin.get("/api/partners/acme-bank/asyncapi")

    assert answer.status_code == 200
    assert answer.json() == document(partner())
