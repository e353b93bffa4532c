"""The rules by which statements are matched: asked for, and added with the date from which on."""

from contracts.payment.matching import (
    AddMatchingRule,
    ListMatchingRules,
    MatchingRuleAdded,
    MatchingRules,
)
from infra.handling.context import Context
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore


@service.answers(ListMatchingRules)
async def list_matching_rules(
    query: ListMatchingRules, store: PaymentStore, context: Context
) -> MatchingRules:
    """All in order, those to come included."""
    return MatchingRules(
        items=tuple(await store.matching_rules(query.currency, context.business_date))
    )


@service.handles(AddMatchingRule)
async def add_matching_rule(
    command: AddMatchingRule, store: PaymentStore, context: Context
) -> MatchingRuleAdded:
    """Match by another rule from a business date on; what is matched stays."""
    rule = await store.add_matching_rule(
        command.currency,
        command.model_dump(mode="json", exclude={"currency", "valid_from"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return MatchingRuleAdded(**dict(rule))
