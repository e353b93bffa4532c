"""The demo set up by commands, or what is missing of it."""

from datetime import date

from pydantic import BaseModel, SecretStr

from contracts.account.accounts import Account, AccountOpened, Accounts, ListAccounts, OpenAccount
from contracts.account.products import CreateBranch, CreateProduct
from contracts.auth import CreateUser
from contracts.customer import (
    CreateCustomer,
    Customer,
    CustomerCreated,
    Customers,
    CustomerStatus,
    ListCustomers,
)
from contracts.envelope import Message, Refused, Role
from demo.seed.asking import Seeder, SeedFailed
from demo.seed.people import (
    BRANCH,
    IFSC,
    LOAN_PRODUCTS,
    PASSWORD,
    PEOPLE,
    PRODUCTS,
    STAFF,
    Login,
    Person,
)

PAGE = 200


class Demo(BaseModel, frozen=True):
    """What the demo has in this bank; as JSON, the mark of a seeding that was finished."""

    logins: tuple[Login, ...]
    accounts: tuple[Account, ...]


async def seed(seeder: Seeder) -> Demo:
    """Set up the demo, or what is missing of it."""
    branch = CreateBranch(code=BRANCH, name="Main branch", city="Mumbai", ifsc_code=IFSC)
    _check(await seeder.make(branch, BRANCH), but="branch-exists")
    for account_type, name in PRODUCTS.items():
        product = CreateProduct(code=account_type.value, name=name, account_type=account_type)
        _check(await seeder.make(product, account_type), but="product-exists")
    for loans in LOAN_PRODUCTS:
        _check(await seeder.make(loans, loans.code), but="loan-product-exists")
    logins, accounts = list(STAFF), []
    for person in PEOPLE:
        customer = await _customer(seeder, person)
        username, role = person.username, Role.CUSTOMER
        logins.append(Login(username=username, role=role, customer_id=customer.id))
        accounts += await _accounts(seeder, person, customer)
    for login in logins:
        answer = await seeder.make(_user(login), login.username)
        _check(answer, but="username-taken")
        seeder.has_met_users |= isinstance(answer, Refused)
    return Demo(logins=tuple(logins), accounts=tuple(accounts))


async def _customer(seeder: Seeder, person: Person) -> Customer:
    command = CreateCustomer(
        first_name=person.first_name,
        last_name=person.last_name,
        date_of_birth=date(1990, 1, 1),
        gender=person.gender,
        email=person.email,
        phone=person.phone,
        address_line1="1 Marine Drive",
        city="Mumbai",
        state="Maharashtra",
        postal_code="400001",
    )
    made = await seeder.make(command, person.username)
    if isinstance(made, CustomerCreated):
        return made.customer
    _check(made, but="customer-exists")
    found = await _customer_of(seeder, person.email)
    if found is None:
        raise SeedFailed(f"somebody else has the phone number of {person.email}")
    return found


async def _customer_of(seeder: Seeder, email: str) -> Customer | None:
    """Who has exactly this address; a search finds all whose words begin like it."""
    query = ListCustomers(search=email, limit=PAGE)
    while True:
        page = await seeder.find(query, Customers)
        for customer in page.items:
            if customer.email.lower() == email and customer.status is not CustomerStatus.CLOSED:
                return customer
        if page.next_cursor is None:
            return None
        query = query.model_copy(update={"cursor": page.next_cursor})


async def _accounts(seeder: Seeder, person: Person, customer: Customer) -> list[Account]:
    """One account of each type he is to have, opened unless he has one."""
    present = await _accounts_of(seeder, customer.id)
    accounts = []
    for account_type, deposit_minor in person.deposits_minor.items():
        # The oldest: lists are newest first, and visitors may have opened more.
        own = [account for account in present if account.account_type is account_type][-1:]
        if not own:
            command = OpenAccount(
                customer_id=customer.id,
                account_type=account_type,
                branch_code=BRANCH,
                initial_deposit_minor=deposit_minor,
            )
            opened = await seeder.make(command, f"{person.username}:{account_type}")
            _check(opened)
            assert isinstance(opened, AccountOpened)
            own = [opened.account]
        accounts += own
    return accounts


async def _accounts_of(seeder: Seeder, customer_id: int) -> list[Account]:
    """All that he has, newest first."""
    query, found = ListAccounts(customer_id=customer_id, limit=PAGE), list[Account]()
    while True:
        page = await seeder.find(query, Accounts)
        found += page.items
        if page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})


def _user(login: Login) -> CreateUser:
    return CreateUser(
        username=login.username,
        password=SecretStr(PASSWORD),
        role=login.role,
        customer_id=login.customer_id,
        branch_code=None if login.role is Role.CUSTOMER else BRANCH,
        is_demo=True,
    )


def _check(answer: Message, *, but: str | None = None) -> None:
    """Go on unless it was refused for another reason than that it is there already."""
    if isinstance(answer, Refused) and answer.code != but:
        raise SeedFailed(f"refused: {answer.code}: {answer.detail}")
