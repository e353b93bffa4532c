"""Files of transfers at the account service: each line once, as its maker's own transfer."""

import asyncio
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from contracts.account.accounts import Account, ChangeAccountStatus, GetAccount
from contracts.account.bulk import (
    AddBulkLines,
    BeginBulkFile,
    BulkFile,
    BulkFileBegun,
    BulkFileCancelled,
    BulkFiles,
    BulkFileStarted,
    BulkFileState,
    BulkLine,
    BulkLineDone,
    BulkLines,
    BulkLinesAdded,
    BulkLineState,
    CancelBulkFile,
    GetBulkFile,
    ListBulkFiles,
    ListBulkLines,
    StartBulkFile,
)
from contracts.account.values import AccountStatus
from contracts.approvals import ApprovalNeeded, ApproveCommand, CommandApproved
from contracts.envelope import Message, Refused, Role, Subject
from contracts.money import Currency, Money
from services.account.domain.commands.bulk import FILES_UNENDED_MAX, PART_LINES
from tests.account.world import TELLER, World, expect
from tests.builders import staff
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

MANY = 2 * PART_LINES + 20
RUN_SECONDS = 60.0


def a_line(number: int, payer: Account, payee: Account, minor: int = 100, **more: str) -> BulkLine:
    known = {
        "reference": f"{uuid4().hex[:12]}-{number}",
        "from_account": payer.account_number,
        "to_account": payee.account_number,
    }
    return BulkLine(line=number, amount_minor=minor, **(known | more))


def announced(lines: list[BulkLine], currency: Currency = Currency.INR) -> BeginBulkFile:
    content = "\n".join(line.model_dump_json() for line in lines)
    total = Money(minor=sum(line.amount_minor for line in lines), currency=currency)
    digest = sha256(content.encode()).hexdigest()
    return BeginBulkFile(digest=digest, lines=len(lines), total=total)


@pytest.fixture
def maker() -> Subject:
    """A teller who has sent nothing yet."""
    return Subject(id=str(uuid4()), role=Role.TELLER, branch_code="BR001")


async def begun(world: World, lines: list[BulkLine], maker: Subject) -> UUID:
    return expect(BulkFileBegun, await world.ask(announced(lines), maker)).file_id


async def added(world: World, file_id: UUID, lines: list[BulkLine], maker: Subject) -> Message:
    return await world.ask(AddBulkLines(file_id=file_id, lines=tuple(lines)), maker)


async def started(world: World, file_id: UUID, lines: list[BulkLine], maker: Subject) -> Message:
    total = announced(lines).total
    return await world.ask(StartBulkFile(file_id=file_id, amount=total), maker)


async def sent(world: World, lines: list[BulkLine], maker: Subject) -> UUID:
    """A file that is kept and runs."""
    file_id = await begun(world, lines, maker)
    expect(BulkLinesAdded, await added(world, file_id, lines, maker))
    expect(BulkFileStarted, await started(world, file_id, lines, maker))
    return file_id


async def file_of(world: World, file_id: UUID, subject: Subject = TELLER) -> BulkFile:
    return expect(BulkFile, await world.ask(GetBulkFile(file_id=file_id), subject))


async def ended(world: World, file_id: UUID) -> BulkFile:
    async def is_over() -> bool:
        return (await file_of(world, file_id)).ended_at is not None

    await until(is_over, RUN_SECONDS, "the file has ended")
    return await file_of(world, file_id)


async def lines_of(
    world: World, file_id: UUID, state: BulkLineState | None = None
) -> list[BulkLineDone]:
    found: list[BulkLineDone] = []
    cursor = None
    while True:
        query = ListBulkLines(file_id=file_id, state=state, limit=200, cursor=cursor)
        page = expect(BulkLines, await world.ask(query))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def balance(world: World, account: Account) -> int:
    query = GetAccount(account_number=account.account_number)
    return expect(Account, await world.ask(query)).balance_minor


async def test_a_file_of_several_parts_moves_each_line_once(world: World, maker: Subject) -> None:
    payer, payee = await world.opened(1_000_000), await world.opened(0)
    lines = [a_line(number, payer, payee) for number in range(1, MANY + 1)]

    file_id = await sent(world, lines, maker)
    file = await ended(world, file_id)

    assert (file.state, file.done, file.refused) == (BulkFileState.COMPLETED, MANY, 0)
    assert file.done_minor == file.total_minor == await balance(world, payee)
    assert await balance(world, payer) == 1_000_000 - file.total_minor
    found = await lines_of(world, file_id)
    assert [line.reference for line in found] == [line.reference for line in lines]
    assert len({line.entry_id for line in found}) == MANY


