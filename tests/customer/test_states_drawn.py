"""A customer and his papers go the ways that docs/states.md draws, and no other."""

from itertools import permutations

import pytest

from contracts.customer import (
    ChangeCustomerStatus,
    ChangeKyc,
    Customer,
    CustomerStatus,
    KycStatus,
)
from contracts.envelope import Command, Refused
from tests.customer.world import World
from tests.pictures import beginnings, changes

pytestmark = pytest.mark.integration


async def test_a_customer_goes_the_ways_that_are_drawn(world: World) -> None:
    found = set()
    for before, after in permutations(CustomerStatus, 2):
        known = await world.add()
        assert beginnings("Customer") == {known.status}
        assert known.status is before or await follows(world, to_status(known, before))
        if await follows(world, to_status(known, after)):
            found.add((before.value, after.value))

    assert found == changes("Customer")


async def test_his_papers_go_the_ways_that_are_drawn(world: World) -> None:
    found = set()
    for before, after in permutations(KycStatus, 2):
        known = await world.add()
        assert beginnings("Papers of a customer") == {known.kyc_status}
        assert await follows(world, to_papers(known, before))
        if await follows(world, to_papers(known, after)):
            found.add((before.value, after.value))

    assert found == changes("Papers of a customer")


def to_status(customer: Customer, status: CustomerStatus) -> Command:
    return ChangeCustomerStatus(id=customer.id, status=status, reason="a test")


def to_papers(customer: Customer, status: KycStatus) -> Command:
    return ChangeKyc(id=customer.id, kyc_status=status, reason="a test")


async def follows(world: World, change: Command) -> bool:
    """Whether the change is made."""
    return not isinstance(await world.ask(change), Refused)
