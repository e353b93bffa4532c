"""Screening: the list of names, the rules by which payments are judged, and what was found."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Path
from pydantic import Field

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.screening import (
    ALIASES_MAX,
    AddScreenedName,
    AddScreeningRule,
    Count,
    GetScreening,
    ListedName,
    ListedNames,
    ListScreenedNames,
    ListScreeningRules,
    RefusePayment,
    ReleasePayment,
    RemoveScreenedName,
    Screening,
    ScreeningHit,
    ScreeningRule,
    ScreeningRules,
    Threshold,
)
from contracts.words import Name, Reason, ShortName
from gateway.answers.payments import PAYMENT, PaymentAnswer
from gateway.money import Amount, MoneyText, minor_units
from gateway.routes.payments import PaymentPath
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, Body, IsoDate, Limit, Page, UuidPath, example

router = EdgeRouter("/api", "payments")

SCREENED_NAME = "01941f29-7c00-7000-8000-00000000000c"
NamePath = Annotated[UuidPath, Path(examples=[SCREENED_NAME])]
A_NAME = {
    "name": "Ivan Example", "aliases": ["Vanya Example"], "source": "UN", "listed_on": "2026-01-01",
    "valid_from": "2026-01-02",
}  # fmt: skip
A_LISTED_NAME = {
    "name_id": SCREENED_NAME, **A_NAME, "added_by": "01941f29-7c00-7000-8000-000000000001",
    "added_at": "2026-01-02T10:00:00Z", "removed_by": None, "removed_at": None,
    "removal_reason": None,
}  # fmt: skip
BOUNDS = {
    "threshold": 88, "currency": "INR", "hourly_count": 20, "hourly_most": "200000.00",
    "daily_count": 100, "daily_most": "1000000.00",
}  # fmt: skip
A_RULE = {"version": 2, "valid_from": "2099-01-01", "is_in_force": False, **BOUNDS}


class NameRequest(Body):
    """Whom payments are compared with; without `valid_from`, from today on."""

    model_config = example(**A_NAME)

    name: Name
    aliases: Annotated[tuple[Name, ...], Field(max_length=ALIASES_MAX)] = ()
    source: ShortName
    listed_on: IsoDate
    valid_from: IsoDate | None = None


class WhyRequest(Body):
    """Why a person decides so."""

    model_config = example(reason="another person, by his date of birth")

    reason: Reason


class NameAnswer(Answer):
    """A name on the list, or one that was on it."""

    model_config = example(**A_LISTED_NAME)
    location: ClassVar[str | None] = "/api/screening/names"
    tells = ListedName

    name_id: UUID
    name: str
    aliases: tuple[str, ...]
    source: str
    listed_on: date
    valid_from: date
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None
    removal_reason: str | None


class NamesAnswer(Page[NameAnswer]):
    """Names, newest first."""

    model_config = example(items=[A_LISTED_NAME], next_cursor=None)
    tells = ListedNames


class ScreeningRuleRequest(Body):
    """What is left out is no bound."""

    model_config = example(valid_from="2099-01-01", **BOUNDS)

    valid_from: IsoDate
    threshold: Threshold
    currency: Currency = DEFAULT_CURRENCY
    hourly_count: Count | None = None
    hourly_most: Amount | None = None
    daily_count: Count | None = None
    daily_most: Amount | None = None


class ScreeningRuleAnswer(Answer):
    """What payments are judged by, from `valid_from` until the next rule's."""

    model_config = example(**A_RULE)
    location: ClassVar[str | None] = "/api/screening/rules"
    tells = ScreeningRule

    version: int
    valid_from: date
    is_in_force: bool
    threshold: int
    currency: Currency
    hourly_count: int | None
    hourly_most: MoneyText | None
    daily_count: int | None
    daily_most: MoneyText | None


class ScreeningRulesAnswer(Answer):
    """Every rule in order, those to come included."""

    model_config = example(items=[A_RULE])
    tells = ScreeningRules

    items: tuple[ScreeningRuleAnswer, ...]


class HitAnswer(Answer):
    """A listed name that the beneficiary may be."""

    tells = ScreeningHit

    name_id: UUID
    spelling: str
    score: int
    found_at: datetime
    released_at: datetime | None


class ScreeningAnswer(Answer):
    """What was found about a payment, the most alike first."""

    model_config = example(
        payment_id=PAYMENT, beneficiary="Ivan Exampel",
        hits=[
            {
                "name_id": SCREENED_NAME, "spelling": "Ivan Example", "score": 91,
                "found_at": "2026-01-02T10:00:00Z", "released_at": None,
            }
        ],
    )  # fmt: skip
    tells = Screening

    payment_id: UUID
    beneficiary: str
    hits: tuple[HitAnswer, ...]


@router.asks(ListScreenedNames, "GET /screening/names", answers=NamesAnswer)
def list_screened_names(limit: Limit = 25, cursor: After = None) -> ListScreenedNames:
    """The list that payments are compared with, newest first; those that were removed too."""
    return ListScreenedNames(limit=limit, cursor=cursor)


@router.sends(AddScreenedName, "POST /screening/names", answers=NameAnswer)
def add_screened_name(body: NameRequest) -> AddScreenedName:
    """List a name. From its date on, no payment to somebody called so leaves unseen."""
    return AddScreenedName(**body.model_dump())


@router.sends(
    RemoveScreenedName, "POST /screening/names/{name_id}/remove", answers=NameAnswer, status=200
)
def remove_screened_name(name_id: NamePath, body: WhyRequest) -> RemoveScreenedName:
    """Take a name off the list. It is kept, with who removed it and why."""
    return RemoveScreenedName(name_id=name_id, reason=body.reason)


@router.asks(ListScreeningRules, "GET /screening/rules", answers=ScreeningRulesAnswer)
def list_screening_rules() -> ListScreeningRules:
    """How alike names must be, and how much may leave an account at once: every rule in order."""
    return ListScreeningRules()


@router.sends(AddScreeningRule, "POST /screening/rules", answers=ScreeningRuleAnswer)
def add_screening_rule(body: ScreeningRuleRequest) -> AddScreeningRule:
    """Judge payments by another rule from a date on."""

    def bound(name: str, text: str | None) -> int | None:
        return None if text is None else minor_units(text, body.currency, f"/{name}")

    return AddScreeningRule(
        valid_from=body.valid_from,
        threshold=body.threshold,
        currency=body.currency,
        hourly_count=body.hourly_count,
        hourly_most_minor=bound("hourly_most", body.hourly_most),
        daily_count=body.daily_count,
        daily_most_minor=bound("daily_most", body.daily_most),
    )


@router.asks(GetScreening, "GET /payments/{payment_id}/screening", answers=ScreeningAnswer)
def get_screening(payment_id: PaymentPath) -> GetScreening:
    """Which listed names stopped a payment, and how alike they are."""
    return GetScreening(payment_id=payment_id)


@router.sends(
    ReleasePayment, "POST /payments/{payment_id}/release", answers=PaymentAnswer, status=200
)
def release_payment(payment_id: PaymentPath, body: WhyRequest) -> ReleasePayment:
    """Let a payment go on that screening has stopped, once another manager approves."""
    return ReleasePayment(payment_id=payment_id, reason=body.reason)


@router.sends(
    RefusePayment, "POST /payments/{payment_id}/refuse", answers=PaymentAnswer, status=200
)
def refuse_payment(payment_id: PaymentPath, body: WhyRequest) -> RefusePayment:
    """End a payment that screening has stopped. Its payer learns only that it was not made."""
    return RefusePayment(payment_id=payment_id, reason=body.reason)