async def test_a_refused_line_is_told_and_stops_no_other(world: World, maker: Subject) -> None:
    payer, payee, frozen = await world.opened(450), await world.opened(0), await world.opened(0)
    freeze = ChangeAccountStatus(
        account_number=frozen.account_number, status=AccountStatus.FROZEN, reason="test"
    )
    await world.ask(freeze, staff(Role.MANAGER))
    lines = [
        a_line(1, payer, payee),
        a_line(2, payer, frozen),
        a_line(3, payer, payee, 400),
        a_line(4, payer, payer),
        a_line(5, payer, payee),
        a_line(6, payer, payee, to_account="AC-20000101-000001"),
    ]

    file_id = await sent(world, lines, maker)
    file = await ended(world, file_id)

    assert (file.done, file.done_minor, file.refused) == (2, 200, 4)
    assert {line.line: line.code for line in await lines_of(world, file_id)} == {
        1: None, 2: "account-frozen", 3: "insufficient-funds", 4: "same-account", 5: None,
        6: "unknown-counterparty",
    }  # fmt: skip
    assert [each.line for each in await lines_of(world, file_id, BulkLineState.COMPLETED)] == [1, 5]


async def test_a_file_sent_twenty_times_at_once_is_one_file(world: World, maker: Subject) -> None:
    payer, payee = await world.opened(100_000), await world.opened(0)
    lines = [a_line(number, payer, payee) for number in range(1, 21)]

    ids = await asyncio.gather(*(sent(world, lines, maker) for _ in range(20)))
    file = await ended(world, ids[0])

    assert len(set(ids)) == 1
    assert file.done_minor == await balance(world, payee) == 2_000
    again = expect(BulkFileBegun, await world.ask(announced(lines), maker))
    assert (again.file_id, again.state) == (ids[0], BulkFileState.COMPLETED)


async def test_a_reference_moves_money_once_in_whatever_file_it_comes(
    world: World, maker: Subject
) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    first = a_line(1, payer, payee, reference=f"salary {uuid4().hex[:20]}")
    poor = a_line(2, payer, payee, 2_000, reference=f"bonus {uuid4().hex[:20]}")
    await ended(world, await sent(world, [first, poor], maker))

    again = first.model_copy(update={"line": 2, "amount_minor": 300})
    paid = poor.model_copy(update={"line": 3, "amount_minor": 500})
    later = await sent(world, [a_line(1, payer, payee), again, paid], maker)
    await ended(world, later)

    codes = [line.code for line in await lines_of(world, later)]
    assert codes == [None, "duplicate-line", None]
    assert await balance(world, payee) == 100 + 100 + 500


async def test_another_makers_equal_reference_is_another_line(world: World, maker: Subject) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    line = a_line(1, payer, payee)

    for each in (maker, TELLER):
        await ended(world, await sent(world, [line], each))

    assert await balance(world, payee) == 200


async def test_parts_and_start_may_come_in_any_order_and_again(
    world: World, maker: Subject
) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    lines = [a_line(number, payer, payee) for number in range(1, 5)]
    file_id = await begun(world, lines, maker)

    first = expect(BulkFileStarted, await started(world, file_id, lines, maker))
    for part in (lines[2:], lines[2:], lines[1:3]):
        state = expect(BulkLinesAdded, await added(world, file_id, part, maker)).state
        assert (first.state, state) == (BulkFileState.PENDING, BulkFileState.PENDING)
    assert await balance(world, payee) == 0
    await added(world, file_id, lines[:1], maker)
    await started(world, file_id, lines, maker)
    await ended(world, file_id)

    assert await balance(world, payee) == 400


async def test_lines_that_were_not_announced_are_refused_and_nothing_moves(
    world: World, maker: Subject
) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    lines = [a_line(1, payer, payee), a_line(2, payer, payee)]
    file_id = await begun(world, lines, maker)
    other = [lines[0], a_line(2, payer, payee, 101)]

    refusals = [
        await added(world, file_id, other, maker),
        await added(world, file_id, [*lines, a_line(3, payer, payee)], maker),
        await started(world, file_id, other, maker),
    ]

    assert [expect(Refused, each).code for each in refusals] == ["bulk-file-differs"] * 3
    assert (await file_of(world, file_id)).state is BulkFileState.PENDING


