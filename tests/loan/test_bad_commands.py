"""Commands of loans that nobody of ours would send, on the queue: refused, and nothing changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.envelope import BODY_BYTES_MAX, OPERATOR, Command, Role, Subject
from contracts.loan.applications import ApproveLoan, CancelLoan
from contracts.loan.operations import DisburseLoan
from contracts.loan.repayments import RecoverLoan, RefundOverpayment, RepayLoan
from contracts.topology import COMMANDS, REFUSED, dead_queue, routing_key
from infra.bus.reply_queue import listen
from infra.bus.wire import JSON
from infra.data.database import Connection
from infra.deployment.dead import reason_of
from services.loan.handlers import service
from tests.builders import ALICE_ID, customer, staff
from tests.fixtures.processes import running
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.loan.desk import LoanDesk

pytestmark = pytest.mark.integration

SENDER = "gateway"
SECONDS = 30.0
TABLES = ("loans", "loan_events", "loan_books", "loan_instalments", "sagas", "outbox", "accruals")
INR_100 = {"minor": 100, "currency": "INR"}


@dataclass
class Room:
    """A loan service at work with a loan that runs and one that is repaid, and who writes to it."""

    channel: AbstractChannel
    operator: AbstractChannel  # who may look at what was given up
    db: Connection
    running_loan: UUID
    closed_loan: UUID
    address: str = ""
    answers: "asyncio.Queue[AbstractIncomingMessage]" = field(default_factory=asyncio.Queue)

    async def send(
        self, body: bytes, key: str, *, by: Subject | None = None, **properties: Any
    ) -> str:
        """Publish these bytes as somebody's command; their message id."""
        message_id = str(uuid4())
        subject = (by or staff()).model_dump(mode="json", exclude_none=True)
        plain = {
            "type": key, "user_id": SENDER, "content_type": JSON, "message_id": message_id,
            "headers": {"subject": json.dumps(subject)},
        }  # fmt: skip
        exchange = await self.channel.get_exchange(COMMANDS, ensure=False)
        message = aio_pika.Message(body, **{**plain, **properties})
        await exchange.publish(message, key, timeout=5)
        return message_id

    async def told(self, kind: type[Command], body: Any, by: Subject | None = None) -> str:
        """The code with which the command is refused."""
        content = json.dumps(body).encode()
        correlation = str(uuid4())
        await self.send(
            content, routing_key(kind), by=by, reply_to=self.address, correlation_id=correlation
        )
        answer = await asyncio.wait_for(self.answers.get(), SECONDS)
        assert (answer.type, answer.correlation_id) == (REFUSED, correlation), answer.body
        return str(json.loads(answer.body)["code"])

    async def everything(self) -> list[list[tuple[Any, ...]]]:
        return [
            [tuple(row) for row in await self.db.fetch(f"select * from {table} order by 1, 2")]  # noqa: S608
            for table in TABLES
        ]


@pytest.fixture(scope="module")
async def stage(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Room]:
    async with databases.fresh(("loan",)) as database, vhosts.fresh([service]) as vhost:
        db = await asyncpg.connect(database.url("loan"))
        desk = LoanDesk(db, date(2026, 1, 1))
        await desk.open()
        runs, closed = await desk.lend(120_000_00, 12), await desk.lend(1_000_00, 3)
        await desk.repay(closed, 1_000_00)
        async with (
            running(service, database, vhost),
            await aio_pika.connect(vhost.url(SENDER)) as connection,
            await aio_pika.connect(vhost.url(OPERATOR)) as operator,
        ):
            channel = await connection.channel()
            room = Room(channel, await operator.channel(), db, runs, closed)
            room.address, _ = await listen(channel, SENDER, room.answers.put)
            yield room
        await db.close()


@pytest.fixture
async def room(stage: Room) -> AsyncIterator[Room]:
    """Afterwards everything is as it was."""
    before = await stage.everything()
    yield stage
    assert await stage.everything() == before


REPAY = routing_key(RepayLoan)
DEEP = b'{"a":' * 21 + b"1" + b"}" * 21


@pytest.mark.parametrize(
    ("body", "key", "reason"),
    [
        pytest.param(b"\x00\x01", REPAY, "not-json", id="not JSON"),
        pytest.param(DEEP, REPAY, "too-deep", id="deep"),
        pytest.param(b'"' + b"x" * BODY_BYTES_MAX + b'"', REPAY, "body-too-big", id="oversized"),
        pytest.param(b"{}", "loan.forgive-all.v1", "unknown-type", id="unknown kind"),
        pytest.param(b"{}", REPAY, "malformed-message", id="wrong schema"),
    ],
)
async def test_what_is_no_command_of_loans_is_set_aside_with_its_reason(
    room: Room, body: bytes, key: str, reason: str
) -> None:
    message_id = await room.send(body, key)
    queue = await room.operator.declare_queue(dead_queue("loan.commands"), passive=True)
    found: list[AbstractIncomingMessage] = []

    async def is_there() -> bool:
        message = await queue.get(fail=False)
        if message is not None:
            await message.ack()
            found.append(message)
        return bool(found)

    await until(is_there, SECONDS, "it is set aside")

    [message] = found
    assert message.message_id == message_id
    assert reason_of(message).startswith(reason)
    assert await room.told(RepayLoan, {}) == "malformed-message"  # the service is well


