"""Rails to other banks: what each carries, by rules with a date."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from fastapi import Path
from pydantic import Field

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.rails import (
    FEES_MAX,
    HANDLES_MAX,
    HOLIDAYS_MAX,
    AddRailRule,
    BatchMinutes,
    Clock,
    FeeSlab,
    GetRailRules,
    ListRails,
    RailRule,
    RailRules,
    Rails,
)
from contracts.payment.values import Handle, Rail
from contracts.words import Weekday
from gateway.money import Amount, ExactDecimal, MoneyText, minor_units, minor_units_or_zero
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example
from gateway.telling import From

router = EdgeRouter("/api/rails", "payments")

RailPath = Annotated[Rail, Path(examples=["IMPS"])]
A_RULE: dict[str, Any] = {
    "valid_from": "2099-01-01",
    "currency": "INR",
    "least": "1.00",
    "most": "500000.00",
    "opens": "07:00",
    "closes": "18:00",
    "weekly_holidays": ["SUNDAY"],
    "holidays": ["2099-01-26"],
    "settlement_minutes": 60,
    "fees": [{"up_to": "10000.00", "fee": "2.50"}, {"up_to": None, "fee": "5.00"}],
    "gst_percent": "18",
}
OF_OTHER_RAILS: dict[str, Any] = {"batch_minutes": None, "handles": []}
RAIL_RULES = {
    "rail": "IMPS",
    "rules": [{"rail": "IMPS", "version": 3, "is_in_force": False, **A_RULE, **OF_OTHER_RAILS}],
    "next_cut_off": None,
}


class FeeSlabRequest(Body):
    """What one payment costs; the last slab has no `up_to`, and the one before ends below it."""

    model_config = example(**A_RULE["fees"][0])

    up_to: Amount | None = None
    fee: Amount


class RailRuleRequest(Body):
    """An amount that is left out is no bound; without hours it is open all day."""

    model_config = example(**A_RULE)

    valid_from: IsoDate
    currency: Currency = DEFAULT_CURRENCY
    least: Amount | None = None
    most: Amount | None = None
    opens: Clock | None = None
    closes: Clock | None = None
    weekly_holidays: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ()
    holidays: Annotated[tuple[IsoDate, ...], Field(max_length=HOLIDAYS_MAX)] = ()
    batch_minutes: BatchMinutes | None = None
    settlement_minutes: BatchMinutes | None = None
    handles: Annotated[tuple[Handle, ...], Field(max_length=HANDLES_MAX)] = ()
    fees: Annotated[tuple[FeeSlabRequest, ...], Field(max_length=FEES_MAX)] = ()
    gst_percent: ExactDecimal = Decimal(0)


class FeeSlabAnswer(Answer):
    """What one payment costs that is above the slab before and not above this one's end."""

    model_config = example(**A_RULE["fees"][0])
    tells = FeeSlab
    borrows_currency = True

    up_to: MoneyText | None
    fee: MoneyText


class RailRuleAnswer(Answer):
    """What one transfer may be, from `valid_from` until the next rule's."""

    model_config = example(rail="IMPS", version=3, is_in_force=False, **A_RULE, **OF_OTHER_RAILS)
    location: ClassVar[str | None] = "/api/rails/{rail}"
    tells = RailRule

    rail: Rail
    version: int
    valid_from: date
    currency: Currency
    least: MoneyText | None
    most: MoneyText | None
    is_in_force: bool  # today
    opens: Clock | None
    closes: Clock | None
    weekly_holidays: tuple[Weekday, ...]
    holidays: tuple[date, ...]
    batch_minutes: int | None
    settlement_minutes: int | None
    handles: tuple[str, ...]
    fees: tuple[FeeSlabAnswer, ...]
    gst_percent: Annotated[str, From("gst_percent", "{:f}".format)]


class RailRulesAnswer(Answer):
    """What a rail carries, from which date on."""

    model_config = example(**RAIL_RULES)
    tells = RailRules

    rail: Rail
    rules: tuple[RailRuleAnswer, ...]
    next_cut_off: datetime | None


class RailsAnswer(Answer):
    """Every rail that payments go over."""

    model_config = example(items=[RAIL_RULES])
    tells = Rails

    items: tuple[RailRulesAnswer, ...]


@router.asks(ListRails, "GET ", answers=RailsAnswer)
def list_rails() -> ListRails:
    """All rails, each with every rule in order, those to come included."""
    return ListRails()


@router.asks(GetRailRules, "GET /{rail}", answers=RailRulesAnswer)
def get_rail_rules(rail: RailPath) -> GetRailRules:
    """What a rail carries: every rule in order, those to come included."""
    return GetRailRules(rail=rail)


@router.sends(AddRailRule, "POST /{rail}/rules", answers=RailRuleAnswer)
def add_rail_rule(rail: RailPath, body: RailRuleRequest) -> AddRailRule:
    """Give a rail another rule from a date on. Payments that were accepted go on."""

    def bound(name: str, text: str | None) -> int | None:
        return None if text is None else minor_units(text, body.currency, f"/{name}")

    return AddRailRule(
        rail=rail,
        valid_from=body.valid_from,
        currency=body.currency,
        least_minor=bound("least", body.least),
        most_minor=bound("most", body.most),
        opens=body.opens,
        closes=body.closes,
        weekly_holidays=body.weekly_holidays,
        holidays=body.holidays,
        batch_minutes=body.batch_minutes,
        settlement_minutes=body.settlement_minutes,
        handles=body.handles,
        fees=tuple(_slab(each, body.currency, place) for place, each in enumerate(body.fees)),
        gst_percent=body.gst_percent,
    )


def _slab(slab: FeeSlabRequest, currency: Currency, place: int) -> FeeSlab:
    at = f"/fees/{place}"
    up_to = slab.up_to
    return FeeSlab(
        up_to_minor=None if up_to is None else minor_units(up_to, currency, f"{at}/up_to"),
        fee_minor=minor_units_or_zero(slab.fee, currency, f"{at}/fee"),
    )
