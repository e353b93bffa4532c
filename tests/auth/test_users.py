"""Users made, changed and listed by administrators."""

import asyncio
from itertools import count

import pytest

from contracts.auth import CreateUser, ListUsers, UpdateUser, UserCreated, Users, UserUpdated
from contracts.customer import CreateCustomer, CustomerCreated
from contracts.envelope import Kind, Refused, Role, Subject
from tests.auth.world import (
    PASSWORD,
    SPELLINGS_OF_COMMON_ONES,
    World,
    change_password,
    expect,
)
from tests.builders import an, staff

pytestmark = pytest.mark.integration

ADMIN = staff(Role.ADMIN)
_numbers = count(1)


def create(username: str, /, **fields: object) -> CreateUser:
    """A teller with a good password, but for `fields`."""
    usual = {"username": username, "password": PASSWORD, "role": Role.TELLER}
    return CreateUser.model_validate(usual | fields)


async def test_a_user_made_by_an_admin_may_sign_in_at_once(world: World) -> None:
    made = expect(UserCreated, await world.ask(create("new.teller", branch_code="BR001"), ADMIN))

    assert (made.username, made.role, made.branch_code) == ("new.teller", Role.TELLER, "BR001")
    assert made.is_active
    assert PASSWORD not in made.model_dump_json()
    await world.log_in("new.teller")


async def test_nobody_works_at_a_branch_that_is_not_there(world: World) -> None:
    refusal = await world.refused(create("far.away", branch_code="BR999"), ADMIN)

    assert (refusal.code, refusal.kind) == ("unknown-branch", Kind.REFUSED)


async def test_a_username_is_given_once_in_whatever_case(world: World) -> None:
    await world.ask(create("taken.name"), ADMIN)

    refusal = await world.refused(create("Taken.Name"), ADMIN)

    assert (refusal.code, refusal.kind) == ("username-taken", Kind.CONFLICT)


async def test_nobody_can_give_weak_passwords_but_the_operator_for_the_demo(
    world: World,
) -> None:
    weak = create("admin", password="password", role=Role.ADMIN)
    of_the_demo, operator = weak.model_copy(update={"is_demo": True}), Subject(id="operator")

    assert (await world.refused(weak, ADMIN)).code == "weak-password"
    assert (await world.refused(of_the_demo, ADMIN)).code == "weak-password"
    reply = await world.operator.ask(weak, subject=operator, wait_seconds=10)
    assert isinstance(reply.message, Refused)
    assert reply.message.code == "weak-password"

    reply = await world.operator.ask(of_the_demo, subject=operator, wait_seconds=10)
    assert isinstance(reply.message, UserCreated)
    await world.log_in("admin", "password")


@pytest.mark.parametrize("password", SPELLINGS_OF_COMMON_ONES)
async def test_every_way_to_set_a_password_refuses_common_ones_in_every_spelling(
    world: World, password: str
) -> None:
    subject = await world.signed_in(await world.add_user())

    made = await world.refused(create("a.new.one", password=password), ADMIN)
    changed = await world.refused(change_password(PASSWORD, password), subject)

    assert made.code == changed.code == "weak-password"


async def test_a_new_password_in_other_code_points_is_the_old_one(world: World) -> None:
    subject = await world.signed_in(await world.add_user())

    refusal = await world.refused(change_password(PASSWORD, "\uff50lain sailing 47"), subject)

    assert (refusal.code, refusal.kind) == ("same-password", Kind.REFUSED)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.TELLER, Role.AUDITOR, Role.CUSTOMER])
async def test_only_admins_make_users(world: World, role: Role) -> None:
    assert (await world.refused(create("by.others"), staff(role))).kind is Kind.FORBIDDEN


async def test_a_customers_user_belongs_to_a_customer_that_is_there(world: World) -> None:
    customer_id = await _add_customer(world)

    made = await world.ask(create("a.customer", role="CUSTOMER", customer_id=customer_id), ADMIN)
    subject = await world.signed_in(expect(UserCreated, made))

    assert subject.customer_id == customer_id


async def test_a_customers_user_needs_a_customer_and_others_have_none(world: World) -> None:
    customer_id = await _add_customer(world)
    gone = await _add_customer(world)
    await world.execute("update customer.customers set status = 'CLOSED' where id = $1", gone)

    async def code(**fields: object) -> str:
        return (await world.refused(create("odd.one", **fields), ADMIN)).code

    assert await code(role="CUSTOMER") == "customer-mismatch"
    assert await code(role="TELLER", customer_id=customer_id) == "customer-mismatch"
    assert await code(role="CUSTOMER", customer_id=10**9) == "unknown-customer"
    assert await code(role="CUSTOMER", customer_id=gone) == "unknown-customer"


async def test_an_admin_changes_roles_and_switches_off_and_on(world: World) -> None:
    user = await world.add_user()

    async def change(**fields: object) -> UserUpdated:
        command = UpdateUser.model_validate({"id": user.id, **fields})
        return expect(UserUpdated, await world.ask(command, ADMIN))

    assert (await change(role="MANAGER")).role is Role.MANAGER
    assert not (await change(is_active=False)).is_active
    assert (await change(is_active=True)).is_active
    assert (await world.signed_in(user)).role is Role.MANAGER


async def test_an_unknown_user_cannot_be_changed(world: World) -> None:
    refusal = await world.refused(UpdateUser(id=10**9, is_active=False), ADMIN)

    assert (refusal.code, refusal.kind) == ("unknown-user", Kind.NOT_FOUND)


async def test_an_admin_cannot_switch_off_himself(world: World) -> None:
    admin = await world.add_user(role=Role.ADMIN)
    subject = await world.signed_in(admin)

    refusal = await world.refused(UpdateUser(id=admin.id, is_active=False), subject)

    assert (refusal.code, refusal.kind) == ("own-user", Kind.FORBIDDEN)


async def test_two_admins_cannot_leave_the_bank_without_one(world: World) -> None:
    await world.execute("update auth.users set is_active = false where role = 'ADMIN'")
    first, second = [await world.add_user(role=Role.ADMIN) for _ in range(2)]
    subjects = [await world.signed_in(first), await world.signed_in(second)]

    replies = await asyncio.gather(
        world.ask(UpdateUser(id=second.id, is_active=False), subjects[0]),
        world.ask(UpdateUser(id=first.id, role=Role.AUDITOR), subjects[1]),
    )

    refusals = [reply.code for reply in replies if isinstance(reply, Refused)]
    assert refusals == ["last-admin"]


async def test_the_list_of_users_goes_page_by_page_from_the_newest(world: World) -> None:
    made = [await world.add_user() for _ in range(5)]
    seen, cursor, pages = [], None, 0

    while pages == 0 or cursor is not None:
        page = expect(Users, await world.ask(ListUsers(limit=3, cursor=cursor), ADMIN))
        seen += [user.id for user in page.items]
        cursor, pages = page.next_cursor, pages + 1

    assert seen[:5] == [user.id for user in reversed(made)]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    assert (await world.refused(ListUsers(cursor="made up"), ADMIN)).kind is Kind.MALFORMED


async def _add_customer(world: World) -> int:
    number = next(_numbers)
    command = an(CreateCustomer, email=f"c{number}@example.com", phone=f"900000{number:04d}")
    return expect(CustomerCreated, await world.ask(command, ADMIN)).customer.id
