"""Borrowers with several loans, whose loans are classified together."""

from collections.abc import Collection
from datetime import date

from services.loan.domain.classifying import Borrowed
from services.loan.store.happenings import Happenings
from services.loan.store.loans import KeptLoans
from services.loan.store.products import LoanProducts

# Of whom the end of a day may find something: he owes on it what was due, he was found not to
# perform once, the bank lost a loan of his, or something has happened since that hides it.
_LOANS = """
select loan_id from loans where disbursed_on is not null and customer_id in (
    select customer_id from loans l
    where customer_id = any($1::bigint[]) and disbursed_on is not null
    group by customer_id having count(*) > 1 and bool_or(
        state = 'written_off'
        or exists (select from loan_instalments i where i.loan_id = l.loan_id
            and i.outstanding_minor > 0 and i.due_date <= $2)
        or exists (select from loan_events e where e.loan_id = l.loan_id
            and (e.kind = 'classified' or e.booked_on > $2))))
"""


class Borrowers(LoanProducts, KeptLoans, Happenings):
    async def borrowed(self, customers: Collection[int], day: date) -> list[Borrowed]:
        """All loans of those of these customers who have several, of whom at the end of the day
        something may be found; read for all of them at once."""
        rows = await self.db.fetch(_LOANS, list(customers), day)
        if not rows:
            return []
        files = await self.files([row[0] for row in rows])
        events = await self.events_of([each.loan_id for each in files])
        rules = await self.rules_of(files)
        return [Borrowed(each, events[each.loan_id], rules[each.loan_id]) for each in files]
