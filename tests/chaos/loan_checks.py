"""The auditor's questions about loans: each is whole in its own tables and in the ledger, or not.

LOANS       holds once nothing is on its way any more
TOLD_LOANS  compares what the callers of loans were told in the end with what was done
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from infra.data.database import Connection
from tests.chaos.auditor import Finding, columns, find

LOANS: Mapping[str, str] = {
    "a loan is kept for a movement that is over": """
        select loan_id, operation_id, operation from loan.loans where operation_id is not null
    """,
    "a movement of a loan is half done": """
        select s.saga_id, s.name, s.phase, kept.events, booked.entries
        from loan.sagas s,
            lateral (select count(*) as events from loan.loan_events e
                where e.operation_id = s.saga_id and e.loan_id::text = s.data ->> 'loan_id') kept,
            lateral (select count(*) as entries from account.entries n
                where n.reference = 'LOAN-' || replace(s.saga_id::text, '-', '')) booked
        where s.name <> 'accrual' and (kept.events, booked.entries)
            is distinct from ((s.phase = 'completed')::int, (s.phase = 'completed')::int)
    """,
    "an accrual is half done": """
        select a.accrual_id, a.business_date, a.state, booked.entries
        from loan.accruals a,
            lateral (select count(*) as entries from account.entries n
                where n.reference = 'ACCRUAL-' || replace(a.accrual_id::text, '-', '')) booked
        where a.state = 'sent' or booked.entries <> (a.state = 'booked')::int
    """,
    "an entry of loans belongs to no movement": """
        select n.entry_id, n.reference, n.amount_minor from account.entries n
        where n.kind = 'LOAN' and not exists (select from loan.sagas s where n.reference in (
            'LOAN-' || replace(s.saga_id::text, '-', ''),
            'ACCRUAL-' || replace(s.saga_id::text, '-', '')))
    """,
    "what is noted for loans is not what the ledger holds": """
        select line, currency, noted.minor, booked.minor as booked_minor
        from (
            select b.line, l.currency, sum(b.minor) as minor
            from loan.loan_books b join loan.loans l using (loan_id) group by 1, 2
        ) noted full join (
            select a.gl_code as line, p.currency, sum(p.amount_minor) as minor
            from account.entries n join account.postings p using (entry_id)
            join account.accounts a on a.id = p.account_id
            where n.kind = 'LOAN' and a.customer_id is null and a.gl_code <> 'CASH' group by 1, 2
        ) booked using (line, currency)
        where coalesce(noted.minor, 0) <> coalesce(booked.minor, 0)
    """,
    "what is owed of a loan is not what its entries have moved": """
        select loan_id, l.state, l.outstanding_minor, noted.minor, booked.minor as booked_minor
        from loan.loans l
        left join (select loan_id, minor from loan.loan_books where line = 'LOANS') noted
            using (loan_id)
        left join (
            select e.loan_id, sum(p.amount_minor) as minor
            from loan.loan_events e join account.entries n using (reference)
            join account.postings p using (entry_id)
            join account.accounts a on a.id = p.account_id
            where a.customer_id is null and a.gl_code = 'LOANS' group by 1
        ) booked using (loan_id)
        where coalesce(noted.minor, 0) <> coalesce(booked.minor, 0)
            or l.state <> 'written_off' and coalesce(noted.minor, 0) <> -l.outstanding_minor
    """,
    "what was paid out of a loan is not what happened to it": """
        select loan_id, l.state, l.disbursed_minor, e.minor
        from loan.loans l left join (
            select loan_id, sum(amount_minor) as minor from loan.loan_events
            where kind in ('disbursed', 'topped-up') group by 1
        ) e using (loan_id)
        where l.disbursed_minor <> coalesce(e.minor, 0)
    """,
    "what happened to a loan has a gap": """
        select loan_id, count(*), max(sequence) from loan.loan_events
        group by loan_id having count(*) <> max(sequence)
    """,
}

_GIVEN = """
with told as (
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
        as given(loan_id, disbursed_minor, repaid_minor, repayments)
), callers as (
    select * from unnest($5::text[]) as given(account_number)
)
"""
TOLD_LOANS: Mapping[str, str] = {
    "a loan is not what was told of it": """
        select told.*, l.disbursed_minor as disbursed, e.repaid, e.count
        from told left join loan.loans l using (loan_id), lateral (
            select coalesce(sum(amount_minor), 0) as repaid, count(*) from loan.loan_events e
            where e.loan_id = told.loan_id and e.kind = 'repaid') e
        where (l.disbursed_minor, e.repaid, e.count)
            is distinct from (told.disbursed_minor, told.repaid_minor, told.repayments)
    """,
    "a loan is there that nobody was told of": """
        select l.loan_id, l.account_number, l.state
        from loan.loans l join callers using (account_number)
        where not exists (select from told where told.loan_id = l.loan_id)
    """,
}


@dataclass(frozen=True, slots=True)
class ToldLoan:
    """What a caller was told in the end of one loan; amounts in minor units."""

    loan_id: UUID
    disbursed_minor: int
    repaid_minor: int
    repayments: int


async def audit_loans(database: Connection) -> list[Finding]:
    """Every loan is whole: in its own tables, and as the ledger has it."""
    return await find(database, LOANS)


async def audit_told_loans(
    database: Connection, told: Sequence[ToldLoan], accounts: Sequence[str]
) -> list[Finding]:
    """Every acknowledged movement is there once; only the callers have loans of these accounts."""
    rows = [
        (each.loan_id, each.disbursed_minor, each.repaid_minor, each.repayments) for each in told
    ]
    return await find(database, TOLD_LOANS, _GIVEN, *columns(rows, 4), list(accounts))
