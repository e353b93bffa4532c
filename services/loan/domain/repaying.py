"""What may be paid on a loan, taken back, given back, done without; each of it as an event."""

from collections.abc import Iterable
from datetime import date, timedelta

from contracts.account.values import VALUE_DATE_DAYS_BACK_MAX
from contracts.envelope import Role, Subject
from contracts.loan.repayments import RecoverLoan, RepayLoan, WaiveLoanDues
from contracts.loan.values import LoanState
from contracts.money import Currency, CurrencyMismatch, Money, Whole
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import (
    BackdatingNotAllowed,
    CashAtTillsOnly,
    DateAfterBusinessDate,
    LoanClosed,
    LoanGivenBack,
    LoanIsWrittenOff,
    LoanNotActive,
    LoanNotWrittenOff,
    OverpaymentRefunded,
    RecoveryAboveLoss,
    RefundAboveOverpaid,
    RepaymentAlreadyReversed,
    RepaymentBeforeDisbursement,
    RepaymentNotFound,
    SourceUnclear,
    WaiverAboveOwed,
)
from services.loan.domain.servicing.events import LoanEvent, Part, Repaid, RepaymentReversed
from services.loan.domain.servicing.position import Position

CASH = "CASH"


def check_active(loan: LoanFile) -> None:
    """Ask whether a loan is being repaid.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive
    """
    if loan.state is LoanState.CLOSED:
        raise LoanClosed
    if loan.state is LoanState.WRITTEN_OFF:
        raise LoanIsWrittenOff
    if loan.state is not LoanState.ACTIVE:
        raise LoanNotActive


def source_of(command: RepayLoan | RecoverLoan, loan: LoanFile, subject: Subject) -> str | None:
    """The account that pays, as it was named; None: cash.

    Raises:
        SourceUnclear, CashAtTillsOnly
    """
    if command.in_cash:
        if command.from_account is not None:
            raise SourceUnclear
        if subject.role is Role.CUSTOMER:
            raise CashAtTillsOnly
        return None
    return command.from_account or loan.account_number


def repaid(
    command: RepayLoan, loan: LoanFile, source: str | None, subject: Subject, today: date
) -> NewEvent:
    """The repayment as an event.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive: as in `check_active`.
        CurrencyMismatch
        DateAfterBusinessDate, RepaymentBeforeDisbursement, BackdatingNotAllowed: its day.
    """
    check_active(loan)
    check_currency(command.amount, loan.currency)
    day = command.paid_on or today
    if day > today:
        raise DateAfterBusinessDate
    if loan.disbursed_on is None or day < loan.disbursed_on:
        raise RepaymentBeforeDisbursement
    if day != today and subject.role is Role.CUSTOMER:
        raise BackdatingNotAllowed
    return NewEvent(
        kind="repaid",
        value_date=day,
        amount_minor=command.amount.minor,
        details={"from_account": source},
    )


def value_date_of(repayment: NewEvent, opened_on: date | None, today: date) -> date:
    """From when the account that pays counts a repayment: from when the loan does, as far back as
    the ledger goes, and not before there was the account."""
    earliest = today - timedelta(days=VALUE_DATE_DAYS_BACK_MAX)
    return min(today, max(repayment.value_date, earliest, opened_on or earliest))


def debited(loan: LoanFile, position: Position, debit_days: int) -> NewEvent | None:
    """What is debited today from the account of a loan by itself; None: nothing is.

    All that is due, as long as any of it fell due within so many days, today included.
    """
    due = [
        each
        for each in position.instalments
        if each.due_on <= position.on and each.outstanding_minor
    ]
    if not any((position.on - each.due_on).days < debit_days for each in due):
        return None
    return NewEvent(
        kind="repaid",
        value_date=position.on,
        amount_minor=sum(each.outstanding_minor for each in due),
        details={"from_account": loan.account_number},
    )


