"""How much may leave an account and go to one payee at once: judged while a payment is accepted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.envelope import DomainError
from contracts.payment.payments import MakePayment
from contracts.payment.screening import ScreeningRule
from infra.handling.context import Asked, Context
from services.payment.domain.beneficiaries import Lists, Paid, PaidTo, check_paid, paid_to
from services.payment.domain.screening import Spent, check_velocity, has_bounds
from services.payment.sagas import PaymentOrder
from services.payment.store import AcceptedPayment, PaymentStore

Judged = AcceptedPayment | DomainError


class Tally(Protocol):
    """What is counted of payments, while it is locked."""

    def check(self, payment: AcceptedPayment) -> None:
        """Raises a DomainError if it is too much."""

    def take(self, payment: AcceptedPayment) -> None:
        """Count it too."""


async def lock_lists(batch: Sequence[Asked[MakePayment]], store: PaymentStore) -> Lists:
    """The lists by which these payments are judged, locked until they are kept: those that name
    their payee by id, and those whose customer, as he pays himself, has their payee on his list."""
    rule = await store.beneficiary_rule_in_force(batch[0].context.business_date)
    ids = {each.message.beneficiary_id for each in batch if each.message.beneficiary_id}
    named = [
        paid_to(each.message.beneficiary, each.context.subject, None)
        for each in batch
        if each.message.beneficiary
    ]
    payees = {each for each in named if each is not None}
    if not ids and not payees:
        return Lists(rule)
    found = await store.lock_lists(ids, payees, is_unlisted_judged=rule.unlisted_are_new)
    return Lists.of(rule, found)


async def within_bounds(
    judged: Sequence[Judged], lists: Lists, store: PaymentStore, context: Context
) -> list[Judged]:
    """The same, with a refusal in place of each payment that is too much for its account or for its
    payee, by these lists, which are locked.

    What an account has paid is locked until these are kept, so two at once are counted both.
    """
    payments = [each for each in judged if isinstance(each, AcceptedPayment)]
    tallies = [
        *await _of_payees(payments, lists, store, context),
        *await _of_accounts(payments, store, context),
    ]
    return [_counted(each, tallies) for each in judged]


def _counted(judged: Judged, tallies: Sequence[Tally]) -> Judged:
    if isinstance(judged, DomainError):
        return judged
    try:
        for tally in tallies:
            tally.check(judged)
    except DomainError as refusal:
        return refusal
    for tally in tallies:
        tally.take(judged)
    return judged


@dataclass(frozen=True, slots=True)
class _OfAccounts:
    """What left each account."""

    rule: ScreeningRule
    spent: dict[str, Spent]

    def check(self, payment: AcceptedPayment) -> None:
        check_velocity(self.rule, self._after(payment.order))

    def take(self, payment: AcceptedPayment) -> None:
        self.spent[payment.order.from_account] = self._after(payment.order)

    def _after(self, order: PaymentOrder) -> Spent:
        minor = order.amount.minor if order.amount.currency is self.rule.currency else 0
        return self.spent[order.from_account].with_one_of(minor)


@dataclass(frozen=True, slots=True)
class _OfPayees:
    """What customers paid to those who are new, and to each payee; and have paid since."""

    lists: Lists
    paid: dict[PaidTo, Paid]
    now: datetime
    since_to_new: Counter[int] = field(default_factory=Counter)  # by customer
    since: Counter[PaidTo] = field(default_factory=Counter)

    def check(self, payment: AcceptedPayment) -> None:
        key = payment.paid_to
        if key in self.paid:
            amount, before = payment.order.amount, self.paid[key]
            after = Paid(
                before.to_new_minor + self.since_to_new[key.customer_id] + amount.minor,
                before.day_minor + self.since[key] + amount.minor,
            )
            check_paid(self.lists, key, amount.currency, after, self.now)

    def take(self, payment: AcceptedPayment) -> None:
        key, minor = payment.paid_to, payment.order.amount.minor
        if key is not None:
            self.since[key] += minor
            self.since_to_new[key.customer_id] += minor if payment.is_to_new else 0


async def _of_accounts(
    payments: Sequence[AcceptedPayment], store: PaymentStore, context: Context
) -> list[Tally]:
    if not payments:
        return []
    rule = await store.screening_rule_in_force(context.business_date)
    if not has_bounds(rule):
        return []
    accounts = {each.order.from_account for each in payments}
    return [_OfAccounts(rule, await store.lock_spent(accounts, rule.currency, context.now))]


async def _of_payees(
    payments: Sequence[AcceptedPayment], lists: Lists, store: PaymentStore, context: Context
) -> list[Tally]:
    keys = {each.paid_to for each in payments}
    wanted = {key: lists.cooling_for(key) for key in keys if key and lists.is_judged(key)}
    if not wanted:
        return []
    paid = await store.paid_to(wanted, lists.rule.currency, context.now)
    return [_OfPayees(lists, paid, context.now)]
