"""The rules of rails: asked for, and added with the date from which they hold."""

from contracts.payment.rails import (
    AddRailRule,
    GetRailRules,
    ListRails,
    RailRuleAdded,
    RailRules,
    Rails,
)
from contracts.payment.values import Rail
from infra.handling.context import Context
from services.payment.domain.fees import check_fees
from services.payment.domain.payments import (
    check_batches,
    check_bounds,
    check_handles,
    check_hours,
    next_cut_off,
)
from services.payment.handlers.registry import service
from services.payment.sagas import IN_BATCHES, PAYS_ADDRESSES
from services.payment.store import PaymentStore


@service.answers(GetRailRules)
async def get_rail_rules(query: GetRailRules, store: PaymentStore, context: Context) -> RailRules:
    """The rules of one rail in order, those to come included."""
    return await _rules(query.rail, store, context)


@service.answers(ListRails)
async def list_rails(query: ListRails, store: PaymentStore, context: Context) -> Rails:
    """Every rail that payments go over, with its rules."""
    return Rails(items=tuple([await _rules(rail, store, context) for rail in Rail]))


@service.handles(AddRailRule)
async def add_rail_rule(
    command: AddRailRule, store: PaymentStore, context: Context
) -> RailRuleAdded:
    """Give a rail another rule from a business date on; payments that were accepted go on."""
    check_bounds(command.least_minor, command.most_minor)
    check_hours(command.opens, command.closes)
    check_batches(command.batch_minutes, in_batches=command.rail in IN_BATCHES)
    check_handles(command.handles, pays_addresses=command.rail in PAYS_ADDRESSES)
    check_fees(command.fees, command.gst_percent)
    rule = await store.add_rail_rule(
        command.rail,
        command.model_dump(mode="json", exclude={"rail", "valid_from"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return RailRuleAdded(**rule.model_dump())


async def _rules(rail: Rail, store: PaymentStore, context: Context) -> RailRules:
    rules = await store.rail_rules(rail, context.business_date)
    cut_offs = [next_cut_off(rule, context.now) for rule in rules if rule.is_in_force]
    return RailRules(rail=rail, rules=tuple(rules), next_cut_off=cut_offs[0] if cut_offs else None)
