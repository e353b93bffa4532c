"""The rules of rails: asked for, and added with the date from which they hold."""

from contracts.payment.rails import AddRailRule, GetRailRules, RailRuleAdded, RailRules
from infra.handling.context import Context
from services.payment.domain import check_bounds
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore


@service.answers(GetRailRules)
async def get_rail_rules(query: GetRailRules, store: PaymentStore, context: Context) -> RailRules:
    """The rules of one rail in order, those to come included."""
    rules = await store.rail_rules(query.rail, context.business_date)
    return RailRules(rail=query.rail, rules=tuple(rules))


@service.handles(AddRailRule)
async def add_rail_rule(
    command: AddRailRule, store: PaymentStore, context: Context
) -> RailRuleAdded:
    """Give a rail another rule from a business date on; payments that were accepted go on."""
    check_bounds(command.least_minor, command.most_minor)
    rule = await store.add_rail_rule(
        command.rail,
        command.model_dump(mode="json", include={"currency", "least_minor", "most_minor"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return RailRuleAdded(**rule.model_dump())
