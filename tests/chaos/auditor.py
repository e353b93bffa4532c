"""The auditor: questions to all of the bank's tables, and every row of an answer is a finding.

ALWAYS   holds in any snapshot, also in the middle of everything (tests/fixtures/ledger_laws.py)
SETTLED  holds once nothing is on its way any more
PAYMENTS compares every payment with its hold, its entry and the rail's own memory
INCOMING compares what other banks have paid with its entry
TOLD     compares what callers were told in the end with what was done

Its questions about loans are in tests/chaos/loan_checks.py. Beside the tables it looks at the
queues, the e-mails, and what the rail remembers.
"""

import asyncio
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import aio_pika
from yarl import URL

from contracts.rail import RAILS
from contracts.topology import ASKERS, SERVICES, routing_key
from infra.data.database import Connection
from infra.deployment.definitions import definitions, load_services
from tests.fixtures.ledger_laws import ALWAYS

SETTLED: Mapping[str, str] = {
    "an outbox holds something": " union all ".join(
        f"select '{service}' as service, id, exchange, created_at from {service}.outbox"  # noqa: S608
        for service in SERVICES
    ),
    "a saga is still under way": " union all ".join(
        f"select '{service}' as service, saga_id, phase, at, awaits, attempt, code, detail"  # noqa: S608
        f" from {service}.sagas where phase in ('forward', 'undoing')"
        for service in ASKERS
    ),
    "a payment never began": """
        select payment_id, created_at from payment.payments p
        where not exists (select from payment.sagas s where s.saga_id = p.payment_id)
    """,
    "the report differs from the ledger": """
        select booked_on, gl_code, currency, l.*, r.debit_minor, r.credit_minor, r.postings
        from (
            select p.booked_on, a.gl_code, p.currency, count(*) as count,
                coalesce(-sum(p.amount_minor) filter (where p.amount_minor < 0), 0) as debit,
                coalesce(sum(p.amount_minor) filter (where p.amount_minor > 0), 0) as credit
            from account.postings p join account.accounts a on a.id = p.account_id
            group by 1, 2, 3
        ) l full join reporting.totals r using (booked_on, gl_code, currency)
        where (l.debit, l.credit, l.count) is distinct from
            (r.debit_minor, r.credit_minor, r.postings)
    """,
    "the history differs from the ledger": """
        select account_number, sequence, l.amount_minor, m.amount_minor, m.entry_id
        from (
            select a.number as account_number, p.sequence, p.entry_id, p.amount_minor,
                p.balance_after_minor
            from account.postings p join account.accounts a on a.id = p.account_id
            where a.customer_id is not null
        ) l full join transaction.movements m using (account_number, sequence)
        where (l.entry_id, l.amount_minor, l.balance_after_minor) is distinct from
            (m.entry_id, m.amount_minor, m.balance_after_minor)
    """,
    "a movement is not one sent e-mail": """
        select account_number, sequence, l.amount_minor, d.amount_minor, d.state, d.reason
        from (
            select a.number as account_number, p.sequence, p.amount_minor
            from account.postings p join account.accounts a on a.id = p.account_id
            where a.customer_id is not null
        ) l full join notification.deliveries d using (account_number, sequence)
        where l.amount_minor is distinct from d.amount_minor or d.state is distinct from 'sent'
    """,
}

