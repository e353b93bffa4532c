"""Every SQL statement of the notification service."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from contracts.account.accounts import AccountStatusChanged
from contracts.account.books import Moved
from contracts.customer import Customer
from contracts.loan.applications import AboutLoan
from contracts.loan.days import InstalmentOverdue, PenaltyCharged
from contracts.money import Currency
from contracts.notification import DeliveryState, Notification
from contracts.transaction.standing_orders import AboutStandingOrder
from infra.data.store import Store
from infra.handling.context import Asked, Context
from infra.runtime.clock import business_date
from services.notification.domain.attempts import Outcome
from services.notification.domain.deliveries import Booked, Contact, Delivery
from services.notification.domain.letters import (
    amount_text,
    subject_of,
    words_about,
    words_about_loan,
    words_about_order,
    words_about_overdue,
    words_about_penalty,
)

_KEEP_CONTACT = """
insert into contacts (customer_id, name, email, version) values ($1, $2, $3, $4)
on conflict (customer_id) do update
set name = excluded.name, email = excluded.email, version = excluded.version
where contacts.version < excluded.version
"""

_ADD = """
insert into deliveries (account_number, sequence, notification_id, customer_id, subject,
    amount_minor, balance_after_minor, currency, reference, description, booked_on, trace_id,
    created_at, due_at)
select *, $13::timestamptz, $13 from unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[],
    $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::date[],
    $12::uuid[])
on conflict (account_number, sequence) do nothing
"""

_ADD_WORDS = """
insert into deliveries (account_number, notification_id, customer_id, subject, text, trace_id,
    created_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (notification_id) do nothing
"""

_LOCK_DUE = """
select deliveries.*, contacts.name, contacts.email
from deliveries left join contacts using (customer_id)
where state = 'waiting' and due_at <= $1
order by due_at limit $2
for update of deliveries skip locked
"""

_RECORD = """
update deliveries
set state = outcome.state, attempts = outcome.attempts, due_at = outcome.due_at,
    reason = outcome.reason, sent_at = case when outcome.state = 'sent' then $6::timestamptz end
from unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[], $5::text[])
    as outcome(notification_id, state, attempts, due_at, reason)
where deliveries.notification_id = outcome.notification_id
"""

_LIST = """
select * from deliveries
where ($1::bigint is null or customer_id = $1) and number < $2
order by number desc limit $3
"""


class NotificationStore(Store):
    """Contacts and deliveries."""

    async def keep_contact(self, customer: Customer) -> None:
        """The newest version heard counts, in whatever order versions are heard."""
        name = " ".join(filter(None, (customer.first_name, customer.last_name)))
        await self.db.execute(_KEEP_CONTACT, customer.id, name, customer.email, customer.version)

    async def add_deliveries(self, heard: Sequence[Asked[Moved]]) -> None:
        """One waiting delivery for each posting that has none yet."""
        if not heard:
            return
        rows = [_delivery_row(each) for each in heard]
        await self.db.execute(_ADD, *zip(*rows, strict=True), heard[0].context.now)

    async def add_status(self, event: AccountStatusChanged, context: Context) -> None:
        """A waiting delivery about an account's new status."""
        day = business_date(event.account.updated_at)
        subject, text = words_about(event.account_number, event.status, day)
        await self.db.execute(
            _ADD_WORDS, event.account_number, context.message_id, event.customer_id, subject, text,
            context.trace and context.trace.id, context.now,
        )  # fmt: skip

    async def add_loan_words(self, event: AboutLoan, context: Context) -> None:
        """A waiting delivery about what became of a loan."""
        amount = amount_text(event.principal_minor, event.currency)
        subject, text = words_about_loan(type(event), amount, event.account_number)
        await self.db.execute(
            _ADD_WORDS, event.account_number, context.message_id, event.customer_id, subject, text,
            context.trace and context.trace.id, context.now,
        )  # fmt: skip

    async def add_overdue_words(self, event: InstalmentOverdue, context: Context) -> None:
        """A waiting delivery about an instalment that was not paid in time."""
        amount = amount_text(event.outstanding_minor, event.currency)
        subject, text = words_about_overdue(event.number, amount, event.due_on)
        await self.db.execute(
            _ADD_WORDS, event.account_number, context.message_id, event.customer_id, subject, text,
            context.trace and context.trace.id, context.now,
        )  # fmt: skip

    async def add_penalty_words(self, event: PenaltyCharged, context: Context) -> None:
        """A waiting delivery about what an instalment was charged for being late."""
        amount = amount_text(event.amount_minor, event.currency)
        subject, text = words_about_penalty(event.number, amount, event.due_on)
        await self.db.execute(
            _ADD_WORDS, event.account_number, context.message_id, event.customer_id, subject, text,
            context.trace and context.trace.id, context.now,
        )  # fmt: skip

    async def add_order_words(self, event: AboutStandingOrder, context: Context) -> None:
        """A waiting delivery about what became of a standing order."""
        subject, text = words_about_order(event)
        await self.db.execute(
            _ADD_WORDS, event.from_account, context.message_id, event.customer_id, subject, text,
            context.trace and context.trace.id, context.now,
        )  # fmt: skip

    async def lock_due(self, now: datetime, limit: int) -> list[Delivery]:
        """The deliveries that are longest due, locked against a second sender."""
        return [_delivery(row) for row in await self.db.fetch(_LOCK_DUE, now, limit)]

    async def record(self, outcomes: Mapping[Delivery, Outcome], now: datetime) -> None:
        """What became of deliveries that were locked."""
        if not outcomes:
            return
        await self.db.execute(
            _RECORD,
            [delivery.notification_id for delivery in outcomes],
            [outcome.state for outcome in outcomes.values()],
            [outcome.attempts for outcome in outcomes.values()],
            [outcome.due_at for outcome in outcomes.values()],
            [outcome.reason for outcome in outcomes.values()],
            now,
        )

    async def list_before(
        self, number: int, customer_id: int | None, limit: int
    ) -> list[tuple[int, Notification]]:
        """Notifications with a lower number, each with its own, newest first."""
        rows = await self.db.fetch(_LIST, customer_id, number, limit)
        return [(row["number"], _notification(row)) for row in rows]


def _delivery_row(heard: Asked[Moved]) -> tuple[object, ...]:
    moved, amount_minor = heard.message, heard.message.signed_minor
    trace = heard.context.trace
    return (
        moved.account_number,
        moved.sequence,
        heard.context.message_id,
        moved.customer_id,
        subject_of(moved.account_number, amount_minor, moved.currency),
        amount_minor,
        moved.balance_after_minor,
        moved.currency,
        moved.reference,
        moved.description,
        moved.booked_on,
        trace and trace.id,
    )


def _delivery(row: asyncpg.Record) -> Delivery:
    has_contact = row["email"] is not None
    return Delivery(
        notification_id=row["notification_id"],
        about=row["text"] or _booked(row),
        subject=row["subject"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        contact=Contact(row["name"], row["email"]) if has_contact else None,
    )


def _booked(row: asyncpg.Record) -> Booked:
    return Booked(
        account_number=row["account_number"],
        amount_minor=row["amount_minor"],
        balance_after_minor=row["balance_after_minor"],
        currency=Currency(row["currency"]),
        reference=row["reference"],
        description=row["description"],
        booked_on=row["booked_on"],
    )


def _notification(row: asyncpg.Record) -> Notification:
    return Notification(
        notification_id=row["notification_id"],
        customer_id=row["customer_id"],
        channel="email",
        subject=row["subject"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
    )
