"""Payees on customers' lists as answers, and the rules of what is paid to them."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from contracts.money import Currency
from contracts.payment.beneficiaries import (
    BeneficiaryRule,
    BeneficiaryRules,
    BeneficiaryState,
    ListedBeneficiaries,
    ListedBeneficiary,
)
from contracts.payment.payees import LookupState, NameMatch, PayeeLookup
from contracts.payment.values import Payee
from gateway.answers.payees import A_LOOKUP, LOOKUP
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

BENEFICIARY = "01941f29-7c00-7000-8000-000000000010"
BOUNDS = {
    "currency": "INR", "cooling_hours": 24, "cooling_most": "50000.00", "daily_most": "200000.00",
    "unlisted_are_new": False,
}  # fmt: skip
A_RULE = {"version": 2, "valid_from": "2099-01-01", "is_in_force": False, **BOUNDS}
A_LISTED_BENEFICIARY = {
    "beneficiary_id": BENEFICIARY, "customer_id": 1, "state": "cooling",
    "beneficiary": A_LOOKUP["beneficiary"], "currency": "INR", "daily_most": "10000.00",
    "cooling_until": "2026-01-02T10:00:00Z",
    "name_check": {
        "lookup_id": LOOKUP, "state": "completed", "name": "Asha Rao", "match": "exact"
    },
    "added_by": "01941f29-7c00-7000-8000-000000000001", "added_at": "2026-01-01T10:00:00Z",
    "removed_by": None, "removed_at": None,
}  # fmt: skip


class NameCheckAnswer(Answer):
    """What his bank says of his name."""

    tells = PayeeLookup
    hides = frozenset({"beneficiary", "bank", "account_ending", "asked_at", "answered_at"})

    lookup_id: UUID
    state: LookupState
    name: str | None
    match: NameMatch | None


class BeneficiaryAnswer(Answer):
    """A payee on a customer's list, or who was on it."""

    model_config = example(**A_LISTED_BENEFICIARY)
    location: ClassVar[str | None] = "/api/customers/{customer_id}/beneficiaries/{beneficiary_id}"
    tells = ListedBeneficiary

    beneficiary_id: UUID
    customer_id: int
    state: BeneficiaryState
    beneficiary: Payee
    currency: Currency
    daily_most: MoneyText | None
    cooling_until: datetime
    name_check: NameCheckAnswer
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None


class BeneficiariesAnswer(Page[BeneficiaryAnswer]):
    """Payees, newest first."""

    model_config = example(items=[A_LISTED_BENEFICIARY], next_cursor=None)
    tells = ListedBeneficiaries


class BeneficiaryRuleAnswer(Answer):
    """How much may be paid to payees on lists, from `valid_from` until the next rule's."""

    model_config = example(**A_RULE)
    location: ClassVar[str | None] = "/api/beneficiaries/rules"
    tells = BeneficiaryRule

    version: int
    valid_from: date
    is_in_force: bool
    currency: Currency
    cooling_hours: int
    cooling_most: MoneyText | None
    daily_most: MoneyText | None
    unlisted_are_new: bool


class BeneficiaryRulesAnswer(Answer):
    """Every rule in order, those to come included."""

    model_config = example(items=[A_RULE])
    tells = BeneficiaryRules

    items: tuple[BeneficiaryRuleAnswer, ...]
