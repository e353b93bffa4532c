"""Beneficiaries: payees on a customer's list, and how much may be paid to each."""

import asyncio
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import StrictBool

from contracts.customer import GetCustomer
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.beneficiaries import (
    AddBeneficiary,
    AddBeneficiaryRule,
    BeneficiaryAdded,
    BeneficiaryState,
    CoolingHours,
    GetBeneficiary,
    ListBeneficiaries,
    ListBeneficiaryRules,
    ListedBeneficiaries,
    RemoveBeneficiary,
)
from contracts.payment.values import Beneficiary
from gateway.answers.beneficiaries import (
    BENEFICIARY,
    BOUNDS,
    BeneficiariesAnswer,
    BeneficiaryAnswer,
    BeneficiaryRuleAnswer,
    BeneficiaryRulesAnswer,
)
from gateway.answers.payments import A_BENEFICIARY
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount, minor_units
from gateway.routing import EdgeRouter, Rendering, respond
from gateway.schemas import After, Body, IsoDate, Limit, RowPath, UuidPath, example

router = EdgeRouter("/api", "payments")

BeneficiaryPath = Annotated[UuidPath, Path(examples=[BENEFICIARY])]
ADDED = Rendering(201, BeneficiaryAnswer, BeneficiaryAdded)


class BeneficiaryRequest(Body):
    """Who is put on the list, and how much may go to him in 24 hours."""

    model_config = example(beneficiary=A_BENEFICIARY, daily_most="10000.00")

    beneficiary: Beneficiary
    daily_most: Amount | None = None
    currency: Currency = DEFAULT_CURRENCY


class BeneficiaryRuleRequest(Body):
    """What is left out is no bound."""

    model_config = example(valid_from="2099-01-01", **BOUNDS)

    valid_from: IsoDate
    currency: Currency = DEFAULT_CURRENCY
    cooling_hours: CoolingHours
    cooling_most: Amount | None = None
    daily_most: Amount | None = None
    unlisted_are_new: StrictBool = False


@router.calls(
    AddBeneficiary, "POST /customers/{customer_id}/beneficiaries", gives=BeneficiaryAnswer,
    status=201, key=Key.OPTIONAL, later=ADDED,
)  # fmt: skip
async def add_beneficiary(call: Call, customer_id: RowPath, body: BeneficiaryRequest) -> Response:
    """Put a payee on a customer's list. His bank is asked who he is; he is new at first."""
    command = AddBeneficiary(
        customer_id=customer_id,
        beneficiary=body.beneficiary,
        currency=body.currency,
        daily_most_minor=_bound("daily_most", body.daily_most, body.currency),
    )
    await call.ask(GetCustomer(id=customer_id))
    reply = await call.send(command)
    return respond(ADDED, reply.message, REPLAYED if reply.replayed else None)


@router.calls(
    ListBeneficiaries, "GET /customers/{customer_id}/beneficiaries", gives=BeneficiariesAnswer
)
async def list_beneficiaries(
    call: Call,
    customer_id: RowPath,
    state: Annotated[BeneficiaryState | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """A customer's payees, newest first, those that were removed too; 404 if there is no such
    customer."""
    wanted = ListBeneficiaries(customer_id=customer_id, state=state, limit=limit, cursor=cursor)
    found, _ = await asyncio.gather(call.ask(wanted), call.ask(GetCustomer(id=customer_id)))
    assert isinstance(found, ListedBeneficiaries)
    return BeneficiariesAnswer.about(found).response(200)


@router.asks(
    GetBeneficiary, "GET /customers/{customer_id}/beneficiaries/{beneficiary_id}",
    answers=BeneficiaryAnswer,
)  # fmt: skip
def get_beneficiary(customer_id: RowPath, beneficiary_id: BeneficiaryPath) -> GetBeneficiary:
    """One payee, with what his bank says of his name."""
    return GetBeneficiary(customer_id=customer_id, beneficiary_id=beneficiary_id)


@router.sends(
    RemoveBeneficiary, "POST /customers/{customer_id}/beneficiaries/{beneficiary_id}/remove",
    answers=BeneficiaryAnswer, status=200,
)  # fmt: skip
def remove_beneficiary(customer_id: RowPath, beneficiary_id: BeneficiaryPath) -> RemoveBeneficiary:
    """Take a payee off the list. He is kept; payments that were accepted before go on to him."""
    return RemoveBeneficiary(customer_id=customer_id, beneficiary_id=beneficiary_id)


@router.asks(ListBeneficiaryRules, "GET /beneficiaries/rules", answers=BeneficiaryRulesAnswer)
def list_beneficiary_rules() -> ListBeneficiaryRules:
    """How long a payee is new, and how much may be paid to one: every rule in order."""
    return ListBeneficiaryRules()


@router.sends(AddBeneficiaryRule, "POST /beneficiaries/rules", answers=BeneficiaryRuleAnswer)
def add_beneficiary_rule(body: BeneficiaryRuleRequest) -> AddBeneficiaryRule:
    """Judge payments to payees on lists by another rule from a date on."""
    return AddBeneficiaryRule(
        valid_from=body.valid_from,
        currency=body.currency,
        cooling_hours=body.cooling_hours,
        cooling_most_minor=_bound("cooling_most", body.cooling_most, body.currency),
        daily_most_minor=_bound("daily_most", body.daily_most, body.currency),
        unlisted_are_new=body.unlisted_are_new,
    )


def _bound(name: str, text: str | None, currency: Currency) -> int | None:
    return None if text is None else minor_units(text, currency, f"/{name}")
