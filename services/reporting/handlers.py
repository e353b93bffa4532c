"""The reporting service's messages, one function each."""

from collections.abc import Sequence

from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.audit import AuditSealed
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from infra.handling.context import Asked, Context
from infra.handling.seals import keep_head
from infra.handling.service import Service
from services.reporting.domain import totals_of, uncounted
from services.reporting.store import ReportingStore

# Nobody waits for what is kept here, and one commit for many events spares the others the machine.
service = Service("reporting", ReportingStore, gather_seconds=0.1)


@service.hears_many(AccountDebited, AccountCredited)
async def on_moved(heard: Sequence[Asked[Moved]], store: ReportingStore) -> None:
    """Count each posting once, on its business date and its line of the chart of accounts."""
    moved = [each.message for each in heard]
    counted = await store.lock_counted({each.account_number for each in moved})
    fresh = uncounted(moved, counted)
    if fresh:
        await store.count(fresh, totals_of(fresh))


@service.hears(AuditSealed)
async def on_audit_sealed(event: AuditSealed, store: ReportingStore, context: Context) -> None:
    """Keep how far each service's audit trail goes, out of that service's reach."""
    if context.sender == event.service:
        await keep_head(store.db, event)


@service.answers(GetTrialBalanceReport)
async def get_trial_balance_report(
    query: GetTrialBalanceReport, store: ReportingStore, context: Context
) -> TrialBalanceReport:
    """Totals of all that was counted, up to the end of the business date asked for."""
    lines, postings = await store.trial_balance(query.as_of)
    return TrialBalanceReport(
        as_of=query.as_of,
        lines=tuple(lines),
        postings_counted=postings,
        gaps=await store.accounts_with_gaps(),
    )
