"""An application for a loan: its terms, what its borrower is told, and how it is scored."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from contracts.account.accounts import Account
from contracts.account.values import AccountStatus
from contracts.customer import Customer, CustomerStatus, KycStatus
from contracts.loan.applications import ApplyForLoan
from contracts.loan.loans import KeyFacts
from contracts.loan.penal import PenalTerms
from contracts.loan.products import LoanProduct
from contracts.loan.quotes import LoanSchedule, QuoteLoan
from contracts.loan.shape import Shape
from contracts.money import CurrencyMismatch
from infra.runtime.clock import business_date
from services.loan.domain.accrual import part_of_year
from services.loan.domain.fees import fees_kept_back, fees_with_instalments
from services.loan.domain.refusals import AccountNotOpen, CustomerNotActive, UnknownLoanAccount
from services.loan.domain.scoring import Known

_NO_CREDIT = frozenset({AccountStatus.CLOSED, AccountStatus.FROZEN})


@dataclass(frozen=True, slots=True)
class Record:
    """How a customer has repaid so far."""

    running_loans: int
    days_past_due: int


def check_customer(customer: Customer) -> None:
    """Ask whether loans are made to this customer.

    Raises:
        CustomerNotActive
    """
    is_active = customer.status is CustomerStatus.ACTIVE
    if not is_active or customer.kyc_status is KycStatus.REJECTED:
        raise CustomerNotActive


def check_account(account: Account, wish: ApplyForLoan) -> None:
    """Ask whether the loan can be paid out into this account.

    Raises:
        UnknownLoanAccount: it is another customer's.
        AccountNotOpen, CurrencyMismatch
    """
    if account.customer_id != wish.customer_id:
        raise UnknownLoanAccount
    if account.status in _NO_CREDIT:
        raise AccountNotOpen
    if account.currency is not wish.currency:
        raise CurrencyMismatch


def known_of(
    wish: ApplyForLoan,
    terms: QuoteLoan,
    customer: Customer,
    account: Account,
    schedule: LoanSchedule,
    record: Record,
    today: date,
) -> Known:
    """What the scorecard looks at."""
    return Known(
        customer=customer,
        account_opened_on=business_date(account.opened_at),
        account_balance_minor=account.balance_minor,
        instalment_minor=schedule.instalment_minor,
        income_minor=wish.monthly_income_minor,
        running_loans=record.running_loans,
        days_past_due=record.days_past_due,
        instalments_a_year=1 / part_of_year(terms),
        repaid_on=schedule.instalments[-1].due_date,
        today=today,
    )


def key_facts(
    loan_id: UUID,
    wish: ApplyForLoan,
    product: LoanProduct,
    terms: QuoteLoan,
    schedule: LoanSchedule,
    today: date,
    benchmark_rate: Decimal | None = None,
) -> KeyFacts:
    """What the borrower is told; the fees and penal charges that are here are all there will be."""
    fees = fees_kept_back(product.fees, terms.principal_minor)
    fees_minor = sum(fee.amount_minor + fee.tax_minor for fee in fees)
    return KeyFacts(
        loan_id=loan_id,
        customer_id=wish.customer_id,
        account_number=wish.account_number,
        product_code=product.code,
        product_name=product.name,
        product_version=product.version,
        prepared_on=today,
        currency=terms.currency,
        principal_minor=terms.principal_minor,
        annual_rate=terms.annual_rate,
        benchmark=product.benchmark,
        benchmark_rate=benchmark_rate,
        method=terms.method,
        frequency=terms.frequency,
        counting=product.counting,
        **wish.model_dump(include=set(Shape.model_fields)),
        instalments=len(schedule.instalments),
        instalment_minor=schedule.instalment_minor,
        first_due_date=schedule.instalments[0].due_date,
        last_due_date=schedule.instalments[-1].due_date,
        fees=fees,
        fees_minor=fees_minor,
        instalment_fees=fees_with_instalments(terms, schedule.instalments),
        net_disbursed_minor=terms.principal_minor - fees_minor,
        total_interest_minor=schedule.total_interest_minor,
        total_due_minor=schedule.total_due_minor,
        apr=schedule.apr,
        **{name: getattr(product, name) for name in PenalTerms.model_fields},
        cooling_off_days=product.cooling_off_days,
        schedule=schedule.instalments,
    )
