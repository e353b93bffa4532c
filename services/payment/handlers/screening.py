"""The list of names and its rules, and what managers do about a payment that it stopped."""

from operator import attrgetter

from contracts.envelope import Subject
from contracts.payment.payments import Payment
from contracts.payment.screening import (
    AddScreenedName,
    AddScreeningRule,
    GetScreening,
    ListedNames,
    ListScreenedNames,
    ListScreeningRules,
    NameListed,
    NameRemoved,
    RefusePayment,
    ReleasePayment,
    RemoveScreenedName,
    Screening,
    ScreeningRuleAdded,
    ScreeningRules,
)
from contracts.payment.steering import PaymentSteered
from infra.data.paging import page_of
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from infra.sagas.moves import undo
from infra.sagas.runs import Instance
from services.payment.domain.payments import PAYMENT_CURSORS, PaymentNotFound
from services.payment.domain.screening import (
    HIT,
    NOT_MADE,
    SPELLINGS_MAX,
    ListIsFull,
    NameAlreadyListed,
    NameAlreadyRemoved,
    NameNotFound,
    NothingFound,
)
from services.payment.handlers.registry import service
from services.payment.handlers.steering import STEERING, follow, locked
from services.payment.store import PaymentStore


@service.answers(ListScreenedNames)
async def list_screened_names(
    query: ListScreenedNames, store: PaymentStore, context: Context
) -> ListedNames:
    """Newest first, those that were removed too."""
    found = await store.names(PAYMENT_CURSORS.read(query.cursor), query.limit + 1)
    page, following = page_of(found, query.limit, attrgetter("name_id"), PAYMENT_CURSORS)
    return ListedNames(items=page, next_cursor=following)


@service.handles(AddScreenedName)
async def add_screened_name(
    command: AddScreenedName, store: PaymentStore, context: Context
) -> NameListed:
    """From its date on, which may be over, in every process at once."""
    spellings = await store.change_list()
    if spellings + 1 + len(command.aliases) > SPELLINGS_MAX:
        raise ListIsFull
    listed = await store.list_name(
        new_id(),
        command.name,
        command.aliases,
        source=command.source,
        listed_on=command.listed_on,
        valid_from=command.valid_from or context.business_date,
        by=context.subject.id,
        at=context.now,
    )
    if listed is None:
        raise NameAlreadyListed
    return NameListed(**dict(listed))


@service.handles(RemoveScreenedName)
async def remove_screened_name(
    command: RemoveScreenedName, store: PaymentStore, context: Context
) -> NameRemoved:
    """A payment that it has stopped goes on only when a person says so."""
    await store.change_list()
    removed = await store.unlist_name(
        command.name_id, by=context.subject.id, reason=command.reason, at=context.now
    )
    if removed is not None:
        return NameRemoved(**dict(removed))
    raise NameAlreadyRemoved if await store.is_known_name(command.name_id) else NameNotFound


@service.answers(ListScreeningRules)
async def list_screening_rules(
    query: ListScreeningRules, store: PaymentStore, context: Context
) -> ScreeningRules:
    """All in order, those to come included."""
    return ScreeningRules(items=tuple(await store.screening_rules(context.business_date)))


@service.handles(AddScreeningRule)
async def add_screening_rule(
    command: AddScreeningRule, store: PaymentStore, context: Context
) -> ScreeningRuleAdded:
    """Judge payments by another rule from a business date on."""
    await store.change_list()
    rule = await store.add_screening_rule(
        command.model_dump(mode="json", exclude={"valid_from"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return ScreeningRuleAdded(**dict(rule))


@service.answers(GetScreening)
async def get_screening(query: GetScreening, store: PaymentStore, context: Context) -> Screening:
    """Which listed names the beneficiary may be, and how alike they are."""
    payment: Payment | None = await store.payment(query.payment_id, context.subject)
    if payment is None:
        raise PaymentNotFound
    return Screening(
        payment_id=query.payment_id,
        beneficiary=payment.beneficiary.name,
        hits=tuple(await store.hits(query.payment_id)),
    )


@service.handles(ReleasePayment)
async def release_payment(
    command: ReleasePayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    """Screened once more: a name that nobody has seen yet stops it again."""
    instance = await _stopped(store, command, context.subject)
    await store.let_pass(command.payment_id, context.now)
    move = STEERING.retry(instance)
    return await follow(store, instance, move, "release", command.reason, context)


@service.handles(RefusePayment)
async def refuse_payment(
    command: RefusePayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    """Its payer learns that it could not be made, and no more."""
    instance = await _stopped(store, command, context.subject)
    move = undo(instance.saga, instance.run, NOT_MADE, "The payment could not be made.")
    return await follow(store, instance, move, "refuse", command.reason, context)


async def _stopped(
    store: PaymentStore, command: ReleasePayment | RefusePayment, subject: Subject
) -> Instance:
    """The run of a payment that stands still because of its beneficiary's name, locked."""
    instance = await locked(store, command.payment_id, subject)
    if not (instance.run.is_parked and instance.run.code == HIT):
        raise NothingFound
    return instance
