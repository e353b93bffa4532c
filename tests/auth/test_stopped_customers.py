"""Customers who are suspended, closed or rejected: signed out, and not let in until that ends."""

import asyncio
from itertools import count

import pytest

from contracts.auth import GetMe, LoggedIn, Me, User
from contracts.customer import (
    ChangeCustomerStatus,
    ChangeKyc,
    CreateCustomer,
    CustomerCreated,
    CustomerStatus,
    KycStatus,
)
from contracts.envelope import Command, Kind, Refused, Role, Subject
from tests.auth.world import World, expect, log_in, refresh
from tests.builders import an, staff

pytestmark = pytest.mark.integration

MANAGER = staff(Role.MANAGER)
REASON = "the branch asked for it"
_numbers = count(1)


def status(customer_id: int, wanted: CustomerStatus) -> ChangeCustomerStatus:
    return ChangeCustomerStatus(id=customer_id, status=wanted, reason=REASON)


def papers(customer_id: int, wanted: KycStatus) -> ChangeKyc:
    return ChangeKyc(id=customer_id, kyc_status=wanted, reason=REASON)


async def _a_customers_user(world: World) -> tuple[int, User]:
    number = next(_numbers)
    command = an(CreateCustomer, email=f"s{number}@example.com", phone=f"911000{number:04d}")
    customer_id = expect(CustomerCreated, await world.ask(command, MANAGER)).customer.id
    return customer_id, await world.add_user(role=Role.CUSTOMER, customer_id=customer_id)


def _stops(customer_id: int) -> list[Command]:
    return [
        status(customer_id, CustomerStatus.SUSPENDED),
        papers(customer_id, KycStatus.REJECTED),
    ]


@pytest.mark.parametrize("number", range(2), ids=["suspended", "rejected"])
async def test_a_customer_who_is_stopped_is_signed_out_and_not_let_in(
    world: World, number: int
) -> None:
    customer_id, user = await _a_customers_user(world)
    pair = await world.log_in(user.username)
    session = await world.subject_of(pair)

    await world.ask(_stops(customer_id)[number], MANAGER)

    await world.hears_the_end_of(session)
    assert (await world.refused(refresh(pair))).code == "invalid-token"
    refusal = await world.refused(log_in(user.username))
    assert (refusal.code, refusal.kind) == ("customer-stopped", Kind.FORBIDDEN)


async def test_only_who_knows_the_password_learns_that_the_customer_is_stopped(
    world: World,
) -> None:
    customer_id, user = await _a_customers_user(world)
    session = await world.signed_in(user)
    await world.ask(status(customer_id, CustomerStatus.SUSPENDED), MANAGER)
    await world.hears_the_end_of(session)

    wrong = await world.refused(log_in(user.username, "not this one"))

    assert wrong.code == "invalid-credentials"


async def test_a_customer_who_is_active_again_signs_in_again(world: World) -> None:
    customer_id, user = await _a_customers_user(world)
    session = await world.signed_in(user)
    await world.ask(status(customer_id, CustomerStatus.SUSPENDED), MANAGER)
    await world.hears_the_end_of(session)

    await world.ask(status(customer_id, CustomerStatus.ACTIVE), MANAGER)

    await _is_let_in(world, user)


async def test_a_stopped_customer_ends_nobody_elses_session(world: World) -> None:
    customer_id, user = await _a_customers_user(world)
    _, other = await _a_customers_user(world)
    session, others = await world.signed_in(user), await world.signed_in(other)

    await world.ask(status(customer_id, CustomerStatus.SUSPENDED), MANAGER)
    await world.hears_the_end_of(session)

    assert others.session_id not in world.ended
    assert isinstance(await world.ask(GetMe(), others), Me)


async def test_a_log_in_that_races_the_suspension_leaves_no_session(world: World) -> None:
    customer_id, user = await _a_customers_user(world)

    replies = await asyncio.gather(
        *(world.ask(log_in(user.username)) for _ in range(8)),
        world.ask(status(customer_id, CustomerStatus.SUSPENDED), MANAGER),
    )

    for reply in replies:
        if isinstance(reply, LoggedIn):
            await world.hears_the_end_of(await world.subject_of(reply))


async def _is_let_in(world: World, user: User) -> Subject:
    async with asyncio.timeout(30):
        while isinstance(reply := await world.ask(log_in(user.username)), Refused):
            assert reply.code == "customer-stopped"
    return await world.subject_of(expect(LoggedIn, reply))
