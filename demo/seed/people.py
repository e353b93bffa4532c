"""What the demo consists of: a branch, products, staff, and customers with their accounts."""

from dataclasses import dataclass

from pydantic import BaseModel

from contracts.account.values import AccountType
from contracts.customer import Gender
from contracts.envelope import Role

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
