"""The auditor finds nothing in books that are in order, and each thing that is planted in them."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import asyncpg
import pytest

from infra.data.database import Connection
from tests.builders import ALICE, BOB
from tests.chaos.auditor import (
    INCOMING,
    PAYMENTS,
    SETTLED,
    TOLD,
    Finding,
    RailMemory,
    Told,
    audit_always,
    audit_payments,
    audit_settled,
    audit_told,
)
from tests.chaos.loan_checks import LOANS, TOLD_LOANS, audit_loans, audit_told_loans
from tests.chaos.small_books import BOOKS, PAID, RAIL, TRANSFER, written
from tests.chaos.small_books import TOLD as TOLD_OF_THE_BOOKS
from tests.chaos.small_books import TOLD_LOANS as TOLD_OF_THE_LOANS
from tests.fixtures.ledger_laws import ALWAYS
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration

# What the database itself forbids must be allowed before it can be planted.
UNGUARDED = """
set local session_replication_role = replica;
alter table account.balances drop constraint available_not_negative;
"""
PLANTS: Mapping[str, str] = {
    "a currency does not sum to zero": """
        update account.postings set amount_minor = amount_minor + 1 where entry_id = :TRANSFER
            and leg = 1
    """,
    "an entry does not sum to zero": """
        update account.postings set amount_minor = amount_minor + leg * 2 - 3
        where entry_id = :TRANSFER and leg = 1;
        update account.postings set amount_minor = amount_minor + 1
        where entry_id <> :TRANSFER and sequence = 1 and leg = 1
    """,
    "an entry and its postings disagree": """
        update account.entries set amount_minor = 1 where reference = 'R1'
    """,
    "a posting belongs to no entry": """
        delete from account.entries where reference = 'R1'
    """,
    "a posting is valued before its account was opened": """
        update account.postings set value_date = '2020-01-01' where sequence = 4
    """,
    "a balance is not the sum of its postings": """
        update account.balances set posted_minor = posted_minor + 1 where sequence = 4
    """,
    "a chain of running balances is broken": """
        update account.postings set sequence = 9 where sequence = 4;
        update account.balances set sequence = 9 where sequence = 4
    """,
    "a daily balance is not what was booked up to its date": """
        insert into account.daily_balances
        select account_id, booked_on, balance_after_minor + 1, sequence
        from account.postings where sequence = 4
    """,
    "an account that changed on a date has no daily balance of it": """
        insert into account.job_parts (job, business_date, part, parts, state, due_at, started_at)
        select distinct 'end-of-day', booked_on, 0, 1, 'done', now(), now()
        from account.postings
    """,
    "a line's totals of a date are not the sum of its postings": """
        insert into account.line_totals
        select booked_on, 'CASH', 'INR', 1, 1 from account.postings limit 1
    """,
    "a date with postings has no totals of lines": """
        insert into account.job_parts (job, business_date, part, parts, state, due_at, started_at)
        select distinct 'line-totals', booked_on, 0, 1, 'done', now(), now()
        from account.postings
    """,
    "a posting is not in its account's currency": """
        update account.accounts set currency = 'USD' where number = :BOB
    """,
    "held is not the sum of open holds": """
        update account.balances set held_minor = held_minor + 1 where sequence = 4
    """,
    "more is spent or held than may be": """
        update account.balances set held_minor = 1000000 where sequence = 4
    """,
    "a hold's captures are not its entries": """
        update account.entries set hold_id = :OPEN_HOLD where hold_id = :PAID_HOLD
    """,
    "more is reversed than was booked": """
        update account.entries set amount_minor = 1001 where kind = 'REVERSAL'
    """,
    "one instruction moved money twice": """
        insert into account.entries select gen_random_uuid(), 'R9', fingerprint, kind, currency,
            amount_minor, description, booked_on, value_date, booked_at, caused_by, actor,
            reverses, hold_id, owner from account.entries where kind = 'TRANSFER'
    """,
    "an outbox holds something": """
        insert into customer.outbox (exchange, routing_keys, properties, body)
        values ('bank.events', '{x}', '', '')
    """,
    "a saga is still under way": """
        update payment.sagas set phase = 'undoing', awaits = 'answer', deadline = now()
        where saga_id = :PAID
    """,
    "a payment never began": """
        delete from payment.sagas where saga_id = :REFUSED
    """,
    "the report differs from the ledger": """
        update reporting.totals set postings = postings + 1 where gl_code = 'CASH'
    """,
    "the history differs from the ledger": """
        delete from transaction.movements where sequence = 1
    """,
    "a movement is not one sent e-mail": """
        update notification.deliveries set state = 'waiting', sent_at = null where sequence = 2
    """,
    "a completed payment was not captured once": """
        update account.holds set state = 'RELEASED', captured_minor = 0, released_minor = 2012
        where hold_id = :PAID_HOLD
    """,
    "a payment stands on the clearing of another rail": """
        update payment.payments set rail = 'RTGS' where payment_id = :PAID
    """,
    "a payment's entry is not its amount, its fee and the tax on it": """
        update account.postings set amount_minor = 11 where amount_minor = 10
    """,
    "a payment that was not made keeps money": """
        update account.holds set state = 'OPEN', released_minor = 0, ended_at = null
        where hold_id = :REFUSED_HOLD
    """,
    "a payment and the rail disagree": """
        update payment.sagas set phase = 'failed' where saga_id = :PAID
    """,
    "what another bank paid is not booked once, or is although it goes back": """
        update payment.sagas set data = '{"code": "unknown-account"}' where saga_id = :CREDITED
    """,
    "an entry is there that no other bank has paid": """
        delete from payment.incoming_payments
    """,
    "an acknowledged transfer is not there once": """
        delete from account.entries where entry_id = :TRANSFER
    """,
    "a transfer is there that nobody was told of": """
        update account.entries set kind = 'TRANSFER' where reference = 'R1'
    """,
    "a payment's end is not what was told": """
        update payment.sagas set phase = 'cancelled' where saga_id = :REFUSED
    """,
    "a payment is there that nobody was told of": """
        insert into payment.payments select gen_random_uuid(), gen_random_uuid(), customer_id, rail,
            from_account, amount_minor, currency, payment_order, created_at
        from payment.payments limit 1
    """,
    "a loan is kept for a movement that is over": """
        update loan.loans set operation_id = :REPAID, operation = 'repayment'
    """,
    "a movement of a loan is half done": """
        delete from loan.loan_events where operation_id = :REPAID
    """,
    "an accrual is half done": """
        update loan.accruals set state = 'refused'
    """,
    "an entry of loans belongs to no movement": """
        delete from loan.sagas where saga_id = :ACCRUAL
    """,
    "what is noted for loans is not what the ledger holds": """
        update loan.loan_books set minor = minor + 1 where line = 'INTEREST-INCOME'
    """,
    "what is owed of a loan is not what its entries have moved": """
        update loan.loans set outstanding_minor = outstanding_minor + 1
    """,
    "what was paid out of a loan is not what happened to it": """
        update loan.loans set disbursed_minor = disbursed_minor - 1
    """,
    "what happened to a loan has a gap": """
        update loan.loan_events set sequence = 3 where sequence = 2
    """,
    "a loan is not what was told of it": """
        update loan.loan_events set amount_minor = amount_minor + 1 where kind = 'repaid'
    """,
    "a loan is there that nobody was told of": """
        insert into loan.loans (loan_id, requested_by, customer_id, account_number, product_code,
            product_version, currency, principal_minor, terms, key_facts, scorecard, state,
            applied_by, applied_at, applied_on, updated_at)
        select gen_random_uuid(), gen_random_uuid(), customer_id, account_number, product_code,
            product_version, currency, principal_minor, terms, key_facts, scorecard, 'applied',
            applied_by, applied_at, applied_on, updated_at from loan.loans
    """,
}


@pytest.fixture(scope="module")
async def scratch(databases: Databases) -> AsyncIterator[Connection]:
    """An administrator's connection to a database whose books are in order."""
    async with databases.fresh() as database:
        connection = await asyncpg.connect(database.admin_url)
        try:
            await connection.execute(BOOKS)
            yield connection
        finally:
            await connection.close()


