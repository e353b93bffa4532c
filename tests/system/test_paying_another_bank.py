"""Payments to an account at another bank, which accepts, refuses, is late, silent or forgetful."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

END_SECONDS = 60.0
RAIL_STEPS = ["place-hold", "screen", "submit-to-rail", "capture-hold"]
# What a payment moves beside the 40.00 of every test, so that its rail carries it.
RUPEES_MORE = {"IMPS": 0, "RTGS": 200_000}

every_rail = pytest.mark.parametrize("rail", RUPEES_MORE)


@every_rail
@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("7890", id="accepts"),
        pytest.param("0002", id="answers late"),
        pytest.param("0003", id="answers twice"),
        pytest.param("0004", id="is silent until asked"),
        pytest.param("0005", id="loses the first submission"),
    ],
)
async def test_an_accepted_payment_moves_the_money_once(
    bank: Bank, teller: Client, ending: str, rail: str
) -> None:
    payer = await _payer(teller, rail)

    payment = await _ended(teller, await _begun(teller, payer, f"5010023456{ending}", rail))

    assert payment["state"] == "completed"
    assert payment["rail_reference"].startswith(rail)
    assert [(step["name"], step["state"]) for step in payment["steps"]] == [
        (name, "completed") for name in RAIL_STEPS
    ]
    assert all(step["ended_at"] >= step["started_at"] for step in payment["steps"])
    assert await _amounts(teller, payer) == (Decimal("60.00"), Decimal(0))
    cleared = [(f"GL-CLEARING-{rail}-INR", 4_000 + RUPEES_MORE[rail] * 100)]
    assert await _cleared(bank, payment["payment_id"]) == cleared


async def test_a_completed_payment_is_not_taken_back_by_a_manager(
    bank: Bank, teller: Client, manager: Client
) -> None:
    payer = await teller.open_account("100.00")
    payment = await _ended(teller, await _begun(teller, payer, "50100234567890"))
    async with bank.database() as database:
        entry_id = await database.fetchval(
            "select entry_id from account.entries where hold_id = $1",
            uuid5(UUID(payment["payment_id"]), "hold"),
        )

    reason = {"reason": "asked by the payer"}
    path = f"/api/transactions/{entry_id}/reverse"
    parked = await manager.post(path, reason, key=str(entry_id))
    async with another_manager(bank) as checker:
        approval = await approve(checker, parked)
    answer = await manager.post(path, reason, key=str(entry_id))

    assert approval["outcome"]["code"] == "entry-of-another-service"
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "entry-of-another-service"
    assert await _amounts(teller, payer) == (Decimal("60.00"), Decimal(0))


@every_rail
async def test_a_refused_payment_gives_the_money_back(
    bank: Bank, teller: Client, rail: str
) -> None:
    payer = await _payer(teller, rail)

    payment = await _ended(teller, await _begun(teller, payer, "50100234560001", rail))

    assert (payment["state"], payment["reason"]) == ("failed", "unknown-beneficiary")
    states = {step["name"]: step["state"] for step in payment["steps"]}
    assert states == {"place-hold": "undone", "screen": "completed", "submit-to-rail": "refused"}
    assert await _amounts(teller, payer) == (Decimal(100 + RUPEES_MORE[rail]), Decimal(0))
    assert await _cleared(bank, payment["payment_id"]) == []


async def test_a_payment_without_the_money_fails_before_the_rail_hears_of_it(
    teller: Client,
) -> None:
    payer = await teller.open_account("10.00")

    payment = await _ended(teller, await _begun(teller, payer, "50100234567890"))

    assert (payment["state"], payment["reason"]) == ("failed", "insufficient-funds")
    assert [step["name"] for step in payment["steps"]] == ["place-hold"]
    assert await _amounts(teller, payer) == (Decimal("10.00"), Decimal(0))


@every_rail
async def test_a_rail_that_says_yes_after_no_is_shown_to_people(
    bank: Bank, teller: Client, rail: str
) -> None:
    """The payer keeps his money; the bank's own books show what the rail will ask for."""
    payer, minor = await _payer(teller, rail), 4_000 + RUPEES_MORE[rail] * 100
    payment_id = await _begun(teller, payer, "50100234560006", rail)
    await _contradicted(teller, payment_id)

    assert await _amounts(teller, payer) == (Decimal(100 + RUPEES_MORE[rail]), Decimal(0))
    async with bank.database() as database:
        legs = await database.fetch(
            "select a.number, p.amount_minor from account.entries e"
            " join account.postings p using (entry_id)"
            " join account.accounts a on a.id = p.account_id"
            " where e.reference = $1 order by p.amount_minor",
            f"late-{payment_id}",
        )
    assert [tuple(leg) for leg in legs] == [
        ("GL-SUSPENSE-INR", -minor),
        (f"GL-CLEARING-{rail}-INR", minor),
    ]


