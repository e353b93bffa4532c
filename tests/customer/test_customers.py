"""Customers made, changed and closed, through the bus."""

import asyncio

import pytest

from contracts.catalogue import commands
from contracts.conditional import Conditional
from contracts.customer import (
    ChangeCustomerStatus,
    ChangeIdentityNumbers,
    ChangeKyc,
    CreateCustomer,
    Customer,
    CustomerCreated,
    CustomerStatus,
    CustomerStatusChanged,
    CustomerUpdated,
    GetCustomer,
    KycStatus,
)
from contracts.envelope import Command, Kind, Refused, Role
from tests.builders import customer as signed_in_customer
from tests.builders import staff
from tests.customer.world import (
    AADHAAR,
    OTHER_AADHAAR,
    OTHER_PAN,
    PAN,
    World,
    expect,
    someone,
    update_of,
)

pytestmark = pytest.mark.integration


async def test_the_customer_of_the_readme_is_made_as_printed(world: World) -> None:
    printed = CreateCustomer.model_validate_json(
        """{"first_name": "John", "last_name": "Doe", "date_of_birth": "1990-01-01",
        "gender": "MALE", "email": "john.doe@example.com", "phone": "1234567890",
        "address_line1": "123 Main St", "city": "Mumbai", "state": "Maharashtra",
        "postal_code": "400001"}"""
    )

    made = expect(CustomerCreated, await world.ask(printed)).customer

    assert made.customer_number == f"CU-{made.id:08d}"
    assert (made.status, made.kyc_status) == (CustomerStatus.ACTIVE, KycStatus.PENDING)
    assert (made.version, made.country, made.pan, made.aadhaar) == (1, "IN", None, None)
    assert await world.ask(GetCustomer(id=made.id)) == made
    await world.hears(CustomerCreated(customer=made))


async def test_identity_numbers_are_shown_masked(world: World) -> None:
    made = await world.add(pan=OTHER_PAN, aadhaar=OTHER_AADHAAR)

    assert (made.pan, made.aadhaar) == ("XXXXXX085R", "XXXXXXXX5246")
    assert await world.ask(GetCustomer(id=made.id)) == made


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("pan", "ABCDE1234F", "invalid-pan"),
        ("aadhaar", "234123412347", "invalid-aadhaar"),
        ("date_of_birth", "2999-01-01", "invalid-date-of-birth"),
        ("date_of_birth", "1850-01-01", "invalid-date-of-birth"),
    ],
)
async def test_what_cannot_be_true_is_refused(
    world: World, field: str, value: str, code: str
) -> None:
    refusal = expect(Refused, await world.create(**{field: value}))

    assert (refusal.code, refusal.kind) == (code, Kind.REFUSED)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "twin@example.com"}, {"email": "Twin@Example.com"}),
        ({"phone": "9876501234"}, {"phone": "+91 98765 01234"}),
        ({"email": "a@b\u00fccher.de"}, {"email": "a@xn--bcher-kva.de"}),
        ({"pan": PAN}, {"pan": PAN.lower()}),
        ({"aadhaar": AADHAAR}, {"aadhaar": "2341 2341 2346"}),
    ],
)
async def test_nobody_is_a_customer_twice(
    world: World, first: dict[str, str], second: dict[str, str]
) -> None:
    there = await world.add(**first)

    refusal = expect(Refused, await world.create(**second))

    assert (refusal.code, refusal.kind) == ("customer-exists", Kind.CONFLICT)
    assert there.customer_number not in refusal.detail
    assert str(there.last_name) not in refusal.detail


async def test_of_parallel_requests_for_one_person_one_succeeds(world: World) -> None:
    same = {"email": "same@example.com"}

    replies = await asyncio.gather(*(world.ask(someone(**same)) for _ in range(20)))

    assert sum(isinstance(reply, CustomerCreated) for reply in replies) == 1
    assert {reply.code for reply in replies if isinstance(reply, Refused)} == {"customer-exists"}


