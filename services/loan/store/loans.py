"""Loans: applied for, decided, found and listed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.envelope import Role, Subject
from contracts.loan.applications import ApplyForLoan
from contracts.loan.loans import KeyFacts, Loan
from contracts.loan.quotes import QuoteLoan
from contracts.loan.values import LoanState, Scorecard
from contracts.money import Currency, Money
from infra.data.store import Store
from services.loan.domain.applying import Record
from services.loan.domain.files import LoanFile

# What staff know of a borrower and each other.
_FOR_STAFF = (
    "scorecard", "applied_by", "decided_by", "approved_by", "decided_at", "decision_reason",
    "stage", "npa_since", "provision_minor",
)  # fmt: skip
_LOANS = """
select loans.*, coalesce((select minor from loan_books b
    where b.loan_id = loans.loan_id and line = 'LOAN-PROVISION'), 0) as provision_minor
from loans"""


class KeptLoans(Store):
    async def apply(
        self,
        wish: ApplyForLoan,
        terms: QuoteLoan,
        facts: KeyFacts,
        scorecard: Scorecard,
        *,
        requested_by: UUID,
        applied_by: str,
        now: datetime,
    ) -> bool:
        """Keep an application; False if this very request was made before."""
        written = await self.db.execute(
            "insert into loans (loan_id, requested_by, customer_id, account_number, product_code,"
            " product_version, currency, principal_minor, terms, key_facts, scorecard, state,"
            " applied_by, applied_at, applied_on, updated_at) values ($1, $2, $3, $4, $5, $6, $7,"
            " $8, $9, $10, $11, 'applied', $12, $13, $14, $13)"
            " on conflict (requested_by) do nothing",
            facts.loan_id,
            requested_by,
            wish.customer_id,
            wish.account_number,
            facts.product_code,
            facts.product_version,
            facts.currency,
            wish.principal_minor,
            terms.model_dump_json(),
            facts.model_dump_json(),
            scorecard.model_dump_json(),
            applied_by,
            now,
            facts.prepared_on,
        )
        return bool(written == "INSERT 0 1")

    async def lock_loan(self, loan_id: UUID) -> LoanFile | None:
        """The loan as it is kept, locked until the transaction ends."""
        found = await self.lock_loans([loan_id])
        return found[0] if found else None

    async def lock_loans(self, loan_ids: Collection[UUID]) -> list[LoanFile]:
        """These loans as they are kept, by id, locked until the transaction ends."""
        rows = await self.db.fetch(
            "select l.*, (select count(*) from loan_events e where e.loan_id = l.loan_id"
            " and e.kind = 'disbursed') as tranches"
            " from loans l where loan_id = any($1::uuid[]) order by loan_id for update of l",
            list(loan_ids),
        )
        return [_file(row) for row in rows]

    async def file(self, loan_id: UUID) -> LoanFile | None:
        """The loan as it is kept, to be read."""
        found = await self.files([loan_id])
        return found[0] if found else None

    async def files(self, loan_ids: Collection[UUID]) -> list[LoanFile]:
        """These loans as they are kept, by id, to be read."""
        rows = await self.db.fetch(
            "select l.*, (select count(*) from loan_events e where e.loan_id = l.loan_id"
            " and e.kind = 'disbursed') as tranches"
            " from loans l where loan_id = any($1::uuid[]) order by loan_id",
            list(loan_ids),
        )
        return [_file(row) for row in rows]

    async def decide(
        self,
        loan_id: UUID,
        state: LoanState,
        *,
        by: str,
        approved_by: str | None,
        reason: str,
        now: datetime,
    ) -> None:
        """Keep who approved or rejected an application, and why."""
        await self.db.execute(
            "update loans set state = $2, decided_by = $3, approved_by = $4, decided_at = $5,"
            " decision_reason = $6, updated_at = $5 where loan_id = $1",
            loan_id,
            state,
            by,
            approved_by,
            now,
            reason or None,
        )

    async def set_state(self, loan_id: UUID, state: LoanState, now: datetime) -> None:
        """For a loan that was given up before it had a standing."""
        await self.db.execute(
            "update loans set state = $2, updated_at = $3 where loan_id = $1", loan_id, state, now
        )

    async def principals(self, loan_ids: Collection[UUID]) -> dict[UUID, Money]:
        """How much each of these loans is for."""
        rows = await self.db.fetch(
            "select loan_id, principal_minor, currency from loans where loan_id = any($1::uuid[])",
            list(loan_ids),
        )
        return {row[0]: Money(minor=row[1], currency=Currency(row[2])) for row in rows}

    async def record_of(self, customer_id: int) -> Record:
        """How this customer has repaid so far."""
        row = await self.db.fetchrow(
            "select count(*) filter (where state = 'active'),"
            " coalesce(max(days_past_due), 0) from loans where customer_id = $1",
            customer_id,
        )
        assert row is not None
        return Record(row[0], row[1])

    async def loan(self, loan_id: UUID, viewer: Subject) -> Loan | None:
        """One loan, as far as the viewer may see it."""
        row = await self.db.fetchrow(f"{_LOANS} where loan_id = $1", loan_id)
        if row is None or not viewer.may_touch(row["customer_id"]):
            return None
        return _shown(row, viewer)

    async def page(
        self,
        viewer: Subject,
        *,
        customer_id: int | None,
        state: LoanState | None,
        days_past_due_min: int | None,
        before: UUID | None,
        limit: int,
    ) -> list[Loan]:
        """Loans, newest first; None does not filter."""
        rows = await self.db.fetch(
            f"{_LOANS} where ($1::bigint is null or customer_id = $1)"
            " and ($2::text is null or state = $2)"
            " and ($3::integer is null or days_past_due >= $3)"
            " and ($4::uuid is null or loan_id < $4) order by loan_id desc limit $5",
            customer_id,
            state,
            days_past_due_min,
            before,
            limit,
        )
        return [_shown(row, viewer) for row in rows]


def _file(row: asyncpg.Record) -> LoanFile:
    return LoanFile(
        loan_id=row["loan_id"],
        state=LoanState(row["state"]),
        customer_id=row["customer_id"],
        account_number=row["account_number"],
        product_code=row["product_code"],
        product_version=row["product_version"],
        currency=Currency(row["currency"]),
        principal_minor=row["principal_minor"],
        terms=QuoteLoan.model_validate_json(row["terms"]),
        key_facts=KeyFacts.model_validate_json(row["key_facts"]),
        applied_by=row["applied_by"],
        operation_id=row["operation_id"],
        disbursed_minor=row["disbursed_minor"],
        disbursed_on=row["disbursed_on"],
        tranches=row["tranches"],
        ended_on=row["ended_on"],
    )


def _shown(row: asyncpg.Record, viewer: Subject) -> Loan:
    facts = KeyFacts.model_validate_json(row["key_facts"])
    as_kept = {name: row[name] for name in Loan.model_fields if name in row.keys()}  # noqa: SIM118
    as_told = facts.model_dump(include=set(Loan.model_fields) - as_kept.keys())
    loan = Loan(
        **{**as_kept, **as_told, "scorecard": Scorecard.model_validate_json(row["scorecard"])}
    )
    if viewer.role is Role.CUSTOMER:
        return loan.model_copy(update=dict.fromkeys(_FOR_STAFF))
    return loan
