"""The chart of accounts: the names of the bank's own accounts, and which group an account is of."""

from enum import StrEnum

from contracts.money import Currency
from services.account.domain.ledger.accounts import LedgerAccount

CASH = "CASH"
FEE_INCOME = "FEE-INCOME"
GST_PAYABLE = "GST-PAYABLE"


class Group(StrEnum):
    CUSTOMERS = "customers"
    CASH = "cash"
    CLEARING = "clearing"
    SETTLEMENT = "settlement"
    SUSPENSE = "suspense"
    LOANS = "loans"
    LOSSES = "losses"
    TAX = "tax"
    INCOME = "income"
    EXPENSE = "expense"
    COMPENSATION = "compensation"
    EQUITY = "equity"


GROUP_OF_LINE = {
    CASH: Group.CASH,
    "CLEARING-IMPS": Group.CLEARING,
    "CLEARING-RTGS": Group.CLEARING,
    "CLEARING-NEFT": Group.CLEARING,
    "SETTLEMENT": Group.SETTLEMENT,
    "SETTLEMENT-DIFFERENCES": Group.SETTLEMENT,
    "CLEARING-UPI": Group.CLEARING,
    "SUSPENSE": Group.SUSPENSE,
    "LOANS": Group.LOANS,
    "LOAN-INTEREST-RECEIVABLE": Group.LOANS,
    "LOAN-FEES-RECEIVABLE": Group.LOANS,
    "LOAN-PENALTIES-RECEIVABLE": Group.LOANS,
    "INTEREST-SUSPENSE": Group.LOANS,
    "LOAN-OVERPAID": Group.LOANS,
    "LOAN-PROVISION": Group.LOANS,
    "LOAN-LOSSES": Group.LOSSES,
    "PROVISION-EXPENSE": Group.LOSSES,
    GST_PAYABLE: Group.TAX,
    FEE_INCOME: Group.INCOME,
    "INTEREST-INCOME": Group.INCOME,
    "PENAL-INCOME": Group.INCOME,
    "RECOVERY-INCOME": Group.INCOME,
    "INTEREST-EXPENSE": Group.EXPENSE,
    "COMPENSATION": Group.COMPENSATION,
    "CAPITAL": Group.EQUITY,
    "RETAINED-EARNINGS": Group.EQUITY,
}


def internal_number(gl_code: str, currency: Currency) -> str:
    """The bank's own account for a line of the chart: `internal_number(CASH, INR)`."""
    return f"GL-{gl_code}-{currency.value}"


def group_of(account: LedgerAccount) -> Group | None:
    """None for a line of the chart that is of no group: nobody books on it."""
    if account.customer_id is not None:
        return Group.CUSTOMERS
    return GROUP_OF_LINE.get(account.gl_code)
