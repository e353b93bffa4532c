"""How two managers end a payment that the rail has contradicted: one proposes, another decides."""

from uuid import UUID

from contracts.envelope import Command, Role
from contracts.payment.steering import PaymentSteered
from contracts.payment.values import ProposalNumber, ResolutionOutcome
from contracts.words import Reason


class ProposeResolution(Command):
    """Propose how a payment ends that the rail contradicted; another manager decides."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    outcome: ResolutionOutcome
    reason: Reason


class ApproveResolution(Command):
    """Let the books follow the open proposal, made by another manager."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason
    number: ProposalNumber | None = None  # of the proposal that is meant; None: the open one


class RejectResolution(Command):
    """Refuse the open proposal, made by another manager; a new one can be made."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason
    number: ProposalNumber | None = None
