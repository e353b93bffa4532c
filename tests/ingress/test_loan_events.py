"""What happens to the loans of accounts that an administrator names, in a partner's lane."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from contracts.account.day import BusinessDay, GetBusinessDay
from contracts.auth.partners import ChangePartner, CreatePartner, GetPartner, PartnerChanged
from contracts.auth.partners import Partner as Registered
from contracts.envelope import Role
from contracts.loan.repayments import RepaymentReceived
from contracts.partner_events import OF_ACCOUNTS, Heard
from gateway.partner_lanes import document
from services.ingress.domain.events import account_of, cloud_event
from services.ingress.domain.lending import OfLoan
from tests.builders import an, inr
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.ingress.hearing import a_hearer, hear
from tests.ingress.lending import OF_LOANS, a_lending_world, empty, lend, pass_days, repay
from tests.ingress.world import World

pytestmark = pytest.mark.integration

DISBURSED, REPAID, OVERDUE, CLOSED = (
    "bank.loan-disbursed.v1", "bank.loan-repayment-received.v1",
    "bank.loan-instalment-overdue.v1", "bank.loan-closed.v1",
)  # fmt: skip
SECRET = {"customer_id", "from_account"}  # of another account, perhaps


@pytest.fixture(scope="module")
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    async with a_lending_world(databases, vhosts) as world:
        yield world


@pytest.fixture
async def account(world: World) -> str:
    return await world.open_account("Hana", "1000")


async def test_a_loan_is_told_from_paying_out_to_its_end_in_order(
    world: World, account: str
) -> None:
    hearer = await a_hearer(world, account, event_types=OF_LOANS)

    loan_id = await lend(world, account)
    repayment = await repay(world, loan_id, inr("5000"))
    await repay(world, loan_id, inr("200000"), in_cash=True)
    heard = await hear(hearer, 4)

    assert [each.type for each in heard] == [DISBURSED, REPAID, REPAID, CLOSED]
    for each in heard:
        assert each.attributes["source"] == f"/api/accounts/{account}"
        assert each.attributes["subject"] == each.data["loan_id"] == str(loan_id)
        assert each.data["account_number"] == account
        assert not SECRET & each.data.keys()
    paid_out, first, last, _ = (each.data for each in heard)
    assert (paid_out["amount"], paid_out["fees"]) == ("120000.00", "1416.00")
    assert (first["operation_id"], first["amount"]) == (str(repayment), "5000.00")
    assert last["outstanding"] == "0.00"


async def test_an_instalment_that_is_not_paid_is_told_when_its_day_is_over(
    databases: Databases, vhosts: Vhosts
) -> None:
    async with a_lending_world(databases, vhosts) as world:
        account = await world.open_account("Hana", "1000")
        hearer = await a_hearer(world, account, event_types=[Heard.INSTALMENT_OVERDUE])
        query = GetBusinessDay()
        today = (await world.ask(query, BusinessDay, Role.MANAGER)).business_date
        loan_id = await lend(world, account, first_due_date=today + timedelta(days=1))
        await empty(world, account)

        await pass_days(world, today, 2)
        [overdue] = await hear(hearer, 1)

    assert (overdue.type, overdue.data["loan_id"]) == (OVERDUE, str(loan_id))
    assert (overdue.data["number"], overdue.data["account_number"]) == (1, account)
    assert overdue.data["due_on"] == str(today + timedelta(days=1))


async def test_a_partner_hears_of_the_types_that_it_is_subscribed_to(
    world: World, account: str
) -> None:
    usual = await a_hearer(world, account)
    of_ends = await a_hearer(world, account, event_types=[Heard.LOAN_CLOSED])

    loan_id = await lend(world, account)
    told = await world.ask(
        ChangePartner(name=of_ends.name, event_types=(Heard.REPAYMENT_RECEIVED,)), PartnerChanged
    )
    assert told.event_types == (Heard.REPAYMENT_RECEIVED,)

    async def is_heard() -> bool:
        return await world.heard_version(of_ends) == told.version

    await until(is_heard)
    await repay(world, loan_id, inr("1000"))

    assert [each.type for each in await hear(of_ends, 1)] == [REPAID]
    assert {each.type for each in await hear(usual, 2)} <= set(OF_ACCOUNTS)


async def test_a_loan_of_another_account_is_told_to_nobody_else(world: World, account: str) -> None:
    other = await world.open_account("Ravi", "10")
    hearer = await a_hearer(world, account, event_types=OF_LOANS)

    await lend(world, other)
    await lend(world, account)

    [heard] = await hear(hearer, 1)
    assert heard.data["account_number"] == account
    assert other not in json.dumps(heard.data)


async def test_without_a_wish_a_partner_is_told_of_accounts_and_not_of_loans(
    world: World, account: str
) -> None:
    partner = await a_hearer(world, account)

    kept = await world.ask(GetPartner(name=partner.name), Registered)

    assert kept.event_types == OF_ACCOUNTS
    assert set(OF_ACCOUNTS).isdisjoint(OF_LOANS)
    assert {*OF_ACCOUNTS, *OF_LOANS} == set(Heard)


@pytest.mark.parametrize("kinds", [["bank.loan-applied.v1"], ["bank.account-*"], []])
def test_a_type_that_there_is_not_cannot_be_subscribed_to(kinds: list[str]) -> None:
    usual = an(CreatePartner).model_dump(mode="json")

    with pytest.raises(ValueError, match="event_types"):
        CreatePartner.model_validate({**usual, "event_types": kinds})


@pytest.mark.parametrize("kind", get_args(OfLoan), ids=lambda kind: kind.__name__)
def test_every_event_of_a_loan_is_as_the_document_of_the_lane_has_it(kind: Any) -> None:
    event = an(kind, account_number="AC-20260101-000001")
    partner = an(
        Registered, event_accounts=("AC-20260101-000001",), event_types=tuple(Heard),
        allowed_types=("get-balance.v1",), accounts=("AC-20260101-000001",),
    )  # fmt: skip
    told = document(partner)

    heard = cloud_event(event, UUID(int=7), datetime(2026, 1, 1, tzinfo=UTC))

    data, message = json.loads(heard.data), told["components"]["messages"][heard.type]
    parts = {"components": told["components"]}
    Draft202012Validator({**message["payload"], **parts}).validate(data)
    Draft202012Validator({**message["headers"], **parts}).validate(dict(heard.headers))
    assert data.keys() == message["payload"]["properties"].keys()
    assert not SECRET & data.keys()
    assert not [name for name in data if name.endswith("_minor")]
    assert heard.headers["cloudEvents_subject"] == data["loan_id"] == str(event.loan_id)


def test_a_repayment_that_an_older_version_has_told_is_of_no_account() -> None:
    assert account_of(an(RepaymentReceived, account_number=None)) is None