async def test_details_are_replaced_as_a_whole(world: World) -> None:
    before = await world.add(occupation="baker", aadhaar="700000000016")

    command = update_of(before, first_name="Jane", occupation=None, city="Pune")
    after = expect(CustomerUpdated, await world.ask(command)).customer

    assert (after.first_name, after.occupation, after.city) == ("Jane", None, "Pune")
    assert (after.version, after.aadhaar) == (before.version + 1, before.aadhaar)
    assert after.updated_at > before.updated_at
    assert await world.ask(GetCustomer(id=before.id)) == after
    await world.hears(CustomerUpdated(customer=after))


async def test_a_change_on_stale_knowledge_is_refused_and_changes_nothing(world: World) -> None:
    read = await world.add()
    newer = expect(CustomerUpdated, await world.ask(update_of(read, city="Pune"))).customer

    refusal = await world.refused(update_of(read, city="Delhi"))

    assert (refusal.code, refusal.kind) == ("stale-version", Kind.STALE)
    assert await world.ask(GetCustomer(id=read.id)) == newer


@pytest.mark.parametrize("versions", [(2, 3), ()])
async def test_every_change_may_name_the_versions_it_is_meant_for(
    world: World, versions: tuple[int, ...]
) -> None:
    known = await world.add()
    stale: list[Command] = [
        update_of(known, version=None, versions=versions),
        ChangeIdentityNumbers(id=known.id, versions=versions),
        ChangeKyc(id=known.id, kyc_status=KycStatus.VERIFIED, reason="seen", versions=versions),
        ChangeKyc(id=known.id, kyc_status=known.kyc_status, reason="seen", versions=versions),
        status_of(known, CustomerStatus.SUSPENDED).model_copy(update={"versions": versions}),
        status_of(known, CustomerStatus.ACTIVE).model_copy(update={"versions": versions}),
    ]
    every = {
        each.__name__
        for each in commands()
        if issubclass(each, Conditional) and each.owner == "customer"
    }
    assert {type(each).__name__ for each in stale} == every

    assert [(await world.refused(each)).code for each in stale] == ["stale-version"] * len(stale)

    assert await world.ask(GetCustomer(id=known.id)) == known
    seen = stale[2].model_copy(update={"versions": (known.version, 7)})
    assert expect(CustomerUpdated, await world.ask(seen)).customer.version == known.version + 1


async def test_of_parallel_changes_to_one_version_one_succeeds(world: World) -> None:
    read = await world.add()

    replies = await asyncio.gather(
        *(world.ask(update_of(read, city=f"City {n}")) for n in range(10))
    )

    assert sum(isinstance(reply, CustomerUpdated) for reply in replies) == 1


async def test_an_update_cannot_take_the_email_of_another(world: World) -> None:
    one, other = await world.add(), await world.add()

    refusal = await world.refused(update_of(one, email=other.email.upper()))

    assert refusal.code == "customer-exists"
    assert await world.ask(GetCustomer(id=one.id)) == one


async def test_an_unknown_customer_is_not_found(world: World) -> None:
    known = await world.add()
    ghost = known.model_copy(update={"id": 10**9})

    for message in (
        GetCustomer(id=ghost.id),
        update_of(ghost),
        status_of(ghost, CustomerStatus.CLOSED),
        ChangeKyc(id=ghost.id, kyc_status=KycStatus.VERIFIED, reason="papers seen"),
    ):
        refusal = await world.refused(message)
        assert (refusal.code, refusal.kind) == ("unknown-customer", Kind.NOT_FOUND)


async def test_a_customer_sees_himself_and_nobody_else(world: World) -> None:
    own, other = await world.add(), await world.add()

    assert await world.ask(GetCustomer(id=own.id), signed_in_customer(own.id)) == own
    hidden = await world.refused(GetCustomer(id=other.id), signed_in_customer(own.id))
    assert hidden == await world.refused(GetCustomer(id=10**9), signed_in_customer(own.id))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUDITOR, Role.SYSTEM])
async def test_only_staff_changes_customers(world: World, role: Role) -> None:
    known = await world.add()
    subject = staff(role).model_copy(update={"customer_id": known.id})

    for message in (someone(), update_of(known), status_of(known, CustomerStatus.SUSPENDED)):
        assert (await world.refused(message, subject)).kind is Kind.FORBIDDEN


