"""Payees on customers' lists: added, removed and shown, and the rules of what is paid to them."""

from datetime import timedelta
from operator import attrgetter
from uuid import UUID

from contracts.envelope import Subject
from contracts.payment.beneficiaries import (
    AddBeneficiary,
    AddBeneficiaryRule,
    BeneficiaryAdded,
    BeneficiaryRemoved,
    BeneficiaryRuleAdded,
    BeneficiaryRules,
    GetBeneficiary,
    ListBeneficiaries,
    ListBeneficiaryRules,
    ListedBeneficiaries,
    ListedBeneficiary,
    RemoveBeneficiary,
)
from infra.data.paging import page_of
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from services.payment.domain.beneficiaries import (
    BENEFICIARIES_MAX,
    BeneficiaryAlreadyAdded,
    BeneficiaryAlreadyRemoved,
    BeneficiaryNotFound,
    TooManyBeneficiaries,
    check_limit,
)
from services.payment.domain.payments import PAYMENT_CURSORS
from services.payment.handlers.payees import ask_about
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore


@service.handles(AddBeneficiary)
async def add_beneficiary(
    command: AddBeneficiary, store: PaymentStore, context: Context
) -> Told[BeneficiaryAdded]:
    """On the list at once, as new; what his bank says of his name is noted when it comes."""
    _require_own(command.customer_id, context.subject)
    rule = await store.beneficiary_rule_in_force(context.business_date)
    check_limit(command.currency, rule)
    if await store.lock_list(command.customer_id) >= BENEFICIARIES_MAX:
        raise TooManyBeneficiaries
    question = await ask_about(command.beneficiary, store, context)
    beneficiary_id = new_id()
    is_added = await store.add_beneficiary(
        beneficiary_id,
        command.customer_id,
        command.beneficiary,
        currency=command.currency,
        daily_most_minor=command.daily_most_minor,
        cooling_until=context.now + timedelta(hours=rule.cooling_hours),
        lookup_id=question.reply.lookup_id,
        by=context.subject.id,
        at=context.now,
    )
    if not is_added:
        raise BeneficiaryAlreadyAdded
    listed = await _found(command.customer_id, beneficiary_id, store, context)
    return Told(BeneficiaryAdded(**dict(listed)), *question.messages)


@service.handles(RemoveBeneficiary)
async def remove_beneficiary(
    command: RemoveBeneficiary, store: PaymentStore, context: Context
) -> BeneficiaryRemoved:
    """Payments that were accepted before go on to him, none is accepted any more."""
    await store.lock_list(command.customer_id)
    await _found(command.customer_id, command.beneficiary_id, store, context)
    if not await store.remove_beneficiary(
        command.beneficiary_id, by=context.subject.id, at=context.now
    ):
        raise BeneficiaryAlreadyRemoved
    listed = await _found(command.customer_id, command.beneficiary_id, store, context)
    return BeneficiaryRemoved(**dict(listed))


@service.answers(GetBeneficiary)
async def get_beneficiary(
    query: GetBeneficiary, store: PaymentStore, context: Context
) -> ListedBeneficiary:
    """One of a customer's list, or who was on it; a customer finds his own."""
    return await _found(query.customer_id, query.beneficiary_id, store, context)


@service.answers(ListBeneficiaries)
async def list_beneficiaries(
    query: ListBeneficiaries, store: PaymentStore, context: Context
) -> ListedBeneficiaries:
    """Newest first; another's list looks empty to a customer."""
    found = await store.beneficiaries(
        context.subject.visible_customer(query.customer_id),
        query.state,
        PAYMENT_CURSORS.read(query.cursor),
        query.limit + 1,
        context.now,
    )
    page, following = page_of(found, query.limit, attrgetter("beneficiary_id"), PAYMENT_CURSORS)
    return ListedBeneficiaries(items=page, next_cursor=following)


@service.answers(ListBeneficiaryRules)
async def list_beneficiary_rules(
    query: ListBeneficiaryRules, store: PaymentStore, context: Context
) -> BeneficiaryRules:
    """All in order, those to come included."""
    return BeneficiaryRules(items=tuple(await store.beneficiary_rules(context.business_date)))


@service.handles(AddBeneficiaryRule)
async def add_beneficiary_rule(
    command: AddBeneficiaryRule, store: PaymentStore, context: Context
) -> BeneficiaryRuleAdded:
    """Judge payments by another rule from a business date on; who is new stays so as long as he was
    told."""
    rule = await store.add_beneficiary_rule(
        command.model_dump(mode="json", exclude={"valid_from"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return BeneficiaryRuleAdded(**dict(rule))


async def _found(
    customer_id: int, beneficiary_id: UUID, store: PaymentStore, context: Context
) -> ListedBeneficiary:
    """Who is or was on this list, if the subject may see it."""
    _require_own(customer_id, context.subject)
    found = await store.beneficiary(customer_id, beneficiary_id, context.now)
    if found is None:
        raise BeneficiaryNotFound
    return found


def _require_own(customer_id: int, subject: Subject) -> None:
    if not subject.may_touch(customer_id):
        raise BeneficiaryNotFound
