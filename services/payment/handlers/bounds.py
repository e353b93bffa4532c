"""How much may leave an account at once: judged while a payment is accepted."""

from collections.abc import Sequence

from contracts.envelope import DomainError
from infra.handling.context import Context
from services.payment.domain.screening import check_velocity, has_bounds
from services.payment.store import AcceptedPayment, PaymentStore

Judged = AcceptedPayment | DomainError


async def within_bounds(
    judged: Sequence[Judged], store: PaymentStore, context: Context
) -> list[Judged]:
    """The same, with a refusal in place of each payment that is too much for its account.

    What an account has paid is locked until these are kept, so two at once are counted both.
    """
    rule = await store.screening_rule_in_force(context.business_date)
    accounts = {each.order.from_account for each in judged if isinstance(each, AcceptedPayment)}
    if not accounts or not has_bounds(rule):
        return list(judged)
    spent = await store.lock_spent(accounts, rule.currency, context.now)
    bounded: list[Judged] = []
    for each in judged:
        if isinstance(each, AcceptedPayment):
            account, amount = each.order.from_account, each.order.amount
            minor = amount.minor if amount.currency is rule.currency else 0
            try:
                check_velocity(rule, after := spent[account].with_one_of(minor))
            except DomainError as refusal:
                bounded.append(refusal)
                continue
            spent[account] = after
        bounded.append(each)
    return bounded
