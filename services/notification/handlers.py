"""The notification service's messages and its timer, one function each.

An event leaves a row and nothing else: nothing slow happens while a batch of events waits for its
commit. The timer then sends what is due, a bounded number at a time, inside its own transaction,
which keeps those rows locked. A lease taken in one transaction and given back in another would free
the first while a mail server is slow, and gain nothing: one process sends at a time, nobody else
waits for these rows, the time is bounded (clients.py), and a crash before the commit sends again
either way. An e-mail sent again replaces itself in the mailbox folder; a mail server gets a copy.
"""

from collections.abc import Sequence
from operator import itemgetter

from contracts.account.accounts import AccountStatusChanged
from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.audit import AuditSealed
from contracts.customer import CustomerCreated, CustomerStatusChanged, CustomerUpdated
from contracts.loan.applications import (
    AboutLoan,
    LoanApplied,
    LoanApproved,
    LoanClosed,
    LoanRejected,
)
from contracts.loan.days import InstalmentOverdue, PenaltyCharged
from contracts.loan.rescheduling import LoanRescheduled
from contracts.loan.top_ups import LoanToppedUp
from contracts.notification import ListNotifications, Notifications
from contracts.transaction.standing_orders import (
    AboutStandingOrder,
    StandingOrderCreated,
    StandingOrderEnded,
    StandingOrderFailed,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrderSkipped,
)
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Asked, Context
from infra.handling.seals import keep_head
from infra.handling.service import Service
from services.notification.clients import open_channel
from services.notification.domain.attempts import (
    Failure,
    Outcome,
    outcome_of,
    waiting_for_address,
)
from services.notification.domain.deliveries import Delivery
from services.notification.domain.letters import Letter, UnusableAddress, letter_about
from services.notification.settings import NotificationSettings
from services.notification.store import NotificationStore

# At a third of a millisecond each, 7 % of one core for as long as there is a backlog.
LETTERS_PER_TICK = 200
TICK_SECONDS = 1.0

# Nobody waits for what is kept here, and one commit for many events spares the others the machine.
service = Service("notification", NotificationStore, gather_seconds=0.1)


@service.hears(CustomerCreated)
async def on_customer_created(
    event: CustomerCreated, store: NotificationStore, context: Context
) -> None:
    """Keep where to write to."""
    await store.keep_contact(event.customer)


@service.hears(CustomerUpdated)
async def on_customer_updated(
    event: CustomerUpdated, store: NotificationStore, context: Context
) -> None:
    """Keep where to write to from now on; an older version of the customer changes nothing."""
    await store.keep_contact(event.customer)


@service.hears(CustomerStatusChanged)
async def on_customer_status_changed(
    event: CustomerStatusChanged, store: NotificationStore, context: Context
) -> None:
    """Keep in step: it is a new version of the customer, and may be the first one heard."""
    await store.keep_contact(event.customer)


@service.hears_many(AccountDebited, AccountCredited)
async def on_moved(heard: Sequence[Asked[Moved]], store: NotificationStore) -> None:
    """Note each posting of a customer's account, to be told by e-mail."""
    await store.add_deliveries([each for each in heard if each.message.customer_id is not None])


@service.hears(AccountStatusChanged)
async def on_account_status_changed(
    event: AccountStatusChanged, store: NotificationStore, context: Context
) -> None:
    """Note that the account's customer is to be told; why, he asks at his branch."""
    await store.add_status(event, context)


@service.hears_many(
    LoanApplied, LoanApproved, LoanRejected, LoanRescheduled, LoanToppedUp, LoanClosed
)
async def on_loan(heard: Sequence[Asked[AboutLoan]], store: NotificationStore) -> None:
    """Note that each loan's customer is to be told what became of it."""
    for each in heard:
        await store.add_loan_words(each.message, each.context)


@service.hears(InstalmentOverdue)
async def on_instalment_overdue(
    event: InstalmentOverdue, store: NotificationStore, context: Context
) -> None:
    """Note that the customer is to be told that he has not paid in time."""
    await store.add_overdue_words(event, context)


@service.hears(PenaltyCharged)
async def on_penalty_charged(
    event: PenaltyCharged, store: NotificationStore, context: Context
) -> None:
    """Note that the customer is to be told what he was charged for being late, and why."""
    await store.add_penalty_words(event, context)


@service.hears_many(
    StandingOrderCreated,
    StandingOrderFailed,
    StandingOrderSkipped,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrderEnded,
)
async def on_standing_order(
    heard: Sequence[Asked[AboutStandingOrder]], store: NotificationStore
) -> None:
    """Note that the customer whose account pays is to be told what became of his order; each
    transfer that was made is told as what it is, a debit."""
    for each in heard:
        await store.add_order_words(each.message, each.context)


@service.hears(AuditSealed)
async def on_audit_sealed(event: AuditSealed, store: NotificationStore, context: Context) -> None:
    """Keep how far each service's audit trail goes, out of that service's reach."""
    if context.sender == event.service:
        await keep_head(store.db, event)


@service.answers(ListNotifications)
async def list_notifications(
    query: ListNotifications, store: NotificationStore, context: Context
) -> Notifications:
    """Newest first; a customer sees his own only, and asking for another's finds nothing."""
    customer_id = context.subject.visible_customer(query.customer_id)
    found = await store.list_before(id_before(query.cursor), customer_id, query.limit + 1)
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return Notifications(
        items=tuple(notification for _, notification in page), next_cursor=following
    )


@service.every(TICK_SECONDS)
async def send_waiting(store: NotificationStore, context: Context) -> None:
    """Send what is due, oldest first, and note what became of it."""
    due = await store.lock_due(context.now, LETTERS_PER_TICK)
    outcomes: dict[Delivery, Outcome] = {}
    letters: dict[Delivery, Letter] = {}
    for delivery in due:
        if delivery.contact is None:
            outcomes[delivery] = waiting_for_address(delivery, context.now)
            continue
        try:
            letters[delivery] = letter_about(delivery, delivery.contact)
        except UnusableAddress as error:
            failure = Failure(str(error), is_final=True)
            outcomes[delivery] = outcome_of(delivery, failure, context.now)
    if letters:
        results = await open_channel(NotificationSettings()).send(list(letters.values()))
        for delivery, result in zip(letters, results, strict=False):
            outcomes[delivery] = outcome_of(delivery, result, context.now)
    await store.record(outcomes, context.now)