@pytest.fixture
async def books(scratch: Connection) -> AsyncIterator[Connection]:
    """The same; what a test plants is taken out again."""
    transaction = scratch.transaction()
    await transaction.start()
    yield scratch
    await transaction.rollback()


async def test_books_in_order_give_no_findings(books: Connection) -> None:
    assert await _audit(books) == []


@pytest.mark.parametrize("check", PLANTS)
async def test_what_is_planted_is_found(books: Connection, check: str) -> None:
    await books.execute(UNGUARDED)
    await books.execute(written(PLANTS[check]))

    found = await _audit(books)

    assert check in {finding.check for finding in found}


async def test_an_answer_given_under_two_keys_is_found(books: Connection) -> None:
    told = TOLD_OF_THE_BOOKS
    twice = Told(told.accounts, [*told.transfers, *told.transfers], told.payments)

    [finding] = await audit_told(books, twice)

    assert finding.row["entry_id"] == TRANSFER


async def test_a_transfer_told_of_that_never_was_is_found(books: Connection) -> None:
    told = TOLD_OF_THE_BOOKS
    other = (UUID(int=99), ALICE, BOB, 1)

    [finding] = await audit_told(
        books, Told(told.accounts, [*told.transfers, other], told.payments)
    )

    assert finding.row["entry_id"] == other[0]


async def test_a_transfer_the_other_way_round_is_found(books: Connection) -> None:
    told = TOLD_OF_THE_BOOKS
    turned = [(TRANSFER, BOB, ALICE, 1_000)]

    [finding] = await audit_told(books, Told(told.accounts, turned, told.payments))

    assert finding.check == "an acknowledged transfer is not there once"


async def test_money_that_the_rail_paid_and_we_know_nothing_of_is_found(books: Connection) -> None:
    rail = RailMemory({**RAIL.verdicts, UUID(int=77): RAIL.verdicts[PAID]})

    [finding] = await audit_payments(books, rail)

    assert finding.row["saga_id"] == UUID(int=77)


def test_every_check_has_a_plant() -> None:
    checks = {*ALWAYS, *SETTLED, *PAYMENTS, *INCOMING, *TOLD, *LOANS, *TOLD_LOANS} - {
        "one transfer was acknowledged under two keys"
    }
    assert PLANTS.keys() == checks


async def _audit(books: Connection) -> list[Finding]:
    return [
        *await audit_always(books),
        *await audit_settled(books),
        *await audit_payments(books, RAIL),
        *await audit_told(books, TOLD_OF_THE_BOOKS),
        *await audit_loans(books),
        *await audit_told_loans(books, TOLD_OF_THE_LOANS, [ALICE, BOB]),
    ]
