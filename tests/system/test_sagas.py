"""A saga of the whole bank, seen and steered over HTTP and from the operator's terminal."""

from uuid import uuid4

import pytest

from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until
from tests.system.test_commands import bank_says, command

pytestmark = pytest.mark.system

LATE_ACCOUNT = "50100234560002"  # the rail knows, and says nothing for eight seconds
SUBMIT_SECONDS, END_SECONDS = 30.0, 90.0
WHY = {"reason": "the other bank has telephoned"}


@pytest.fixture
async def submitted(manager: Client) -> str:
    """The id of a payment that is with the rail, which keeps silent."""
    account = await manager.open_account("1000.00")
    payment_id = await manager.begin_payment(account, LATE_ACCOUNT, "1.00")

    async def is_submitted() -> bool:
        answer = await manager.get(f"/api/sagas/{payment_id}")
        return answer.status_code == 200 and answer.json()["step"] == "submit-to-rail"

    await until(is_submitted, SUBMIT_SECONDS, "the rail has the payment")
    return payment_id


async def bank_refuses(bank: Bank, *words: str) -> str:
    """The one line in which a command says no."""
    status, output, errors = await run_once(
        command(*words), environment=bank.environment(), folder=ROOT
    )
    assert (status, output, errors.count("\n")) == (1, "", 1)
    return errors


async def test_a_saga_is_parked_found_and_retried_until_it_ends(
    bank: Bank, manager: Client, submitted: str
) -> None:
    why = ("--reason", WHY["reason"])
    parked = await bank_says(bank, "saga", "park", submitted, *why)
    calls = await manager.found("/api/sagas?needs_attention=true&name=imps&state=parked&limit=200")
    listed = await bank_says(bank, "saga", "list", "--needs-attention", "--limit", "200")
    no_way_back = await bank_refuses(bank, "saga", "compensate", submitted, *why)
    refused = await manager.post(f"/api/sagas/{submitted}/compensate", WHY)
    retried = await manager.post(f"/api/sagas/{submitted}/retry", WHY)

    async def is_completed() -> bool:
        return str((await manager.found(f"/api/sagas/{submitted}"))["state"]) == "completed"

    await until(is_completed, END_SECONDS, "the end of the payment")
    shown = await bank_says(bank, "saga", "show", submitted)

    assert "parked at submit-to-rail  needs attention" in parked
    assert submitted in [each["saga_id"] for each in calls["items"]]
    assert submitted in listed
    assert no_way_back.startswith("bank: saga-past-pivot: ")
    assert (refused.status_code, refused.json()["code"]) == (409, "saga-past-pivot")
    assert retried.status_code == 200
    assert [each["action"] for each in retried.json()["interventions"]] == ["park", "retry"]
    assert "payment imps  completed" in shown
    assert "park by operator" in shown
    over = await manager.post(f"/api/sagas/{submitted}/retry", WHY)
    assert (over.status_code, over.json()["code"]) == (409, "saga-already-ended")
    ended = await bank_refuses(bank, "saga", "retry", submitted, *why)
    assert ended.startswith("bank: saga-already-ended: ")


async def test_what_cannot_be_steered_is_refused_with_its_code(
    bank: Bank, manager: Client, submitted: str
) -> None:
    nobody = f"/api/sagas/{uuid4()}"

    shown, steered = await manager.get(nobody), await manager.post(f"{nobody}/park", WHY)
    without_reason = await manager.post(f"/api/sagas/{submitted}/park", {})
    unknown = await bank_refuses(bank, "saga", "show", str(uuid4()))

    assert (shown.status_code, shown.json()["code"]) == (404, "saga-not-found")
    assert (steered.status_code, steered.json()["code"]) == (404, "saga-not-found")
    assert without_reason.status_code == 422
    assert unknown.startswith("bank: saga-not-found: ")
    async with bank.signed_in("teller") as teller:
        assert (await teller.get("/api/sagas")).status_code == 200
        assert (await teller.post(f"/api/sagas/{submitted}/park", WHY)).status_code == 403