# Each group of the following begins with what it is given, as tables.
GIVEN_PAYMENTS = """
with its_hold as (
    select * from unnest($1::uuid[], $2::uuid[]) as given(saga_id, hold_id)
), rail as (
    select saga_id, coalesce(verdict = any($5::text[]), false) as has_paid
    from unnest($3::uuid[], $4::text[]) as given(saga_id, verdict)
)
"""
PAYMENTS: Mapping[str, str] = {
    "a completed payment was not captured once": """
        select s.saga_id, h.state, h.captured_minor, p.total, e.entries, e.captured
        from payment.sagas s
        join (
            select payment_id, amount_minor
                + coalesce((payment_order ->> 'fee_minor')::bigint, 0)
                + coalesce((payment_order ->> 'gst_minor')::bigint, 0) as total
            from payment.payments
        ) p on p.payment_id = s.saga_id
        join its_hold using (saga_id)
        left join account.holds h using (hold_id)
        left join lateral (
            select count(*) as entries, sum(amount_minor) as captured
            from account.entries e where e.hold_id = its_hold.hold_id
        ) e on true
        where s.phase = 'completed' and (h.state, h.captured_minor, e.entries, e.captured)
            is distinct from ('CAPTURED', p.total, 1, p.total)
    """,
    "a payment stands on the clearing of another rail": """
        select p.payment_id, p.rail, a.number, l.amount_minor
        from payment.payments p join its_hold on its_hold.saga_id = p.payment_id
        join account.entries e using (hold_id)
        join account.postings l using (entry_id)
        join account.accounts a on a.id = l.account_id and a.customer_id is null
        where a.number <> 'GL-CLEARING-' || p.rail || '-' || p.currency
            and a.gl_code not in ('FEE-INCOME', 'GST-PAYABLE')
    """,
    "a payment's entry is not its amount, its fee and the tax on it": """
        select p.payment_id, a.number, l.amount_minor, p.amount_minor as amount, p.payment_order
        from payment.payments p join its_hold on its_hold.saga_id = p.payment_id
        join account.entries e using (hold_id)
        join account.postings l using (entry_id)
        join account.accounts a on a.id = l.account_id and a.customer_id is null
        where l.amount_minor is distinct from case a.gl_code
            when 'FEE-INCOME' then (p.payment_order ->> 'fee_minor')::bigint
            when 'GST-PAYABLE' then (p.payment_order ->> 'gst_minor')::bigint
            else p.amount_minor end
    """,
    "a payment that was not made keeps money": """
        select s.saga_id, s.phase, h.state, h.captured_minor
        from payment.sagas s join its_hold using (saga_id) join account.holds h using (hold_id)
        where s.phase in ('failed', 'cancelled')
            and (h.state <> 'RELEASED' or h.captured_minor <> 0)
    """,
    "a payment and the rail disagree": """
        select saga_id, s.phase, rail.has_paid from rail full join (
            select s.saga_id, s.phase from payment.sagas s
            join payment.payments p on p.payment_id = s.saga_id
        ) s using (saga_id)
        where coalesce(s.phase = 'completed', false) <> coalesce(rail.has_paid, false)
    """,
}
INCOMING: Mapping[str, str] = {
    "what another bank paid is not booked once, or is although it goes back": """
        select i.credit_id, s.phase, s.data ->> 'code' as code, e.entries, e.amount_minor
        from payment.incoming_payments i join payment.sagas s on s.saga_id = i.credit_id
        left join lateral (
            select count(*) as entries, sum(amount_minor) as amount_minor
            from account.entries e where e.reference = 'in-' || i.rail || '-' || i.transfer_id
        ) e on true
        where s.phase = 'completed' and not i.is_reuse and (e.entries, e.amount_minor)
            is distinct from case when s.data ->> 'code' is not null then (0::bigint, null::numeric)
                else (1::bigint, (i.credit #>> '{credit,amount,minor}')::numeric) end
    """,
    "an entry is there that no other bank has paid": """
        select e.entry_id, e.reference, e.amount_minor from account.entries e
        where e.kind = 'PAYMENT' and e.reference like 'in-%' and not exists (
            select from payment.incoming_payments i
            where e.reference = 'in-' || i.rail || '-' || i.transfer_id)
    """,
}

