"""The three ways in which a rail contradicts itself, and what managers may do about it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from contracts.envelope import Message, Role, Subject
from contracts.payment.resolutions import ApproveResolution, ProposeResolution, RejectResolution
from contracts.payment.steering import PaymentSteered
from contracts.payment.values import Resolution, ResolutionOutcome
from contracts.rail.imps import RailRefused
from infra.handling.telling import Send
from tests.builders import staff
from tests.payment.desk import Desk, accepted
from tests.payment.examples import CAPTURED, HELD, NO_FUNDS, RELEASED

MAKER, CHECKER, THIRD = (
    Subject(id=name, role=Role.MANAGER) for name in ("maker", "checker", "third")
)
AUDITOR = staff(Role.AUDITOR)
SETTLE, RETURN = ResolutionOutcome.SETTLE, ResolutionOutcome.RETURN
REASON = "their letter of 5 May"


def refused(payment_id: UUID) -> RailRefused:
    return RailRefused(transfer_id=payment_id, code="unknown-beneficiary", detail="None.")


async def yes_after_no(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(refused(payment_id))
    await desk.hear(RELEASED)
    await desk.hear_rail(accepted(payment_id))
    return payment_id


async def yes_to_what_was_never_sent(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(NO_FUNDS)
    await desk.hear_rail(accepted(payment_id))
    return payment_id


async def no_after_yes(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)
    await desk.hear_rail(refused(payment_id))
    return payment_id


Contradiction = Callable[[Desk], Awaitable[UUID]]
CONTRADICTIONS = (yes_after_no, yes_to_what_was_never_sent, no_after_yes)


async def propose(
    desk: Desk, payment_id: UUID, outcome: ResolutionOutcome, by: Subject = MAKER
) -> PaymentSteered:
    command = ProposeResolution(payment_id=payment_id, outcome=outcome, reason=REASON)
    proposed: PaymentSteered = await desk.ask(command, by)
    return proposed


async def approve(
    desk: Desk, payment_id: UUID, by: Subject = CHECKER, number: int | None = None
) -> PaymentSteered:
    command = ApproveResolution(payment_id=payment_id, reason="seen", number=number)
    approved: PaymentSteered = await desk.ask(command, by)
    return approved


async def reject(desk: Desk, payment_id: UUID, by: Subject = CHECKER) -> PaymentSteered:
    rejected: PaymentSteered = await desk.ask(
        RejectResolution(payment_id=payment_id, reason="not so"), by
    )
    return rejected


async def resolution(desk: Desk, payment_id: UUID, viewer: Subject = AUDITOR) -> Resolution:
    found = (await desk.see(payment_id, viewer)).resolution
    assert found is not None
    return found


def orders(desk: Desk, since: int) -> list[Message]:
    return [m.command if isinstance(m, Send) else m for m in desk.sent[since:]]