MALFORMED: list[tuple[type[Command], dict[str, Any]]] = [
    (RepayLoan, {"amount": {"minor": 0, "currency": "INR"}}),
    (RepayLoan, {"amount": {"minor": -1, "currency": "INR"}}),
    (RepayLoan, {"amount": {"minor": 10**16, "currency": "INR"}}),
    (RepayLoan, {"amount": {"minor": 1.5, "currency": "INR"}}),
    (RepayLoan, {"amount": {"minor": "1", "currency": "INR"}}),
    (RepayLoan, {"amount": {"minor": 1, "currency": "XXX"}}),
    (RepayLoan, {"amount": INR_100, "paid_on": "2026-02-30"}),
    (RepayLoan, {"amount": INR_100, "colour": "red"}),
    (RepayLoan, {"amount": INR_100, "loan_id": "mine"}),
    (RepayLoan, {"amount": INR_100, "from_account": "x\n"}),
    (DisburseLoan, {"amount": {"minor": 0, "currency": "INR"}}),
    (RefundOverpayment, {"amount": {"minor": 0, "currency": "INR"}}),
    (CancelLoan, {"reason": ""}),
    (CancelLoan, {"reason": "\x00"}),
]


@pytest.mark.parametrize(("kind", "fields"), MALFORMED)
async def test_a_command_outside_its_contract_is_refused(
    room: Room, kind: type[Command], fields: dict[str, Any]
) -> None:
    body = {"loan_id": str(room.running_loan), **fields}

    assert await room.told(kind, body, _one_who_may(kind)) == "malformed-message"


IMPOSSIBLE: list[tuple[type[Command], dict[str, Any], str]] = [
    (RepayLoan, {"amount": {"minor": 1, "currency": "USD"}}, "currency-mismatch"),
    (RepayLoan, {"amount": INR_100, "paid_on": "2025-12-31"}, "repayment-before-disbursement"),
    (RepayLoan, {"amount": INR_100, "paid_on": "2026-01-02"}, "date-after-business-date"),
    (RepayLoan, {"amount": INR_100, "paid_on": "9999-12-31"}, "date-after-business-date"),
    (RepayLoan, {"amount": INR_100, "paid_on": "0001-01-01"}, "repayment-before-disbursement"),
    (RepayLoan, {"amount": INR_100, "loan_id": str(uuid4())}, "loan-not-found"),
    (RepayLoan, {"amount": INR_100, "loan_id": "closed"}, "loan-closed"),
    (RepayLoan, {"amount": INR_100, "in_cash": True, "from_account": "AC-1"}, "source-unclear"),
    (DisburseLoan, {}, "loan-already-disbursed"),
    (DisburseLoan, {"loan_id": "closed"}, "loan-not-approved"),
    (RefundOverpayment, {"amount": INR_100}, "refund-above-overpaid"),
    (RecoverLoan, {"amount": INR_100}, "loan-not-written-off"),
    (ApproveLoan, {"reason": ""}, "loan-not-applied"),
    (CancelLoan, {"reason": "late"}, "loan-not-cancellable"),
]


@pytest.mark.parametrize(("kind", "fields", "code"), IMPOSSIBLE)
async def test_what_cannot_be_done_to_a_loan_is_refused_with_its_code(
    room: Room, kind: type[Command], fields: dict[str, Any], code: str
) -> None:
    body = {"loan_id": str(room.running_loan), **fields}
    if body["loan_id"] == "closed":
        body["loan_id"] = str(room.closed_loan)

    assert await room.told(kind, body, _one_who_may(kind)) == code


async def test_a_customer_learns_of_no_loan_of_others_and_brings_no_cash(room: Room) -> None:
    body = {"loan_id": str(room.running_loan), "amount": INR_100}

    of_another = await room.told(RepayLoan, body, customer(ALICE_ID + 1))
    in_cash = await room.told(RepayLoan, {**body, "in_cash": True}, customer())

    assert (of_another, in_cash) == ("loan-not-found", "cash-at-tills-only")


async def test_somebody_who_has_no_role_repays_nothing(room: Room) -> None:
    body = {"loan_id": str(room.running_loan), "amount": INR_100}

    assert await room.told(RepayLoan, body, Subject(id="nobody")) == "not-allowed"


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from(["loan_id", "amount", "paid_on", "from_account", "in_cash", "reason"]), ODD
)


@given(bodies=st.lists(ODD | FIELDS, min_size=30, max_size=30))
@settings(
    max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
)
async def test_whatever_json_comes_as_a_command_of_a_loan_is_refused(
    stage: Room, bodies: list[Any]
) -> None:
    before = await stage.everything()

    codes = {await stage.told(RepayLoan, body) for body in bodies}

    assert codes <= {"malformed-message", "loan-not-found"}
    assert await stage.everything() == before


def _one_who_may(kind: type[Command]) -> Subject:
    return staff(Role.MANAGER) if Role.MANAGER in kind.roles else staff()