@every_rail
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param("settle", "completed", id="the other bank keeps the money"),
        pytest.param("return", "failed", id="the other bank gives it back"),
    ],
)
async def test_two_managers_end_a_contradiction_and_suspense_is_where_it_was(
    bank: Bank, teller: Client, manager: Client, outcome: str, state: str, rail: str
) -> None:
    """Also when the services that book it are killed at that moment."""
    payer, before = await _payer(teller, rail), await _suspense(bank)
    payment_id = await _begun(teller, payer, "50100234560006", rail)
    await _contradicted(teller, payment_id)
    attention = await _needing_attention(teller)
    path = f"/api/payments/{payment_id}/resolution"

    body = {"outcome": outcome, "reason": "by their letter"}
    assert (await manager.post(path, body)).status_code == 200
    himself = await manager.post(f"{path}/approve", {"reason": "it is so"})
    async with _another_manager(bank) as other:
        approved = await other.post(f"{path}/approve", {"reason": "it is so", "number": 1})
    bank.kill("payment", "account")

    assert (himself.status_code, himself.json()["code"]) == (403, "same-person")
    assert (approved.status_code, approved.json()["resolution"]["state"]) == (200, "processing")
    payment = await _resolved(teller, payment_id)
    assert (payment["state"], payment["needs_attention"]) == (state, False)
    left = Decimal(60 if state == "completed" else 100 + RUPEES_MORE[rail])
    assert await _amounts(teller, payer) == (left, Decimal(0))
    assert await _suspense(bank) == before
    assert payment_id in attention
    assert payment_id not in await _needing_attention(teller)


async def _contradicted(client: Client, payment_id: str) -> None:
    async def is_seen() -> bool:
        found = await client.found(f"/api/payments/{payment_id}")
        return bool(found["needs_attention"]) and found["state"] == "failed"

    await until(is_seen, END_SECONDS, "the contradiction is shown")


async def _resolved(client: Client, payment_id: str) -> Json:
    """The payment once its resolution is done; the services may be starting again."""

    async def is_done() -> bool:
        answer = await client.get(f"/api/payments/{payment_id}")
        return answer.is_success and answer.json()["resolution"]["state"] == "completed"

    await until(is_done, END_SECONDS, "the resolution is done")
    return await client.found(f"/api/payments/{payment_id}")


async def _needing_attention(client: Client) -> list[str]:
    found = await client.found("/api/payments?needs_attention=true&limit=200")
    return [payment["payment_id"] for payment in found["items"]]


@asynccontextmanager
async def _another_manager(bank: Bank) -> AsyncIterator[Client]:
    name, phrase = f"u{uuid4().hex[:12]}", "a long pass phrase"
    async with bank.signed_in("admin") as admin, bank.stranger() as other:
        body = {"username": name, "password": phrase, "role": "MANAGER", "branch_code": "BR001"}
        await admin.made("/api/auth/users", body)
        answer = await other.post("/api/auth/login", {"username": name, "password": phrase})
        other.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield other


