"""Lists of customers: pages, filters, search."""

import pytest

from contracts.customer import ChangeCustomerStatus, Customers, ListCustomers
from contracts.envelope import Kind, Role
from tests.builders import staff
from tests.customer.world import World, expect

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def people(world: World) -> dict[str, int]:
    """Ids by a short name."""
    made = {
        "john": await world.add(
            first_name="John", last_name="Doe", email="john.doe@mail.test", phone="+919876543210"
        ),
        "maria": await world.add(
            first_name="María", middle_name="del Mar", last_name="D'Souza", email="mds@mail.test"
        ),
        "priya": await world.add(first_name="प्रिया", last_name="शर्मा", email="priya@post.test"),
        "johanna": await world.add(
            first_name="Johanna", last_name="Smith-Doering", email="js_2@post.test"
        ),
        "farzana": await world.add(
            first_name="\u095e\u0930\u091c\u093c\u093e\u0928\u093e",
            last_name="\u0d30\u0d3e\u0d1c\u0d28\u0d4d\u200d",
            email="fz@post.test",
        ),
        "suharto": await world.add(first_name="Suharto", last_name=None, email="sh@post.test"),
    }
    return {name: customer.id for name, customer in made.items()}


async def found(world: World, **filters: object) -> list[int]:
    query = ListCustomers.model_validate(filters)
    return [customer.id for customer in expect(Customers, await world.ask(query)).items]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("john", ["john"]),
        ("JOH", ["johanna", "john"]),
        ("doe john", ["john"]),
        ("do", ["johanna", "john"]),
        ("john.doe@mail.test", ["john"]),
        ("mail.test", ["maria", "john"]),
        ("919876", ["john"]),
        ("+919876543210", ["john"]),
        ("MARÍA", ["maria"]),
        ("d'souza", ["maria"]),
        ("mar souza", ["maria"]),
        ("प्रि", ["priya"]),
        ("smith-doering", ["johanna"]),
        ("js_2", ["johanna"]),
        ("98765 43210", ["john"]),
        ("0987654", []),
        ("987654", ["john"]),
        ("maria", ["maria"]),
        ("mari\u0301a", ["maria"]),
        ("d\u2019souza", ["maria"]),
        ("d\u02bcsou", ["maria"]),
        ("Smith \u2013\u00a0Doe", ["johanna"]),
        ("smith\u2010doering", ["johanna"]),
        ("\u092b\u093c\u0930\u091c\u093c\u093e\u0928\u093e", ["farzana"]),
        ("\u092b\u0930\u091c\u093e", ["farzana"]),
        ("\u095e\u0930", ["farzana"]),
        ("\u0d30\u0d3e\u0d1c\u0d28\u0d4d", ["farzana"]),
        ("suharto", ["suharto"]),
        (" . ", []),
        ("-", []),
        ("\u2019 '", []),
        (" ", []),
        ("john smith", []),
        ("hanna", []),
        ("%", []),
        ("'; drop table customers; --", []),
        ("a & !b | (c) <-> d:* \\", []),
    ],
)
async def test_each_word_begins_a_word_of_the_name_email_phone_or_number(
    world: World, people: dict[str, int], search: str, names: list[str]
) -> None:
    assert await found(world, search=search) == [people[name] for name in names]


async def test_a_customer_is_found_by_his_number(world: World, people: dict[str, int]) -> None:
    number = f"CU-{people['maria']:08d}"

    assert await found(world, search=number) == [people["maria"]]
    assert await found(world, search=number.lower()) == [people["maria"]]


async def test_without_a_search_everybody_is_listed(world: World, people: dict[str, int]) -> None:
    for filters in ({}, {"search": ""}):
        listed = await found(world, limit=6, **filters)
        assert listed == sorted(people.values(), reverse=True)


async def test_a_new_name_is_found_and_the_old_one_no_more(world: World) -> None:
    known = await world.add(last_name="Maidenname")
    await world.value(
        "update customer.customers set last_name = 'Marriedname' where id = $1", known.id
    )

    assert await found(world, search="marriedname") == [known.id]
    assert await found(world, search="maidenname") == []


async def test_pages_hold_everybody_once_from_the_newest(world: World) -> None:
    made = [(await world.add(last_name="Pageturner")).id for _ in range(7)]
    seen: list[int] = []
    cursor: str | None = None

    for size in (3, 3, 1):
        query = ListCustomers(search="pageturner", limit=3, cursor=cursor)
        page = expect(Customers, await world.ask(query))
        assert len(page.items) == size
        seen += [customer.id for customer in page.items]
        cursor = page.next_cursor

    assert cursor is None
    assert seen == made[::-1]


async def test_a_page_that_is_just_full_is_the_last(world: World) -> None:
    for _ in range(2):
        await world.add(last_name="Twosome")

    page = expect(Customers, await world.ask(ListCustomers(search="twosome", limit=2)))

    assert (len(page.items), page.next_cursor) == (2, None)


async def test_customers_are_listed_by_status_with_and_without_a_search(world: World) -> None:
    one, other = await world.add(last_name="Statusful"), await world.add(last_name="Statusful")
    await world.ask(ChangeCustomerStatus(id=one.id, status="SUSPENDED", reason="asked for"))

    assert await found(world, search="statusful", status="SUSPENDED") == [one.id]
    assert await found(world, search="statusful", status="ACTIVE") == [other.id]
    assert (await found(world, status="SUSPENDED"))[0] == one.id
    assert one.id not in await found(world, status="ACTIVE", limit=200)


async def test_a_made_up_cursor_is_refused(world: World) -> None:
    refusal = await world.refused(ListCustomers(cursor="made up"))

    assert (refusal.code, refusal.kind) == ("invalid-cursor", Kind.MALFORMED)


async def test_customers_do_not_list_customers(world: World) -> None:
    refusal = await world.refused(ListCustomers(), staff(Role.CUSTOMER))

    assert refusal.kind is Kind.FORBIDDEN
