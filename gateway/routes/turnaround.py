"""Turn around times: how long a rail may keep silent about a payment, by rules with a date."""

from datetime import date
from typing import ClassVar

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.turnaround import (
    AddTurnaroundRule,
    ListTurnaroundRules,
    ReversalDays,
    TurnaroundRule,
    TurnaroundRules,
)
from contracts.payment.values import Rail
from gateway.money import Amount, MoneyText, minor_units
from gateway.routes.rails import RailPath
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example

router = EdgeRouter("/api/rails", "payments")

A_RULE = {
    "valid_from": "2099-01-01",
    "currency": "INR",
    "reversal_days": 1,
    "daily_compensation": "100.00",
}
RULES_OF_IMPS = [{"rail": "IMPS", "version": 2, "is_in_force": False, **A_RULE}]


class TurnaroundRuleRequest(Body):
    """Without a compensation a payment that fails late brings its payer nothing."""

    model_config = example(**A_RULE)

    valid_from: IsoDate
    currency: Currency = DEFAULT_CURRENCY
    reversal_days: ReversalDays
    daily_compensation: Amount | None = None


class TurnaroundRuleAnswer(Answer):
    """What becomes of payments accepted from `valid_from` until the next rule's."""

    model_config = example(**RULES_OF_IMPS[0])
    location: ClassVar[str | None] = "/api/rails/{rail}/turnaround"
    tells = TurnaroundRule

    rail: Rail
    version: int
    valid_from: date
    is_in_force: bool  # today
    currency: Currency
    reversal_days: int
    daily_compensation: MoneyText | None


class TurnaroundRulesAnswer(Answer):
    """From which date on a rail has how long; without a rule it is waited for ever."""

    model_config = example(rail="IMPS", items=RULES_OF_IMPS)
    tells = TurnaroundRules

    rail: Rail
    items: tuple[TurnaroundRuleAnswer, ...]


@router.asks(ListTurnaroundRules, "GET /{rail}/turnaround", answers=TurnaroundRulesAnswer)
def list_turnaround_rules(rail: RailPath) -> ListTurnaroundRules:
    """How long payments may be without an answer: every rule in order, those to come included."""
    return ListTurnaroundRules(rail=rail)


@router.sends(AddTurnaroundRule, "POST /{rail}/turnaround", answers=TurnaroundRuleAnswer)
def add_turnaround_rule(rail: RailPath, body: TurnaroundRuleRequest) -> AddTurnaroundRule:
    """Give a rail another turn around time from a date on. Payments that were accepted go on."""
    paid, field = body.daily_compensation, "/daily_compensation"
    return AddTurnaroundRule(
        rail=rail,
        valid_from=body.valid_from,
        currency=body.currency,
        reversal_days=body.reversal_days,
        daily_compensation_minor=minor_units(paid, body.currency, field) if paid else None,
    )
