"""What another bank asks for that it has paid to Alice, and how it is looked at and decided."""

from typing import Any
from uuid import UUID, uuid4

from contracts.account.movements import PaymentReceived
from contracts.payment.incoming_recalls import (
    AgreeToRecall,
    IncomingRecall,
    IncomingRecallState,
    ListIncomingRecalls,
    RecallRefusalCode,
    RefuseRecall,
)
from contracts.rail.imps import (
    AnswerImpsRecall,
    ImpsCreditAnswered,
    ImpsCreditArrived,
    ImpsRecallAnswered,
    ImpsRecallArrived,
)
from contracts.rail.recalls import RecallArrival, key_of
from contracts.rail.rtgs import RtgsRecallArrived
from services.payment.handlers.giving_back import tell_taken
from tests.builders import ALICE, ALICE_ID, an, inr
from tests.payment.contradictions import AUDITOR, CHECKER, MAKER
from tests.payment.desk import Desk, context, plain

State = IncomingRecallState
WHY = "our customer agrees, by her letter"
BOOKED = PaymentReceived(entry_id=uuid4(), customer_id=ALICE_ID)
NOT_BOOKED = PaymentReceived(
    entry_id=None, customer_id=ALICE_ID, code="account-closed", detail="It is closed."
)


def arrival() -> ImpsCreditArrived:
    return an(
        ImpsCreditArrived,
        transfer_id=uuid4(),
        amount=inr("500"),
        beneficiary_account=ALICE,
        remitter_name="Asha Rao",
        rail_reference="R1",
    )


def acknowledged(credit: ImpsCreditArrived) -> ImpsCreditAnswered:
    return ImpsCreditAnswered(
        transfer_id=credit.transfer_id, amount=credit.amount, beneficiary_account=ALICE
    )


async def under_way(desk: Desk) -> ImpsCreditArrived:
    credit = arrival()
    await desk.hear_rail(credit)
    return credit


async def paid_in(desk: Desk, answer: PaymentReceived = BOOKED) -> ImpsCreditArrived:
    """What Asha Rao has paid to Alice, and Alice has."""
    credit = await under_way(desk)
    await desk.hear(answer)
    await desk.hear_rail(acknowledged(credit))
    return credit


def recall(
    credit: ImpsCreditArrived, kind: type[RecallArrival] = ImpsRecallArrived, **fields: Any
) -> RecallArrival:
    values: dict[str, Any] = {
        "recall_id": uuid4(), "transfer_id": credit.transfer_id, "amount": inr("500"),
        "code": "DUPL", "detail": "Paid twice.",
    }  # fmt: skip
    return kind(**(values | fields))


async def asked(desk: Desk) -> RecallArrival:
    said = recall(await paid_in(desk))
    await desk.hear_rail(said)
    return said


def id_of(said: RecallArrival) -> UUID:
    return key_of(said.recall_id, "RTGS" if isinstance(said, RtgsRecallArrived) else "IMPS")


async def agree(desk: Desk, said: RecallArrival) -> IncomingRecall:
    command = AgreeToRecall(recall_id=id_of(said), reason=WHY)
    found: IncomingRecall = await desk.ask(command, MAKER)
    return found


async def refuse(
    desk: Desk, said: RecallArrival, code: RecallRefusalCode = RecallRefusalCode.CUST
) -> IncomingRecall:
    command = RefuseRecall(recall_id=id_of(said), code=code, reason="she says that it was owed")
    found: IncomingRecall = await desk.ask(command, CHECKER)
    return found


async def listed(desk: Desk, **filters: Any) -> list[IncomingRecall]:
    found = await desk.ask(ListIncomingRecalls(**filters), AUDITOR)
    return list(found.items)


async def look(desk: Desk, said: RecallArrival) -> IncomingRecall:
    [found] = [each for each in await listed(desk) if each.recall_id == id_of(said)]
    return found


async def tell(desk: Desk) -> None:
    """What the service does every few seconds."""
    desk.sent += plain(await tell_taken(desk.store, context(MAKER)))


def has_answer(said: RecallArrival) -> ImpsRecallAnswered:
    return ImpsRecallAnswered(recall_id=said.recall_id, transfer_id=said.transfer_id)


def reply(said: RecallArrival, code: str | None) -> AnswerImpsRecall:
    return AnswerImpsRecall(recall_id=said.recall_id, transfer_id=said.transfer_id, code=code)
