"""The customer service's messages, one function each: load, judge, record, tell."""

from operator import attrgetter

from cryptography.exceptions import InvalidTag

from contracts.account.accounts import Accounts, ListAccounts
from contracts.account.values import AccountStatus
from contracts.customer import (
    ChangeCustomerStatus,
    ChangeIdentityNumbers,
    ChangeKyc,
    CreateCustomer,
    Customer,
    CustomerCreated,
    Customers,
    CustomerStatus,
    CustomerStatusChanged,
    CustomerUpdated,
    GetCustomer,
    GetSealingKey,
    ListCustomers,
    SealingKey,
    UpdateCustomer,
)
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.data.sealing import WrongSecret
from infra.handling.context import Ask, Context
from infra.handling.service import Service
from infra.handling.telling import Outgoing, Told
from infra.runtime.clock import new_id
from services.customer.domain.customers import (
    CustomerHasAccounts,
    UnknownCustomer,
    require_current,
    require_open,
    require_plausible_birth,
    sought,
)
from services.customer.domain.identity import SealedForAnother, checked_aadhaar, checked_pan
from services.customer.sealing import box_key
from services.customer.store import Change, CustomerStore

service = Service("customer", CustomerStore)

RETELL_SECONDS = 1.0  # the list is empty but for the first moments after an upgrade
RETOLD_MAX = 200  # customers a second


@service.handles(CreateCustomer)
async def create_customer(
    command: CreateCustomer, store: CustomerStore, context: Context
) -> Told[CustomerCreated]:
    """A new customer, active at once, whose papers are still to be looked at."""
    require_plausible_birth(command.date_of_birth, context.business_date)
    pan, aadhaar = _numbers(command, context)
    customer = await store.add(command, uuid=new_id(), pan=pan, aadhaar=aadhaar, now=context.now)
    await store.log(customer, _change("created", context))
    created = CustomerCreated(customer=customer)
    return Told(created, created)


@service.handles(UpdateCustomer)
async def update_customer(
    command: UpdateCustomer, store: CustomerStore, context: Context
) -> Told[CustomerUpdated]:
    """Replace name, address and the like, unless somebody else did since the caller looked."""
    require_plausible_birth(command.date_of_birth, context.business_date)
    before = await _locked(command.id, store)
    require_open(before)
    require_current(before, command)
    customer = await store.replace_details(command, context.now)
    await store.log(customer, _change("details", context))
    updated = CustomerUpdated(customer=customer)
    return Told(updated, updated)


@service.handles(ChangeIdentityNumbers)
async def change_identity_numbers(
    command: ChangeIdentityNumbers, store: CustomerStore, context: Context
) -> Told[CustomerUpdated]:
    """A number that was not known, or was wrong; whether his papers were seen stays as it is."""
    pan, aadhaar = _numbers(command, context)
    before = await _locked(command.id, store)
    require_open(before)
    require_current(before, command)
    if pan is None and aadhaar is None:
        return Told(CustomerUpdated(customer=before))
    customer = await store.set_numbers(before, pan=pan, aadhaar=aadhaar, now=context.now)
    await store.log(customer, _change("identity numbers", context))
    updated = CustomerUpdated(customer=customer)
    return Told(updated, updated)


@service.handles_asking(ChangeCustomerStatus)
async def change_customer_status(
    command: ChangeCustomerStatus, store: CustomerStore, context: Context, ask: Ask
) -> Told[CustomerStatusChanged]:
    """Suspend, take back or close; a status that is there already is told to nobody.

    Closing asks for open accounts once nobody else changes the customer. What remains: an opening
    that found him active before this commits, and opens after its service answered here.
    """
    before = await _locked(command.id, store)
    if before.status is command.status:
        require_current(before, command)
        return Told(CustomerStatusChanged(customer=before, reason=command.reason))
    require_open(before)
    if command.status is CustomerStatus.CLOSED:
        await _require_no_open_account(command.id, ask)
    require_current(before, command)
    customer = await store.set_status(command.id, command.status, context.now)
    await store.log(customer, _change(command.reason, context))
    changed = CustomerStatusChanged(customer=customer, reason=command.reason)
    return Told(changed, changed)


