"""What the demo consists of: a branch, products, staff, and customers with their accounts."""

from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from contracts.account.values import AccountType
from contracts.customer import Gender
from contracts.envelope import Role
from contracts.loan.products import CreateLoanProduct
from contracts.loan.servicing import PrepaymentRule, Recalculation, ServicingRules
from contracts.loan.terms import Fee

BRANCH = "BR001"
IFSC = "BANK0000001"
PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Person:
    """A demo customer with his first accounts and what he pays in."""

    username: str
    first_name: str
    last_name: str
    gender: Gender
    phone: str
    deposits_minor: dict[AccountType, int]

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"


class Login(BaseModel, frozen=True):
    username: str
    role: Role
    customer_id: int | None = None


PRODUCTS = {
    AccountType.SAVINGS: "Savings account",
    AccountType.CURRENT: "Current account",
}
LOAN_PRODUCTS = (
    CreateLoanProduct(
        code="PERSONAL",
        name="Personal loan",
        principal_min_minor=10_000_00,
        principal_max_minor=20_00_000_00,
        annual_rate_min=Decimal(9),
        annual_rate_max=Decimal(24),
        annual_rate=Decimal(12),
        instalments_min=3,
        instalments_max=84,
        fees=(Fee(name="Processing fee", percent=Decimal(1), tax_percent=Decimal(18)),),
        penal_rate=Decimal(24),
        penal_amount_minor=250_00,
        penal_grace_days=3,
        penal_cap_minor=1_000_00,
        cooling_off_days=3,
        servicing=ServicingRules(
            recalculation=Recalculation.DAILY, prepayment=PrepaymentRule.REDUCE_NUMBER
        ),
    ),
    CreateLoanProduct(
        code="HOME",
        name="Home loan",
        principal_min_minor=1_00_000_00,
        principal_max_minor=10_00_00_000_00,
        annual_rate_min=Decimal(7),
        annual_rate_max=Decimal(12),
        annual_rate=Decimal("8.5"),
        instalments_min=12,
        instalments_max=360,
        fees=(
            Fee(name="Processing fee", percent=Decimal("0.5"), tax_percent=Decimal(18)),
            Fee(name="Valuation", amount_minor=5_000_00, tax_percent=Decimal(18)),
        ),
        penal_rate=Decimal(18),
        cooling_off_days=3,
        tranches_max=5,
        principal_grace_max=36,
        moratorium_max=12,
    ),
)
STAFF = (
    Login(username="admin", role=Role.ADMIN),
    Login(username="manager", role=Role.MANAGER),
    Login(username="teller", role=Role.TELLER),
    Login(username="auditor", role=Role.AUDITOR),
)
PEOPLE = (
    Person(
        "alice", "Alice", "Anand", Gender.FEMALE, "+919800000001",
        {AccountType.SAVINGS: 50_000_00, AccountType.CURRENT: 1_000_000_00},
    ),
    Person("bob", "Bob", "Bhat", Gender.MALE, "+919800000002", {AccountType.SAVINGS: 10_000_00}),
)  # fmt: skip