async def test_a_customers_file_debits_his_own_accounts_alone(world: World, maker: Subject) -> None:
    mine, other = await world.opened(1_000, customer_id=1), await world.opened(1_000, customer_id=2)
    alice = Subject(id=str(uuid4()), role=Role.CUSTOMER, customer_id=1)
    bob = Subject(id=str(uuid4()), role=Role.CUSTOMER, customer_id=2)
    lines = [
        a_line(1, mine, other),
        a_line(2, other, mine),
        a_line(3, mine, other, to_account="AC-20000101-000001"),
    ]

    file_id = await sent(world, lines, alice)
    await ended(world, file_id)

    found = [line.code for line in await lines_of(world, file_id)]
    assert found == [None, "unknown-account", "payee-unavailable"]
    assert await balance(world, other) == 1_100
    hidden: list[Message] = [
        await world.ask(GetBulkFile(file_id=file_id), bob),
        await world.ask(ListBulkLines(file_id=file_id), bob),
        await world.ask(CancelBulkFile(file_id=file_id), bob),
        await added(world, file_id, lines, bob),
        await started(world, file_id, lines, bob),
        await started(world, file_id, lines, TELLER),
    ]
    assert {expect(Refused, each).code for each in hidden} == {"bulk-file-not-found"}
    seen = expect(BulkFiles, await world.ask(ListBulkFiles(limit=200), alice)).items
    assert [file.file_id for file in seen] == [file_id]
    assert not expect(BulkFiles, await world.ask(ListBulkFiles(limit=200), bob)).items


async def test_staff_need_a_second_person_for_the_amount_of_a_whole_file(
    world: World, maker: Subject
) -> None:
    payee = await world.opened(0)
    payers = [await world.opened(15_000_000) for _ in range(2)]
    lines = [a_line(place, payer, payee, 15_000_000) for place, payer in enumerate(payers, 1)]
    file_id = await begun(world, lines, maker)
    await added(world, file_id, lines, maker)

    needed = expect(ApprovalNeeded, await started(world, file_id, lines, maker))
    assert (await file_of(world, file_id)).state is BulkFileState.PENDING
    approval = ApproveCommand(approval_id=needed.approval_id)
    approved = await world.ask(approval, staff(Role.MANAGER), owner="account")
    expect(CommandApproved, approved)
    await ended(world, file_id)

    assert await balance(world, payee) == 30_000_000


async def test_what_is_cancelled_is_done_no_more(world: World, maker: Subject) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    lines = [a_line(number, payer, payee) for number in (1, 2)]
    file_id = await begun(world, lines, maker)
    await added(world, file_id, lines, maker)

    cancelled = await world.ask(CancelBulkFile(file_id=file_id), staff(Role.MANAGER))
    assert expect(BulkFileCancelled, cancelled).state is BulkFileState.CANCELLED
    late = [
        await started(world, file_id, lines, maker),
        await world.ask(CancelBulkFile(file_id=file_id), maker),
    ]

    assert [expect(Refused, each).code for each in late] == ["bulk-file-ended"] * 2
    states = {line.state for line in await lines_of(world, file_id, BulkLineState.CANCELLED)}
    assert states == {BulkLineState.CANCELLED}
    assert await balance(world, payee) == 0


async def test_a_part_of_a_file_that_was_cancelled_meanwhile_does_nothing(
    world: World, maker: Subject
) -> None:
    payer, payee = await world.opened(1_000_000), await world.opened(0)
    lines = [a_line(number, payer, payee) for number in range(1, MANY + 1)]
    file_id = await sent(world, lines, maker)

    await world.ask(CancelBulkFile(file_id=file_id), maker)
    file = await ended(world, file_id)

    assert file.state is BulkFileState.CANCELLED
    assert await balance(world, payee) == file.done_minor
    assert len(await lines_of(world, file_id, BulkLineState.COMPLETED)) == file.done
    assert len(await lines_of(world, file_id, BulkLineState.CANCELLED)) == MANY - file.done


async def test_too_many_files_of_one_maker_wait_for_each_other(
    world: World, maker: Subject
) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    ids = [await begun(world, [a_line(1, payer, payee)], maker) for _ in range(FILES_UNENDED_MAX)]
    more = announced([a_line(1, payer, payee)])

    assert expect(Refused, await world.ask(more, maker)).code == "too-many-bulk-files"
    await world.ask(CancelBulkFile(file_id=ids[0]), maker)
    expect(BulkFileBegun, await world.ask(more, maker))


async def test_files_are_listed_newest_first_page_by_page(world: World, maker: Subject) -> None:
    payer, payee = await world.opened(1_000), await world.opened(0)
    ids = [await begun(world, [a_line(1, payer, payee)], maker) for _ in range(3)]

    page = expect(BulkFiles, await world.ask(ListBulkFiles(limit=2)))
    following = expect(BulkFiles, await world.ask(ListBulkFiles(limit=1, cursor=page.next_cursor)))

    assert [file.file_id for file in (*page.items, *following.items)] == ids[::-1]
