"""Every loan made anew from its terms and events, and held against what is kept and booked of it.

All is read as the database's administrator in one snapshot, a batch of loans at a time, so that the
bank may be at work meanwhile. Sums are held against the ledger's own lines; where one differs, the
loans are named for which not that is noted which was booked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from infra.data.database import Connection
from services.account.store import AccountStore
from services.loan.domain.classifying import misclassified
from services.loan.domain.controlling import control_lines
from services.loan.domain.provisioning import percents_of
from services.loan.domain.verifying import faults
from services.loan.store import LoanStore

LOANS_AT_ONCE = 100
NAMED_MAX = 100
JOB = "end-of-day-of-loans"

Say = Callable[[str], None]


@dataclass
class Verified:
    """How many loans were made anew, and how many differences were told."""

    loans: int = 0
    differences: int = 0
    under_way: int = 0  # movements that the books have not answered, so that sums may differ


async def verify(url: str, say: Say, loan_id: UUID | None = None) -> Verified:
    """Tell each difference of one loan, or of all and of their sums."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "loan, account"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await verify_loans(connection, say, loan_id)
    finally:
        await connection.close()


async def verify_loans(db: Connection, say: Say, loan_id: UUID | None) -> Verified:
    """The same on a connection that looks into the schema of loans, and then into the ledger's."""
    store, verified = LoanStore(db), Verified()

    def tell(words: str) -> None:
        verified.differences += 1
        say(words)

    verified.under_way = await store.under_way()
    days = await store.days_that_may_have_written(JOB)
    rates = {day: await store.provision_rates(day) for day in days}
    batch = [loan_id] if loan_id else await store.loan_ids(None, LOANS_AT_ONCE)
    while batch:
        kept = await store.kept_of(batch)
        events = await store.events_of(batch)
        if days:
            await _verify_borrowers(store, batch, days[-1], tell)
        for each in batch:
            loan = await store.file(each)
            if loan is None:
                tell(f"{each}: there is no such loan")
                continue
            terms = await store.product_terms(loan.product_code, loan.product_version)
            percents = {day: percents_of(rates[day], is_secured=terms.secured) for day in days}
            for words in faults(loan, events[each], terms.servicing, percents, kept[each]):
                tell(f"{each}: {words}")
            verified.loans += 1
        batch = [] if loan_id else await store.loan_ids(batch[-1], LOANS_AT_ONCE)
    if loan_id is None:
        await _verify_sums(store, tell, say, verified)
    return verified


async def _verify_borrowers(store: LoanStore, batch: Sequence[UUID], day: date, tell: Say) -> None:
    """Classify the borrowers of these loans again, by the last date whose work is whole."""
    customers = {each.customer_id for each in await store.files(batch)}
    for loan_id, words in misclassified(await store.borrowed(customers, day), day):
        if loan_id in batch:
            tell(f"{loan_id}: {words}")


async def _verify_sums(store: LoanStore, tell: Say, say: Say, verified: Verified) -> None:
    """Hold what all loans have noted against the ledger, line by line."""
    for loan_id, line, _, has, booked in await store.noted_otherwise(NAMED_MAX):
        tell(f"{loan_id}: {line} is noted as {has}, booked {booked}")
    held = {
        (line.gl_code, str(line.currency)): line.credit_minor - line.debit_minor
        for line in await AccountStore(store.db).trial_balance(None)
    }
    for each in control_lines(await store.noted(), held):
        if not each.difference_minor:
            continue
        words = (
            f"{each.line} {each.currency}: the ledger holds {each.held_minor},"
            f" all loans have noted {each.noted_minor}"
        )
        if verified.under_way:
            say(f"{words}, while {verified.under_way} movements are under way")
        else:
            tell(words)
