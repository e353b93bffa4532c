"""What the ledger should hold of a loan: it follows from the position, line by line of the chart.

Amounts are signed as in the ledger, credit positive: what the borrower owes is negative. All lines
of a position, and what went over customers' accounts and cash for it, add up to zero. So a booking
is always the difference between two such maps, whatever happened between them.
"""

from collections.abc import Mapping
from fractions import Fraction

from contracts.account.values import Leg
from contracts.money import Currency
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.position import Instalment, Position

LOANS = "LOANS"
INTEREST_RECEIVABLE = "LOAN-INTEREST-RECEIVABLE"
FEES_RECEIVABLE = "LOAN-FEES-RECEIVABLE"
PENALTIES_RECEIVABLE = "LOAN-PENALTIES-RECEIVABLE"
OVERPAID = "LOAN-OVERPAID"
TAX = "GST-PAYABLE"
LOSSES = "LOAN-LOSSES"
INTEREST_INCOME = "INTEREST-INCOME"
INTEREST_SUSPENSE = "INTEREST-SUSPENSE"
FEE_INCOME = "FEE-INCOME"
PENAL_INCOME = "PENAL-INCOME"
RECOVERY_INCOME = "RECOVERY-INCOME"
PROVISION = "LOAN-PROVISION"
PROVISION_EXPENSE = "PROVISION-EXPENSE"
# On which loans alone are booked.
CONTROL = frozenset(
    {
        LOANS, INTEREST_RECEIVABLE, FEES_RECEIVABLE, PENALTIES_RECEIVABLE, OVERPAID, LOSSES,
        INTEREST_SUSPENSE, PENAL_INCOME, RECOVERY_INCOME, PROVISION, PROVISION_EXPENSE,
    }
)  # fmt: skip
# Where others book too, so that what loans have there is a part of the line alone.
SHARED = frozenset({INTEREST_INCOME, FEE_INCOME, TAX})


def own_account(line: str, currency: Currency) -> str:
    """The number of the bank's own account for a line: `GL-LOANS-INR`."""
    return f"GL-{line}-{currency}"


def own_legs(lines: Mapping[str, int], currency: Currency) -> tuple[Leg, ...]:
    """What is to be booked on the bank's own accounts."""
    return tuple(
        Leg(account_number=own_account(line, currency), amount_minor=minor)
        for line, minor in lines.items()
    )


def books(position: Position, *, is_npa: bool = False) -> dict[str, int]:
    """What is to be booked for this loan by line, lines with nothing left out; what is provided for
    it is beside this (provisioning.py).

    Of a loan that does not perform, interest that was earned and not paid is no income, whether it
    became principal or not, and no more are penal charges that are not paid: all of it waits in
    suspense until it is.
    """
    interest = [earned_of(position, each) for each in position.instalments]
    unpaid = sum(interest) - sum(_done(each) for each in position.instalments)
    unpaid -= position.capitalised_minor
    to_come = sum(each.fee_to_come_minor for each in position.instalments)
    fees = sum(each.fees.due_minor - each.fees.waived_minor for each in position.instalments)
    penal = sum(
        each.penalties.due_minor - each.penalties.waived_minor for each in position.instalments
    )
    fees_tax = position.kept_back_tax_minor + position.fees_tax_minor
    waived = sum(each.interest.waived_minor for each in position.instalments)
    earned = sum(interest) - waived
    suspended_penal = _unpaid_penal(position, penal) if is_npa else 0
    suspended = unpaid + position.unrealised_minor if is_npa else 0
    lines = {
        LOANS: -position.principal_minor,
        INTEREST_RECEIVABLE: -unpaid,
        FEES_RECEIVABLE: to_come
        - sum(each.fees.outstanding_minor for each in position.instalments),
        PENALTIES_RECEIVABLE: -sum(
            each.penalties.outstanding_minor for each in position.instalments
        ),
        INTEREST_INCOME: earned - suspended,
        INTEREST_SUSPENSE: suspended + suspended_penal,
        FEE_INCOME: position.kept_back_minor + fees - to_come - fees_tax,
        PENAL_INCOME: penal - position.penalties_tax_minor - suspended_penal,
        TAX: fees_tax + position.penalties_tax_minor,
        OVERPAID: position.overpaid_minor,
        RECOVERY_INCOME: position.recovered_minor,
    }
    if position.written_off is not None:
        _write_off(lines)
    return {line: minor for line, minor in lines.items() if minor}


def over_accounts(position: Position) -> int:
    """What went to accounts of customers and cash, less what came from there."""
    return (
        position.disbursed_minor
        - position.kept_back_minor
        - position.repaid_minor
        - position.recovered_minor
        + position.refunded_minor
    )


def difference(wanted: Mapping[str, int], booked: Mapping[str, int]) -> dict[str, int]:
    """What is still to be booked, by line."""
    lines = {**dict.fromkeys(booked, 0), **wanted}
    return {
        line: minor - booked.get(line, 0)
        for line, minor in lines.items()
        if minor != booked.get(line, 0)
    }


def earned_of(position: Position, instalment: Instalment) -> int:
    """Interest of an instalment's period that was earned by the position's date, waived or not,
    and whenever it is due."""
    own = instalment.own_interest_minor
    if instalment.due_on <= position.on:
        return own
    accrued = position.accrued_minor if instalment.start_on < position.on else 0
    return max(min(accrued, own), _done(instalment) - instalment.brought_minor)


def _done(instalment: Instalment) -> int:
    return instalment.interest.paid_minor + instalment.interest.waived_minor


def _unpaid_penal(position: Position, penal: int) -> int:
    """Of these penal charges what is not paid, without its share of the tax."""
    unpaid = sum(each.penalties.outstanding_minor for each in position.instalments)
    net = penal - position.penalties_tax_minor
    return rounded(Fraction(net * unpaid, penal)) if penal else 0


def _write_off(lines: dict[str, int]) -> None:
    """What is owed leaves the books as a loss; what was in suspense was no income to lose."""
    owed = [LOANS, INTEREST_RECEIVABLE, FEES_RECEIVABLE, PENALTIES_RECEIVABLE]
    lines[LOSSES] = sum(lines[line] for line in owed) + lines[INTEREST_SUSPENSE]
    lines[INTEREST_SUSPENSE] = 0
    for line in owed:
        lines[line] = 0