def check_currency(amount: Money | Whole, currency: Currency) -> None:
    if amount.currency is not currency:
        raise CurrencyMismatch(f"The loan is in {currency}.")


def repayment_of(events: Iterable[LoanEvent], sequence: int | None) -> Repaid:
    """The repayment with this number, if it still counts.

    Raises:
        RepaymentNotFound, RepaymentAlreadyReversed
    """
    found = [each for each in events if each.sequence == sequence]
    if not found or not isinstance(found[0], Repaid):
        raise RepaymentNotFound
    if any(isinstance(each, RepaymentReversed) and each.reverses == sequence for each in events):
        raise RepaymentAlreadyReversed
    return found[0]


def taken_back(loan: LoanFile, repayment: Repaid, reason: str, today: date) -> NewEvent:
    """A repayment that does not count.

    Raises:
        LoanIsWrittenOff: what was lost was computed with it.
        LoanGivenBack: what closed the loan was computed with it, and the fees came back.
    """
    if loan.state is LoanState.CANCELLED:
        raise LoanGivenBack
    if loan.state is LoanState.WRITTEN_OFF:
        raise LoanIsWrittenOff
    return NewEvent(
        kind="repayment-reversed",
        value_date=today,
        details={"reason": reason},
        reverses=repayment.sequence,
    )


def check_not_refunded(after: Position) -> None:
    """Ask whether what was given back was the borrower's all the same.

    Raises:
        OverpaymentRefunded
    """
    if after.overpaid_minor < 0:
        raise OverpaymentRefunded


def refunded(loan: LoanFile, amount: Money | Whole, now: Position, today: date) -> NewEvent:
    """What was paid too much, or a part of it, given back.

    Raises:
        CurrencyMismatch, RefundAboveOverpaid
    """
    check_currency(amount, loan.currency)
    minor = amount.minor if isinstance(amount, Money) else now.overpaid_minor
    if minor > now.overpaid_minor or minor <= 0:
        raise RefundAboveOverpaid
    return NewEvent(
        kind="refunded",
        value_date=today,
        amount_minor=minor,
        details={"to_account": loan.account_number},
    )


def waived(loan: LoanFile, command: WaiveLoanDues, today: date) -> NewEvent:
    """What the bank does without, as an event.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive, CurrencyMismatch
    """
    check_active(loan)
    check_currency(command.amount, loan.currency)
    return NewEvent(
        kind="waived",
        value_date=today,
        amount_minor=command.amount.minor,
        details={"part": command.part.value, "reason": command.reason},
    )


def check_waived(amount_minor: int, before: Position, after: Position) -> None:
    """Ask whether there was so much to do without.

    Raises:
        WaiverAboveOwed
    """
    counted = [sum(each.waived_minor for each in now.instalments) for now in (before, after)]
    if counted[1] - counted[0] < amount_minor:
        raise WaiverAboveOwed


def recovered(
    loan: LoanFile, command: RecoverLoan, source: str | None, now: Position, today: date
) -> NewEvent:
    """What is paid after the loss, as an event.

    Raises:
        LoanNotWrittenOff, CurrencyMismatch, RecoveryAboveLoss
    """
    if loan.state is not LoanState.WRITTEN_OFF or now.written_off is None:
        raise LoanNotWrittenOff
    check_currency(command.amount, loan.currency)
    if command.amount.minor > now.written_off.total_minor - now.recovered_minor:
        raise RecoveryAboveLoss
    return NewEvent(
        kind="recovered",
        value_date=today,
        amount_minor=command.amount.minor,
        details={"from_account": source},
    )


def paid_parts(position: Position, sequence: int) -> dict[str, int]:
    """What an event paid or waived of each part: `{"principal_minor": …, …}`."""
    return {
        f"{part.value}_minor": sum(
            each.amount_minor
            for each in position.allocations
            if each.sequence == sequence and each.part is part
        )
        for part in Part
    }
