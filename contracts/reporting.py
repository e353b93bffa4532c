"""What the reporting service can be asked: figures rebuilt from events."""

from datetime import date

from contracts.account.books import TrialBalanceLine
from contracts.envelope import READERS, Message, Query


class TrialBalanceReport(Message):
    """Totals per line of the chart of accounts, kept from AccountDebited and AccountCredited."""

    as_of: date | None
    lines: tuple[TrialBalanceLine, ...]
    postings_counted: int
    gaps: int  # accounts that miss a posting before one that was counted


class GetTrialBalanceReport(Query):
    """Figures at the end of the business date `as_of`; None: all that was heard so far."""

    reply = TrialBalanceReport
    roles = READERS

    as_of: date | None = None
