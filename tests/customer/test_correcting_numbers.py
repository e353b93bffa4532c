"""PAN and Aadhaar of a customer who is there: added, corrected, and still one person's only."""

import pytest
from pydantic import SecretStr

from contracts.customer import (
    ChangeCustomerStatus,
    ChangeIdentityNumbers,
    CustomerStatusChanged,
    CustomerUpdated,
    GetCustomer,
)
from contracts.envelope import Kind, Refused, Role
from infra.data.boxes import BoxMaker
from infra.runtime.clock import new_id
from services.customer.sealing import box_key
from tests.builders import customer as signed_in_customer
from tests.builders import staff
from tests.customer.world import World, expect

pytestmark = pytest.mark.integration

PANS = ("AAAPA1111A", "BBBPB2222B", "CCCPC3333C", "DDDPD4444D", "EEEPE5555E", "FFFPF6666F")
AADHAARS = ("499118665246", "234123412346")


async def test_a_number_is_added_and_corrected_and_shown_masked(world: World) -> None:
    known = await world.add()

    added = expect(CustomerUpdated, await world.correct(known, pan=PANS[0])).customer
    both = expect(
        CustomerUpdated, await world.correct(added, pan=PANS[1].lower(), aadhaar=AADHAARS[0])
    ).customer

    assert (added.pan, added.aadhaar, added.version) == ("XXXXXX111A", None, known.version + 1)
    assert (both.pan, both.aadhaar, both.version) == ("XXXXXX222B", "XXXXXXXX5246", 3)
    assert await world.ask(GetCustomer(id=known.id)) == both
    await world.hears(CustomerUpdated(customer=both))


async def test_what_is_left_out_stays(world: World) -> None:
    known = await world.add(pan=PANS[2])

    after = expect(CustomerUpdated, await world.correct(known, aadhaar=AADHAARS[1])).customer

    assert (after.pan, after.aadhaar) == ("XXXXXX333C", "XXXXXXXX2346")


async def test_the_number_of_another_customer_is_refused_and_nothing_changes(world: World) -> None:
    await world.add(pan=PANS[3])
    known = await world.add()

    refusal = expect(Refused, await world.correct(known, pan=PANS[3]))

    assert (refusal.code, refusal.kind) == ("customer-exists", Kind.CONFLICT)
    assert await world.ask(GetCustomer(id=known.id)) == known


async def test_a_number_that_was_corrected_is_free_for_whose_it_is(world: World) -> None:
    wrong = await world.add(pan=PANS[4])
    expect(CustomerUpdated, await world.correct(wrong, pan=PANS[5]))

    assert (await world.add(pan=PANS[4])).pan == "XXXXXX555E"


@pytest.mark.parametrize(
    ("numbers", "code"),
    [({"pan": "ABCDE1234F"}, "invalid-pan"), ({"aadhaar": "234123412347"}, "invalid-aadhaar")],
)
async def test_what_cannot_be_one_is_refused_with_its_field(
    world: World, numbers: dict[str, str], code: str
) -> None:
    refusal = expect(Refused, await world.correct(await world.add(), **numbers))

    assert refusal.code == code
    assert [fault.pointer for fault in refusal.errors] == [f"/{field}" for field in numbers]


async def test_a_change_to_what_was_read_before_the_last_change_is_stale(world: World) -> None:
    known = await world.add()
    expect(CustomerUpdated, await world.correct(known, pan="GGGPG7777G"))

    refusal = expect(Refused, await world.correct(known, pan="HHHPH8888H"))

    assert (refusal.code, refusal.kind) == ("stale-version", Kind.STALE)


async def test_whoever_has_left_is_not_corrected(world: World) -> None:
    known = await world.add()
    closed = expect(
        CustomerStatusChanged,
        await world.ask(ChangeCustomerStatus(id=known.id, status="CLOSED", reason="left")),
    ).customer

    assert expect(Refused, await world.correct(closed, pan="IIIPI9999I")).code == "customer-closed"


async def test_a_box_for_a_new_customer_does_not_open_for_a_known_one(world: World) -> None:
    known = await world.add()
    maker = BoxMaker(SecretStr("9a" * 32), "tests")
    box = maker.seal(PANS[0], box_key().public_key, "CreateCustomer", "pan", str(new_id()))

    refusal = await world.refused(
        ChangeIdentityNumbers(id=known.id, version=known.version, pan=box)
    )

    assert refusal.code == "sealed-for-another"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CUSTOMER, Role.SYSTEM])
async def test_only_staff_corrects_numbers(world: World, role: Role) -> None:
    known = await world.add()
    subject = signed_in_customer(known.id) if role is Role.CUSTOMER else staff(role)

    refusal = await world.refused(ChangeIdentityNumbers(id=known.id, version=1), subject)

    assert refusal.kind is Kind.FORBIDDEN
