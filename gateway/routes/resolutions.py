"""How two managers end a payment that the rail has contradicted: one proposes, another decides."""

from contracts.payment.resolutions import ApproveResolution, ProposeResolution, RejectResolution
from contracts.payment.values import ProposalNumber, ResolutionOutcome
from contracts.words import Reason
from gateway.answers.payments import PaymentAnswer
from gateway.routes.payments import PaymentPath
from gateway.routing import EdgeRouter
from gateway.schemas import Body, example

router = EdgeRouter("/api/payments", "payments")


class ProposalRequest(Body):
    """How the payment is to end."""

    model_config = example(outcome="settle", reason="they have credited, by their letter of 5 May")

    outcome: ResolutionOutcome
    reason: Reason


class DecisionRequest(Body):
    """A decision about what another manager has proposed."""

    model_config = example(reason="seen in their statement of the day", number=1)

    reason: Reason
    number: ProposalNumber | None = None  # of the proposal that is meant


@router.sends(ProposeResolution, "POST /{payment_id}/resolution", answers=PaymentAnswer, status=200)
def propose_resolution(payment_id: PaymentPath, body: ProposalRequest) -> ProposeResolution:
    """Propose that the payer pays (`settle`) or keeps or gets back his money (`return`)."""
    return ProposeResolution(payment_id=payment_id, outcome=body.outcome, reason=body.reason)


@router.sends(
    ApproveResolution, "POST /{payment_id}/resolution/approve", answers=PaymentAnswer, status=200
)
def approve_resolution(payment_id: PaymentPath, body: DecisionRequest) -> ApproveResolution:
    """Let the books follow what another manager has proposed."""
    return ApproveResolution(payment_id=payment_id, reason=body.reason, number=body.number)


@router.sends(
    RejectResolution, "POST /{payment_id}/resolution/reject", answers=PaymentAnswer, status=200
)
def reject_resolution(payment_id: PaymentPath, body: DecisionRequest) -> RejectResolution:
    """Refuse what another manager has proposed."""
    return RejectResolution(payment_id=payment_id, reason=body.reason, number=body.number)
