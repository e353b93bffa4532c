"""A payment over any rail: hold the money, screen it, submit it, capture the hold into clearing.

    place-hold       undone by releasing the hold; too late: released, even if never placed
    screen           decided in the transaction that submits it, so that nothing leaves unscreened;
                     a hit: it stands still until managers release or refuse it. Over a rail that
                     takes batches it waits here for its cut-off
    submit-to-rail   the pivot; no answer: asked about until its time is over, and then taken for a
                     no; without one, for as long as it takes. Over a rail that takes batches it
                     leaves with others: batches.py
    capture-hold     must succeed now, since the other bank has paid: tried again until it does

What is held and captured is the amount with its fee and the tax on it, in one entry: the amount
goes into clearing, the rest to what the bank earns and owes.

The rail says yes or no once. Should it say yes after no, the payer's money is free again and the
rail still wants its own: the amount goes from suspense to clearing, where the books show it, and
the payment waits for a person. A yes to what was never submitted moves nothing; a person looks.
How people end such a payment is resolving.py. What a rail has of its own is a `RailSide` of
rails.py.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.account.holds import CaptureHold, Charge, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.money import Money
from contracts.payment.transfers import TransferCompleted, TransferFailed
from contracts.rail.bodies import Acceptance
from contracts.text import cleaned
from infra.sagas.table import Decides, Saga, Sends, Step
from services.payment.domain.fees import fee_line, gst_line
from services.payment.domain.settling import clearing_line, suspense_line
from services.payment.sagas.batches import cut_off_of
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.rails import RailSide
from services.payment.settings import PaymentSettings

SCREENING = "screening"  # the rule by which the payment goes on
TEXT_MAX = 140  # characters of a description on a statement


def paying(side: RailSide, settings: PaymentSettings) -> Saga[PaymentOrder]:
    """The saga of payments over this rail, which has the rail's name."""
    return Saga(
        name=side.rail.lower(),
        version=2,
        data=PaymentOrder,
        steps=(
            Step(
                name="place-hold",
                do=Sends(PlaceHold, lambda order: place_hold(order, order.hold_id)),
                undo=Sends(ReleaseHold, lambda order: release_hold(order.hold_id)),
                subject=lambda order: order.payer,
                seconds=settings.account_seconds,
            ),
            Step(
                name="screen",
                do=Decides(SCREENING),
                not_before=(lambda order, _: cut_off_of(order)) if side.in_batches else None,
            ),
            Step(
                name="submit-to-rail",
                do=side.submit(settings),
                inquire=side.inquire,
                set_aside=Sends(PostEntry, set_aside),
                learn=_accepted,
                pivot=True,
                not_after=None if side.in_batches else lambda order: order.answer_by,
                seconds=settings.batch_seconds if side.in_batches else settings.rail_seconds,
                answers=side.answers,
                answered_run=lambda answer: answer.transfer_id,
            ),
            Step(
                name="capture-hold",
                do=Sends(
                    CaptureHold,
                    lambda order: capture_hold(order, order.hold_id, clearing_account(order)),
                ),
                seconds=settings.account_seconds,
            ),
        ),
        completed=completed,
        failed=_failed,
        seconds_max=settings.seconds_max,
    )


def unscreened(saga: Saga[PaymentOrder]) -> Saga[PaymentOrder]:
    """The table of before there was a screening, which payments follow that began by it."""
    hold, screen, submit, capture = saga.steps
    submit = replace(submit, not_before=screen.not_before)
    return replace(saga, version=1, steps=(hold, submit, capture))


def clearing_account(order: PaymentOrder) -> str:
    """Where the money waits for the settlement between the banks."""
    return clearing_line(order.rail, order.amount.currency)


def suspense_account(order: PaymentOrder) -> str:
    """The suspense line of its currency."""
    return suspense_line(order.amount.currency)


def place_hold(order: PaymentOrder, hold_id: UUID) -> PlaceHold:
    return PlaceHold(
        hold_id=hold_id,
        account_number=order.from_account,
        amount=order.total,
        reason=f"{order.rail} payment to {order.beneficiary.name}",
        customer_id=order.customer_id,
    )


def release_hold(hold_id: UUID) -> ReleaseHold:
    return ReleaseHold(hold_id=hold_id, reason="the payment was not made")


def _accepted(order: PaymentOrder, answer: Acceptance) -> PaymentOrder:
    return order.model_copy(update={"rail_reference": answer.rail_reference})


def capture_hold(order: PaymentOrder, hold_id: UUID, to_account: str) -> CaptureHold:
    return CaptureHold(
        hold_id=hold_id,
        to_account=to_account,
        amount=order.amount,  # so that a hold that is short is refused
        charges=_charges(order),
        kind=EntryKind.PAYMENT,
        description=statement_text(order),
    )


def _charges(order: PaymentOrder) -> tuple[Charge, ...]:
    currency = order.amount.currency
    charged = ((fee_line, order.fee_minor), (gst_line, order.gst_minor))
    return tuple(
        Charge(to_account=line(currency), amount=Money(minor=minor, currency=currency))
        for line, minor in charged
        if minor
    )


def set_aside(order: PaymentOrder) -> PostEntry:
    """Once per payment, since a run is contradicted once; its reference says so to the ledger."""
    minor = order.amount.minor
    return PostEntry(
        reference=f"late-{order.payment_id}",
        kind=EntryKind.PAYMENT,
        currency=order.amount.currency,
        legs=(
            Leg(account_number=suspense_account(order), amount_minor=-minor),
            Leg(account_number=clearing_account(order), amount_minor=minor),
        ),
        description=f"{order.rail} accepted after refusal: {order.payment_id}",
    )


def statement_text(order: PaymentOrder) -> str:
    """What the payer reads on his statement."""
    reference = order.rail_reference or ""  # of a yes to what was never sent we keep none
    return line_of(order.rail, reference, order.beneficiary.name, order.description)


def line_of(*words: str) -> str:
    """These words as one line of a statement."""
    # Cut where a joiner stood between two letters, the rest would end with it.
    text: str = cleaned(" ".join([word for word in words if word]).strip()[:TEXT_MAX])
    return text


def about(order: PaymentOrder) -> dict[str, Any]:
    """What every event of a payment says of it."""
    return {
        "payment_id": order.payment_id,
        "from_account": order.from_account,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "requested_by": order.requested_by,
    }


def completed(order: PaymentOrder) -> list[TransferCompleted]:
    return [TransferCompleted(**about(order), rail_reference=order.rail_reference or "")]


def _failed(order: PaymentOrder, code: str, detail: str) -> list[TransferFailed]:
    return [TransferFailed(**about(order), code=code, detail=detail)]
