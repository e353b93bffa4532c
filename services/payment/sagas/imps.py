"""A payment over IMPS: hold the money, submit to the rail, capture the hold into clearing.

    place-hold       undone by releasing the hold; too late: released, even if never placed
    submit-to-rail   the pivot; no answer: asked about for as long as it takes
    capture-hold     must succeed now, since the other bank has paid: tried again until it does

The rail says yes or no once. Should it say yes after no, the payer's money is free again and the
rail still wants its own: the amount goes from suspense to clearing, where the books show it, and
the payment waits for a person. A yes to what was never submitted moves nothing; a person looks.
How people end such a payment is resolving.py.
"""

from uuid import UUID

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.payment.transfers import TransferCompleted, TransferFailed
from contracts.rail import (
    InquireTransfer,
    RailAccepted,
    RailRefused,
    RailUnaware,
    SubmitTransfer,
)
from contracts.text import cleaned
from infra.sagas.table import Meaning, Saga, Sends, Step
from services.payment.sagas.transfer import Transfer
from services.payment.settings import PaymentSettings

TEXT_MAX = 140  # characters of a description on a statement


def imps(settings: PaymentSettings) -> Saga[Transfer]:
    return Saga(
        name="imps",
        version=1,
        data=Transfer,
        steps=(
            Step(
                name="place-hold",
                do=Sends(PlaceHold, lambda transfer: place_hold(transfer, transfer.hold_id)),
                undo=Sends(ReleaseHold, lambda transfer: release_hold(transfer.hold_id)),
                subject=lambda transfer: transfer.payer,
                seconds=settings.account_seconds,
            ),
            Step(
                name="submit-to-rail",
                do=Sends(SubmitTransfer, _submit),
                inquire=Sends(InquireTransfer, _inquire),
                set_aside=Sends(PostEntry, set_aside),
                learn=_accepted,
                pivot=True,
                seconds=settings.rail_seconds,
                answers={
                    RailAccepted: Meaning.DONE,
                    RailRefused: Meaning.REFUSED,
                    RailUnaware: Meaning.UNAWARE,
                },
                answered_run=lambda answer: answer.transfer_id,
            ),
            Step(
                name="capture-hold",
                do=Sends(
                    CaptureHold,
                    lambda transfer: capture_hold(
                        transfer, transfer.hold_id, clearing_account(transfer)
                    ),
                ),
                seconds=settings.account_seconds,
            ),
        ),
        completed=completed,
        failed=_failed,
        seconds_max=settings.seconds_max,
    )


def clearing_account(transfer: Transfer) -> str:
    """Where the money waits for the settlement between the banks."""
    return f"GL-CLEARING-IMPS-{transfer.amount.currency}"


def suspense_account(transfer: Transfer) -> str:
    """Where money stands whose owner has to be found by a person."""
    return f"GL-SUSPENSE-{transfer.amount.currency}"


def place_hold(transfer: Transfer, hold_id: UUID) -> PlaceHold:
    return PlaceHold(
        hold_id=hold_id,
        account_number=transfer.from_account,
        amount=transfer.amount,
        reason=f"IMPS payment to {transfer.beneficiary.name}",
    )


def release_hold(hold_id: UUID) -> ReleaseHold:
    return ReleaseHold(hold_id=hold_id, reason="the payment was not made")


def _submit(transfer: Transfer) -> SubmitTransfer:
    return SubmitTransfer(
        transfer_id=transfer.payment_id,
        amount=transfer.amount,
        beneficiary_name=transfer.beneficiary.name,
        beneficiary_account=transfer.beneficiary.account_number,
        beneficiary_ifsc=transfer.beneficiary.ifsc,
        remitter_account=transfer.from_account,
        description=transfer.description,
    )


def _inquire(transfer: Transfer) -> InquireTransfer:
    return InquireTransfer(transfer_id=transfer.payment_id)


def _accepted(transfer: Transfer, answer: RailAccepted) -> Transfer:
    return transfer.model_copy(update={"rail_reference": answer.rail_reference})


def capture_hold(transfer: Transfer, hold_id: UUID, to_account: str) -> CaptureHold:
    return CaptureHold(
        hold_id=hold_id,
        to_account=to_account,
        amount=transfer.amount,  # so that a hold that is short is refused
        kind=EntryKind.PAYMENT,
        description=statement_text(transfer),
    )


def set_aside(transfer: Transfer) -> PostEntry:
    """Once per payment, since a run is contradicted once; its reference says so to the ledger."""
    minor = transfer.amount.minor
    return PostEntry(
        reference=f"late-{transfer.payment_id}",
        kind=EntryKind.PAYMENT,
        currency=transfer.amount.currency,
        legs=(
            Leg(account_number=suspense_account(transfer), amount_minor=-minor),
            Leg(account_number=clearing_account(transfer), amount_minor=minor),
        ),
        description=f"IMPS accepted after refusal: {transfer.payment_id}",
    )


def statement_text(transfer: Transfer) -> str:
    """What the payer reads on his statement."""
    reference = transfer.rail_reference or ""  # of a yes to what was never sent we keep none
    words = ["IMPS", reference, transfer.beneficiary.name, transfer.description]
    # Cut where a joiner stood between two letters, the rest would end with it.
    text: str = cleaned(" ".join([word for word in words if word]).strip()[:TEXT_MAX])
    return text


def completed(transfer: Transfer) -> TransferCompleted:
    return TransferCompleted(
        payment_id=transfer.payment_id,
        from_account=transfer.from_account,
        amount_minor=transfer.amount.minor,
        currency=transfer.amount.currency,
        rail_reference=transfer.rail_reference or "",
    )


def _failed(transfer: Transfer, code: str, detail: str) -> TransferFailed:
    return TransferFailed(
        payment_id=transfer.payment_id,
        from_account=transfer.from_account,
        amount_minor=transfer.amount.minor,
        currency=transfer.amount.currency,
        code=code,
        detail=detail,
    )