GIVEN_TOLD = """
with told_transfer as (
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
        as given(entry_id, payer, payee, amount_minor)
), told_payment as (
    select * from unnest($5::uuid[], $6::text[], $7::bigint[])
        as given(payment_id, phase, amount_minor)
), callers as (
    select number, id from unnest($8::text[]) as given(number) join account.accounts using (number)
)
"""
TOLD: Mapping[str, str] = {
    "an acknowledged transfer is not there once": """
        select told_transfer.*, booked.legs from told_transfer left join (
            select e.entry_id, e.amount_minor, array_agg(a.number order by p.leg) as legs
            from account.entries e join account.postings p using (entry_id)
            join account.accounts a on a.id = p.account_id
            where e.kind = 'TRANSFER' group by e.entry_id
        ) booked using (entry_id)
        where booked.legs is distinct from array[payer, payee]
            or booked.amount_minor <> told_transfer.amount_minor
    """,
    "one transfer was acknowledged under two keys": """
        select entry_id, count(*) from told_transfer group by entry_id having count(*) > 1
    """,
    "a transfer is there that nobody was told of": """
        select distinct e.entry_id, e.reference, e.amount_minor
        from account.entries e join account.postings p using (entry_id)
        join callers on callers.id = p.account_id
        where e.kind = 'TRANSFER' and not exists (
            select from told_transfer where told_transfer.entry_id = e.entry_id)
    """,
    "a payment's end is not what was told": """
        select told_payment.*, s.phase as ended, p.amount_minor as amount
        from told_payment left join payment.payments p using (payment_id)
        left join payment.sagas s on s.saga_id = payment_id
        where (s.phase, p.amount_minor)
            is distinct from (told_payment.phase, told_payment.amount_minor)
    """,
    "a payment is there that nobody was told of": """
        select p.payment_id, p.from_account, p.amount_minor
        from payment.payments p join callers on callers.number = p.from_account
        where not exists (select from told_payment told where told.payment_id = p.payment_id)
    """,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that should not be: which check found it, and what it says."""

    check: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What callers were told in the end, each once, and the accounts that only they use."""

    accounts: Sequence[str]
    transfers: Sequence[tuple[UUID, str, str, int]] = ()  # entry, payer, payee, amount
    payments: Sequence[tuple[UUID, str, int]] = ()  # payment, end, amount


@dataclass(frozen=True, slots=True)
class RailMemory:
    """What the other banks say they were sent and did, by transfer id; None: not judged yet."""

    verdicts: Mapping[UUID, str | None] = field(default_factory=dict)

    @classmethod
    def read(cls, *journals: Path) -> "RailMemory":
        """From the journals of rails, one JSON object a line; the last about a transfer counts."""
        lines = [json.loads(line) for each in journals for line in each.read_text().splitlines()]
        judged = [line for line in lines if "transfer_id" in line]
        return cls(
            {UUID(line["transfer_id"]): (line["verdict"] or {}).get("type") for line in judged}
        )


async def audit_always(database: Connection) -> list[Finding]:
    return await find(database, ALWAYS)


async def audit_settled(database: Connection) -> list[Finding]:
    return await find(database, SETTLED)


async def audit_payments(database: Connection, rail: RailMemory) -> list[Finding]:
    """Every payment ended whole: captured or released, never both, and as the rail sees it."""
    rows = await database.fetch("select saga_id from payment.sagas")
    payments = [row["saga_id"] for row in rows]
    holds = [uuid5(payment_id, "hold") for payment_id in payments]
    verdicts = list(rail.verdicts), list(rail.verdicts.values())
    accepted = [routing_key(said.accepted) for said in RAILS]
    given = (payments, holds, *verdicts, accepted)
    return [
        *await find(database, PAYMENTS, GIVEN_PAYMENTS, *given),
        *await find(database, INCOMING),
    ]


async def audit_told(database: Connection, told: Told) -> list[Finding]:
    """Every acknowledged effect is there once, and none that was not acknowledged."""
    given = (*columns(told.transfers, 4), *columns(told.payments, 3), list(told.accounts))
    return await find(database, TOLD, GIVEN_TOLD, *given)


async def audit_letters(database: Connection, mailbox: Path) -> list[Finding]:
    """Every e-mail that was sent is one file, and no file is of anything else."""
    rows = await database.fetch("select notification_id from notification.deliveries")
    sent = {f"{row['notification_id']}.eml" for row in rows}
    there = set(await asyncio.to_thread(os.listdir, mailbox))
    return [Finding("an e-mail is not one file", {"name": name}) for name in sent ^ there]


async def audit_queues(amqp_url: str) -> list[Finding]:
    """Queues with messages in them, the dead ones among them; it only asks how many."""
    document = definitions(load_services(), {})
    found = []
    for vhost in document["vhosts"]:
        queues = [each["name"] for each in document["queues"] if each["vhost"] == vhost["name"]]
        async with await aio_pika.connect(
            str(URL(amqp_url).with_path(f"/{vhost['name']}"))
        ) as connection:
            channel = await connection.channel()
            for name in queues:
                queue = await channel.declare_queue(name, passive=True)
                if count := queue.declaration_result.message_count:
                    found.append(Finding("a queue is not empty", {"name": name, "count": count}))
    return found


async def find(
    database: Connection, checks: Mapping[str, str], given: str = "", *values: Any
) -> list[Finding]:
    """Every row that these checks find; each question follows what is given as tables."""
    return [
        Finding(check, dict(row))
        for check, question in checks.items()
        for row in await database.fetch(given + question, *values)
    ]


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as the database is given them, column by column."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
