"""What the examples of the OpenAPI document stand for, made in a bank by what a path names."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from gateway.answers.accounts import ACCOUNT
from gateway.answers.beneficiaries import BENEFICIARY
from gateway.answers.bulk import FILE
from gateway.answers.loans import LOAN
from gateway.answers.loans import OPERATION as MOVEMENT
from gateway.answers.partners import A_KEY, TERMS
from gateway.answers.payees import LOOKUP
from gateway.answers.payments import PAYMENT
from gateway.answers.postings import TRANSACTION
from gateway.answers.receipts import CODE
from gateway.answers.sagas import SAGA
from gateway.answers.standing_orders import STANDING_ORDER
from gateway.operations import APPROVAL, OPERATION
from gateway.routes.holds import HOLD
from gateway.routes.screening import SCREENED_NAME
from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.paying_in import given_back, kept
from tests.fixtures.reconciling import a_break
from tests.fixtures.waiting import until

LATE_ACCOUNT = "50100234560002"  # the rail knows, and says nothing for eight seconds
FICKLE_ACCOUNT = "50100234560006"  # the rail says no, and two seconds later yes
SUBMIT_SECONDS = 30.0
PHRASE = "a long pass phrase"


async def a_user(client: Client, role: str = "TELLER") -> Json:
    body = {"username": f"u{uuid4().hex[:12]}", "password": PHRASE, "role": role}
    return await client.made("/api/auth/users", {**body, "branch_code": "BR001"})


async def become(client: Client, user: Json) -> None:
    body = {"username": user["username"], "password": PHRASE}
    token = (await client.post("/api/auth/login", body)).json()["access_token"]
    client.http.headers["Authorization"] = f"Bearer {token}"


async def _transaction(client: Client, account: str, other: str) -> dict[str, Any]:
    return {TRANSACTION: (await client.transfer(account, other, "10.50")).json()["transaction_id"]}


async def _file(client: Client, account: str, other: str) -> dict[str, Any]:
    """One that has not begun yet: its lines wait for a second person."""
    text = f"from_account,to_account,amount,reference\n{account},{other},250000,salary-11-1\n"
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid4())}
    answer = await client.http.post("/api/transactions/bulk", content=text, headers=headers)
    assert answer.json()["state"] == "awaiting-approval", answer.text
    files = await client.found("/api/transactions/bulk?limit=200")
    return {FILE: files["items"][0]["file_id"]}


async def _receipt(client: Client, account: str, other: str) -> dict[str, Any]:
    made = await _transaction(client, account, other)
    return {CODE: (await client.found(f"/api/transactions/{made[TRANSACTION]}/receipt"))["code"]}


async def _payee(client: Client, account: str, other: str) -> dict[str, Any]:
    owner = (await client.found(f"/api/accounts/{account}"))["customer_id"]
    payee = {"name": "Asha Rao", "vpa": f"a{uuid4().hex}@okaxis"}
    made = await client.made(f"/api/customers/{owner}/beneficiaries", {"beneficiary": payee})
    return {BENEFICIARY: made["beneficiary_id"], LOOKUP: made["name_check"]["lookup_id"]}


async def _payment(client: Client, account: str, other: str) -> dict[str, Any]:
    """One that is with the rail, which keeps silent."""
    payment_id = await client.begin_payment(account, LATE_ACCOUNT, "1.00")

    async def is_submitted() -> bool:
        payment = await client.found(f"/api/payments/{payment_id}")
        return any(step["name"] == "submit-to-rail" for step in payment["steps"])

    await until(is_submitted, SUBMIT_SECONDS, "the rail has the payment")
    return {PAYMENT: payment_id, SAGA: payment_id}


async def _contradicted(client: Client, account: str, other: str) -> dict[str, Any]:
    """One about which the rail has contradicted itself."""
    payment_id = await client.begin_payment(account, FICKLE_ACCOUNT, "1.00")

    async def is_contradicted() -> bool:
        payment = await client.found(f"/api/payments/{payment_id}")
        return bool(payment["needs_attention"]) and payment["state"] == "failed"

    await until(is_contradicted, SUBMIT_SECONDS, "the rail has contradicted itself")
    return {PAYMENT: payment_id}


async def propose(bank: Bank, payment_id: str) -> None:
    """By another manager than the one who decides."""
    async with bank.signed_in("manager") as maker:
        body = {"outcome": "return", "reason": "their letter"}
        answer = await maker.post(f"/api/payments/{payment_id}/resolution", body)
        assert answer.status_code == 200, answer.text


async def _screened_name(client: Client, account: str, other: str) -> dict[str, Any]:
    body = {"name": f"Example {uuid4().hex}", "source": "UN", "listed_on": "2026-01-01"}
    return {SCREENED_NAME: (await client.made("/api/screening/names", body))["name_id"]}


async def _partner(client: Client, account: str, other: str) -> dict[str, Any]:
    """One that does not know the key of the example yet."""
    name, key = f"bank-{uuid4().hex[:8]}", {**A_KEY, "key_id": "first"}
    await client.made(
        "/api/partners", {**TERMS, "name": name, "accounts": [account], "keys": [key]}
    )
    return {str(TERMS["name"]): name}


async def _keyed(client: Client, account: str, other: str) -> dict[str, Any]:
    """One that knows it, and another one."""
    partner = await _partner(client, account, other)
    await client.made(f"/api/partners/{partner[str(TERMS['name'])]}/keys", A_KEY)
    return partner


async def _hold(client: Client, account: str, other: str) -> dict[str, Any]:
    body = {"amount": "100.00", "reason": "hotel deposit"}
    return {HOLD: (await client.made(f"/api/accounts/{account}/holds", body))["hold_id"]}


async def _operation(client: Client, account: str, other: str) -> dict[str, Any]:
    """Of a deposit whose answer was not waited for."""
    answer = await client.post(f"/api/accounts/{account}/deposit", {"amount": "1"}, prefer="wait=0")
    assert answer.status_code == 202, answer.text
    return {OPERATION: answer.json()["operation_id"]}


async def _approval(client: Client, account: str, other: str) -> dict[str, Any]:
    """Of a reversal, which waits for somebody else."""
    [transaction] = (await _transaction(client, account, other)).values()
    path = f"/api/transactions/{transaction}/reverse"
    answer = await client.post(path, {"reason": "wrong account"}, key=str(uuid4()))
    assert answer.status_code == 202, answer.text
    return {APPROVAL: answer.json()["approval_id"]}


async def _loan(client: Client, account: str, other: str) -> dict[str, Any]:
    """One that waits for a decision."""
    customer_id = (await client.found(f"/api/accounts/{account}"))["customer_id"]
    body = {
        "customer_id": customer_id, "account_number": account, "product_code": "PERSONAL",
        "principal": "120000.00", "instalments": 12,
    }  # fmt: skip
    return {LOAN: (await client.made("/api/loans", body))["loan_id"]}


async def approved(bank: Bank, loan_id: str) -> None:
    """By somebody else than whoever applied."""
    async with bank.signed_in("admin") as admin:
        checker = await a_user(admin, "MANAGER")
    async with bank.stranger() as manager:
        await become(manager, checker)
        answer = await manager.post(f"/api/loans/{loan_id}/approve", {})
        assert answer.status_code == 200, answer.text


async def _moved(bank: Bank, loan_id: str) -> str:
    """The id of the movement that pays this loan out."""
    await approved(bank, loan_id)
    async with bank.signed_in("manager") as manager:
        answer = await manager.post(
            f"/api/loans/{loan_id}/disburse", {}, key=str(uuid4()), prefer="wait=0"
        )
        assert answer.is_success, answer.text
        if answer.status_code == 202:
            await until_ended(manager, answer.headers["Location"])
    async with bank.database() as database:
        found = await database.fetchval(
            "select saga_id from loan.sagas where data ->> 'loan_id' = $1", loan_id
        )
    return str(found)


async def served(bank: Bank, client: Client, path: str, stand_ins: Json) -> Json:
    """What a loan that is paid out needs for this example."""
    loan_id = stand_ins[LOAN]
    movement = await _moved(bank, loan_id)
    await _is_in_state(client, loan_id, "active")
    if path.endswith("/recoveries"):
        await _written_off(bank, loan_id)
    before = {"/reverse": "100.00", "/refunds": "121000.00"}
    for end, amount in before.items():
        if path.endswith(end):
            cash = {"amount": "200000.00"}
            await client.made(f"/api/accounts/{stand_ins[ACCOUNT]}/deposit", cash)
            movement = await _repaid(bank, loan_id, amount)
    if path.endswith("/reschedule"):
        schedule = await client.found(f"/api/loans/{loan_id}/schedule")
        return {"2026-03-01": schedule["instalments"][1]["due_date"]}
    return {MOVEMENT: movement}


async def _repaid(bank: Bank, loan_id: str, amount: str) -> str:
    async with bank.signed_in("teller") as teller:
        path = f"/api/loans/{loan_id}/repayments"
        answer = await teller.post(path, {"amount": amount}, key=str(uuid4()))
        assert answer.status_code == 201, answer.text
        newest = (await teller.found(f"/api/loans/{loan_id}/transactions"))["items"][0]
    return str(newest["operation_id"])


async def _written_off(bank: Bank, loan_id: str) -> None:
    async with bank.signed_in("manager") as manager:
        path = f"/api/loans/{loan_id}/write-off"
        parked = await manager.post(path, {"reason": "insolvent"}, key=str(uuid4()))
        async with another_manager(bank) as second:
            await approve(second, parked)
        await _is_in_state(manager, loan_id, "written-off")


async def _is_in_state(client: Client, loan_id: str, state: str) -> None:
    async def is_so() -> bool:
        return bool((await client.found(f"/api/loans/{loan_id}"))["state"] == state)

    await until(is_so, SUBMIT_SECONDS, f"the loan is {state}")


async def until_ended(client: Client, status_url: str) -> None:
    async def has_ended() -> bool:
        return bool((await client.found(status_url))["state"] in ("completed", "failed"))

    await until(has_ended, SUBMIT_SECONDS, f"{status_url} has ended")


async def _order(client: Client, account: str, other: str) -> dict[str, Any]:
    """One whose second transfer is due on the day of the example."""
    body = {
        "from_account": account, "to_account": other, "amount": "1.00", "frequency": "MONTHLY",
        "start_date": "2030-01-31",
    }  # fmt: skip
    made = await client.made("/api/transactions/standing-orders", body, key=str(uuid4()))
    return {STANDING_ORDER: made["order_id"]}


async def _paused(client: Client, account: str, other: str) -> dict[str, Any]:
    order = await _order(client, account, other)
    path = f"/api/transactions/standing-orders/{order[STANDING_ORDER]}/pause"
    assert (await client.post(path, {"reason": "away"})).status_code == 200
    return order


MAKERS: dict[str, Callable[[Client, str, str], Awaitable[dict[str, Any]]]] = {
    "{key_id}": _keyed,
    "/partners/{name}": _partner,
    "{order_id}/resume": _paused,
    "{order_id}": _order,
    "{transaction_id}": _transaction,
    "{file_id}": _file,
    "/api/receipts": _receipt,
    "{payment_id}/resolution": _contradicted,
    "{payment_id}/recall": kept,
    "{payment_id}": _payment,
    "{name_id}": _screened_name,
    "{lookup_id}": _payee,
    "{beneficiary_id}": _payee,
    "{return_id}": given_back,
    "{saga_id}": _payment,
    "{hold_id}": _hold,
    "{loan_id}": _loan,
    "{operation_id}": _operation,
    "{approval_id}": _approval,
    "/breaks/{side}": a_break,
    "/lines/{line}": a_break,
}
