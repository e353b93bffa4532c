"""Loans that are overdue, as those see them who collect."""

from uuid import UUID

from contracts.loan.collecting import LoanToCollect
from contracts.loan.values import Classification
from infra.data.store import Store

_PAGE = """
with page as (
    select loan_id, customer_id, account_number, product_code, currency, overdue_minor,
        overdue_since, days_past_due, classification, classified_by, outstanding_minor
    from loans
    where overdue_minor > 0 and state = 'active'
        and ($1::text is null or classification = $1)
        and ($2::integer is null or days_past_due >= $2)
        and ($3::integer is null or (days_past_due, loan_id) < ($3, $4::uuid))
    order by days_past_due desc, loan_id desc limit $5
)
select page.*, late.instalments as instalments_overdue, paid.value_date as last_paid_on,
    coalesce(paid.amount_minor, 0) as last_paid_minor
from page
cross join lateral (
    select count(*) as instalments from loan_instalments i
    where i.loan_id = page.loan_id and i.outstanding_minor > 0
        and i.due_date <= page.overdue_since + page.days_past_due
        and i.due_date < (select max(business_date) from business_days) -- late when it is over
) late
left join lateral (
    select value_date, amount_minor from loan_events e
    where e.loan_id = page.loan_id and e.kind = 'repaid' and not exists (
        select from loan_events back where back.loan_id = e.loan_id and back.reverses = e.sequence)
    order by sequence desc limit 1
) paid on true
order by page.days_past_due desc, page.loan_id desc
"""


class ToCollect(Store):
    async def to_collect(
        self,
        *,
        classification: Classification | None,
        days_past_due_min: int | None,
        before: tuple[int, UUID] | None,
        limit: int,
    ) -> list[LoanToCollect]:
        """The longest overdue first; `before` is where the last page ended."""
        days, loan_id = before or (None, None)
        rows = await self.db.fetch(_PAGE, classification, days_past_due_min, days, loan_id, limit)
        return [LoanToCollect(**row) for row in rows]