async def test_a_customer_is_suspended_taken_back_and_closed_for_good(world: World) -> None:
    known = await world.add()

    for status in (CustomerStatus.SUSPENDED, CustomerStatus.ACTIVE, CustomerStatus.CLOSED):
        changed = expect(CustomerStatusChanged, await world.ask(status_of(known, status)))
        assert changed.customer.status is status
        await world.hears(changed)

    closed = await world.ask(GetCustomer(id=known.id))
    for message in (
        status_of(known, CustomerStatus.ACTIVE),
        update_of(expect(Customer, closed), city="Pune"),
        ChangeKyc(id=known.id, kyc_status=KycStatus.VERIFIED, reason="papers seen"),
    ):
        assert (await world.refused(message)).code == "customer-closed"
    assert await world.ask(GetCustomer(id=known.id)) == closed


async def test_a_status_that_is_there_already_is_no_change(world: World) -> None:
    known = await world.add()

    reply = await world.ask(status_of(known, CustomerStatus.ACTIVE))

    assert expect(CustomerStatusChanged, reply).customer == known


async def test_a_customer_with_an_account_that_is_not_closed_stays(world: World) -> None:
    known = await world.add()
    world.open_accounts.add(known.id)
    close = status_of(known, CustomerStatus.CLOSED)

    refusal = await world.refused(close)

    assert (refusal.code, refusal.kind) == ("customer-has-accounts", Kind.CONFLICT)
    assert await world.ask(GetCustomer(id=known.id)) == known
    world.open_accounts.discard(known.id)
    assert isinstance(await world.ask(close), CustomerStatusChanged)


async def test_an_account_opened_while_a_closing_waits_for_its_turn_is_seen(world: World) -> None:
    known = await world.add()
    close = status_of(known, CustomerStatus.CLOSED)

    async with world.locking(known):
        closing = asyncio.create_task(world.refused(close))
        await world.somebody_waits()
        world.open_accounts.add(known.id)

    assert (await closing).code == "customer-has-accounts"


async def test_whoever_left_may_come_back_as_a_new_customer(world: World) -> None:
    left = await world.add(email="back@example.com")
    await world.ask(status_of(left, CustomerStatus.CLOSED))

    back = await world.add(email="back@example.com")

    assert back.id != left.id


async def test_kyc_goes_its_way_and_is_told(world: World) -> None:
    known = await world.add(pan="AAPPV8261K")

    command = ChangeKyc(id=known.id, kyc_status=KycStatus.VERIFIED, reason="papers seen")
    verified = expect(CustomerUpdated, await world.ask(command))

    assert verified.customer.kyc_status is KycStatus.VERIFIED
    assert verified.customer.version == known.version + 1
    await world.hears(verified)
    assert await world.ask(command) == verified


async def test_who_changed_a_customer_and_why_is_kept(world: World) -> None:
    known = await world.add()
    await world.ask(status_of(known, CustomerStatus.SUSPENDED))

    kept = await world.value(
        "select string_agg(concat_ws(' ', version, status, reason, changed_by), ', '"
        " order by version) from customer.changes where customer_id = $1",
        known.id,
    )

    who = staff().id
    assert kept == f"1 ACTIVE created {who}, 2 SUSPENDED asked by the police {who}"


async def test_no_table_holds_an_identity_number(world: World) -> None:
    await world.add(first_name="Dumped", pan="AAPPB1234C", aadhaar="700000000028")

    dump = await world.dump("customer")

    assert "Dumped" in dump
    for number in ("AAPPB1234C", "700000000028", PAN, AADHAAR, OTHER_PAN, OTHER_AADHAAR):
        assert number not in dump
        assert number.encode().hex() not in dump.lower()


def status_of(customer: Customer, status: CustomerStatus) -> ChangeCustomerStatus:
    return ChangeCustomerStatus(id=customer.id, status=status, reason="asked by the police")


async def test_after_an_upgrade_it_is_told_once_more_whose_money_is_stopped(world: World) -> None:
    customer = await world.add()

    await world.value(
        "insert into customer.retellings values ($1) returning customer_id", customer.id
    )

    await world.hears(CustomerUpdated(customer=customer))