async def _suspense(bank: Bank) -> int:
    """What stands in suspense, over all payments of this run."""
    async with bank.database() as database:
        balance = await database.fetchval(
            "select b.posted_minor from account.balances b"
            " join account.accounts a on a.id = b.account_id where a.number = 'GL-SUSPENSE-INR'"
        )
    return int(balance)


async def test_who_does_not_wait_sees_every_step_later(teller: Client) -> None:
    payer = await teller.open_account("100.00")

    answer = await teller.pay(payer, "50100234567890", "40.00", wait=0)

    assert answer.status_code == 202
    place = answer.headers["Location"]
    if "operation_id" in answer.json():
        await until(lambda: _is_completed(teller, place), END_SECONDS, "the operation completes")
        place = f"/api/payments/{(await teller.found(place))['result']['payment_id']}"
    payment = await _ended(teller, place.rpartition("/")[2])
    assert payment["state"] == "completed"


async def _is_completed(client: Client, place: str) -> bool:
    return bool((await client.found(place))["state"] == "completed")


@every_rail
@pytest.mark.parametrize("step", RAIL_STEPS)
async def test_a_payment_ends_whole_though_its_service_is_killed_at_any_step(
    bank: Bank, teller: Client, step: str, rail: str
) -> None:
    payer = await _payer(teller, rail)
    payment_id = await _begun(teller, payer, "50100234560004", rail)

    async def is_at_step() -> bool:
        steps = (await teller.found(f"/api/payments/{payment_id}"))["steps"]
        return step in [each["name"] for each in steps]

    await until(is_at_step, END_SECONDS, f"the payment is at {step}")
    bank.kill("payment")
    await bank.until_healthy(END_SECONDS)

    payment = await _ended(teller, payment_id)
    assert payment["state"] == "completed"
    assert await _amounts(teller, payer) == (Decimal("60.00"), Decimal(0))
    assert len(await _cleared(bank, payment_id)) == 1


async def _payer(client: Client, rail: str) -> str:
    """An account with 100.00, and what a payment over this rail moves beside 40.00."""
    number = await client.open_account("100.00")
    if RUPEES_MORE[rail]:
        body = {"amount": f"{RUPEES_MORE[rail]}.00"}
        await client.made(f"/api/accounts/{number}/deposit", body)
    return number


async def _begun(client: Client, payer: str, beneficiary: str, rail: str = "IMPS") -> str:
    return await client.begin_payment(payer, beneficiary, f"{40 + RUPEES_MORE[rail]}.00", rail)


async def _ended(client: Client, payment_id: str) -> Json:
    path = f"/api/payments/{payment_id}"

    async def has_ended() -> bool:
        answer = await client.get(path)
        if answer.status_code == 503:
            return False  # its service was killed, and is not back yet
        assert answer.status_code == 200, answer.text
        return answer.json()["state"] in ("completed", "failed", "cancelled")

    await until(has_ended, END_SECONDS, "the payment ends")
    return await client.found(path)


async def _amounts(client: Client, account: str) -> tuple[Decimal, Decimal]:
    """What is on the account, and what of it is held."""
    found = await client.found(f"/api/accounts/{account}/balance")
    return Decimal(found["balance"]), Decimal(found["held"])


async def _cleared(bank: Bank, payment_id: str) -> list[tuple[str, int]]:
    """What went to which account of the bank's own for this payment, entry by entry."""
    async with bank.database() as database:
        rows = await database.fetch(
            "select a.number, p.amount_minor from account.entries e"
            " join account.postings p using (entry_id)"
            " join account.accounts a on a.id = p.account_id"
            " where e.hold_id = $1 and e.kind = 'PAYMENT' and a.customer_id is null",
            uuid5(UUID(payment_id), "hold"),
        )
    return [(row["number"], row["amount_minor"]) for row in rows]
