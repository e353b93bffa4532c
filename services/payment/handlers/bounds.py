"""How much may leave an account and go to one payee on a list at once: judged while a payment is
accepted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.envelope import DomainError
from contracts.payment.beneficiaries import BeneficiaryRule
from contracts.payment.screening import ScreeningRule
from infra.handling.context import Context
from services.payment.domain.beneficiaries import Listed, Paid, check_paid
from services.payment.domain.screening import Spent, check_velocity, has_bounds
from services.payment.sagas import PaymentOrder
from services.payment.store import AcceptedPayment, PaymentStore

Judged = AcceptedPayment | DomainError


class Tally(Protocol):
    """What is counted of payments, while it is locked."""

    def check(self, order: PaymentOrder) -> None:
        """Raises a DomainError if it is too much."""

    def take(self, order: PaymentOrder) -> None:
        """Count it too."""


async def within_bounds(
    judged: Sequence[Judged],
    listed: Mapping[UUID, Listed],
    store: PaymentStore,
    context: Context,
) -> list[Judged]:
    """The same, with a refusal in place of each payment that is too much for its account or for its
    payee, who is among those on lists and locked.

    What an account has paid is locked until these are kept, so two at once are counted both.
    """
    orders = [each.order for each in judged if isinstance(each, AcceptedPayment)]
    tallies = [
        *await _of_payees(orders, listed, store, context),
        *await _of_accounts(orders, store, context),
    ]
    return [_counted(each, tallies) for each in judged]


def _counted(judged: Judged, tallies: Sequence[Tally]) -> Judged:
    if isinstance(judged, DomainError):
        return judged
    try:
        for tally in tallies:
            tally.check(judged.order)
    except DomainError as refusal:
        return refusal
    for tally in tallies:
        tally.take(judged.order)
    return judged


@dataclass(frozen=True, slots=True)
class _OfAccounts:
    """What left each account."""

    rule: ScreeningRule
    spent: dict[str, Spent]

    def check(self, order: PaymentOrder) -> None:
        check_velocity(self.rule, self._after(order))

    def take(self, order: PaymentOrder) -> None:
        self.spent[order.from_account] = self._after(order)

    def _after(self, order: PaymentOrder) -> Spent:
        minor = order.amount.minor if order.amount.currency is self.rule.currency else 0
        return self.spent[order.from_account].with_one_of(minor)


@dataclass(frozen=True, slots=True)
class _OfPayees:
    """What went to each payee on a list."""

    rule: BeneficiaryRule
    listed: Mapping[UUID, Listed]
    paid: dict[UUID, Paid]
    now: datetime

    def check(self, order: PaymentOrder) -> None:
        if order.beneficiary_id is not None:
            payee = self.listed[order.beneficiary_id]
            check_paid(payee, self.rule, order.amount.currency, self._after(order), self.now)

    def take(self, order: PaymentOrder) -> None:
        if order.beneficiary_id is not None:
            self.paid[order.beneficiary_id] = self._after(order)

    def _after(self, order: PaymentOrder) -> Paid:
        assert order.beneficiary_id is not None
        return self.paid[order.beneficiary_id].with_one_of(order.amount.minor)


async def _of_accounts(
    orders: Collection[PaymentOrder], store: PaymentStore, context: Context
) -> list[Tally]:
    if not orders:
        return []
    rule = await store.screening_rule_in_force(context.business_date)
    if not has_bounds(rule):
        return []
    accounts = {each.from_account for each in orders}
    return [_OfAccounts(rule, await store.lock_spent(accounts, rule.currency, context.now))]


async def _of_payees(
    orders: Collection[PaymentOrder],
    listed: Mapping[UUID, Listed],
    store: PaymentStore,
    context: Context,
) -> list[Tally]:
    wanted = {each.beneficiary_id for each in orders if each.beneficiary_id is not None}
    if not wanted:
        return []
    rule = await store.beneficiary_rule_in_force(context.business_date)
    return [_OfPayees(rule, listed, await store.paid_to(wanted, context.now), context.now)]