@service.handles(ChangeKyc)
async def change_kyc(
    command: ChangeKyc, store: CustomerStore, context: Context
) -> Told[CustomerUpdated]:
    """What the look at the customer's papers has shown."""
    before = await _locked(command.id, store)
    if before.kyc_status is command.kyc_status:
        require_current(before, command)
        return Told(CustomerUpdated(customer=before))
    require_open(before)
    require_current(before, command)
    customer = await store.set_kyc_status(command.id, command.kyc_status, context.now)
    await store.log(customer, _change(command.reason, context))
    updated = CustomerUpdated(customer=customer)
    return Told(updated, updated)


@service.every(seconds=RETELL_SECONDS)
async def retell(store: CustomerStore, context: Context) -> Outgoing:
    """Tell once more whose money is stopped, after an upgrade, to services that began to listen."""
    customers = await store.take_retellings(RETOLD_MAX)
    return [CustomerUpdated(customer=each) for each in customers]


@service.answers(GetCustomer)
async def get_customer(query: GetCustomer, store: CustomerStore, context: Context) -> Customer:
    """One customer; a customer sees himself, and of others not even that they exist."""
    customer = await store.find(query.id) if context.subject.may_touch(query.id) else None
    if customer is None:
        raise UnknownCustomer
    return customer


@service.answers(GetSealingKey)
async def get_sealing_key(
    query: GetSealingKey, store: CustomerStore, context: Context
) -> SealingKey:
    """The same for as long as the service has the same secret."""
    return SealingKey(public_key=box_key().public_key)


@service.answers(ListCustomers)
async def list_customers(query: ListCustomers, store: CustomerStore, context: Context) -> Customers:
    """Newest first; each word of `search` begins a word of the name, e-mail, phone or number."""
    before_id = id_before(query.cursor)
    if query.search:
        search = sought(query.search)
        found = await store.matching(search, query.status, before_id, query.limit + 1)
    else:
        found = await store.newest(query.status, before_id, query.limit + 1)
    items, following = page_of(found, query.limit, attrgetter("id"), ROW_NUMBERS)
    return Customers(items=items, next_cursor=following)


Numbered = CreateCustomer | ChangeIdentityNumbers


def _numbers(command: Numbered, context: Context) -> tuple[str | None, str | None]:
    """PAN and Aadhaar, checked; None for the one that is left out."""
    pan, aadhaar = (_opened(command, field, context) for field in ("pan", "aadhaar"))
    return (
        checked_pan(pan) if pan is not None else None,
        checked_aadhaar(aadhaar) if aadhaar is not None else None,
    )


def _opened(command: Numbered, field: str, context: Context) -> str | None:
    """The identity number in the box of this field."""
    box: str | None = getattr(command, field)
    if box is None:
        return None
    try:
        return box_key().open(box, *command.place_of(field, context.message_id))
    except (WrongSecret, InvalidTag, ValueError) as error:
        raise SealedForAnother from error


async def _locked(id_: int, store: CustomerStore) -> Customer:
    customer = await store.lock(id_)
    if customer is None:
        raise UnknownCustomer
    return customer


async def _require_no_open_account(customer_id: int, ask: Ask) -> None:
    """Ask the account service for one account in each status but closed."""
    for status in AccountStatus:
        if status is AccountStatus.CLOSED:
            continue
        found = await ask(ListAccounts(customer_id=customer_id, status=status, limit=1))
        assert isinstance(found, Accounts)
        if found.items:
            raise CustomerHasAccounts


def _change(reason: str, context: Context) -> Change:
    return Change(reason=reason, changed_by=context.subject.id, changed_at=context.now)
