"""How a payment that the rail contradicted ends: where its money is, and what is booked.

                  settle: the other bank keeps it        return: it gives it back, or never had it
    payer         hold, capture into clearing            -
    set-aside     hold, capture into suspense            from clearing back to suspense
    clearing      -                                      reverse the capture
    suspense      -                                      reverse the capture, then as above

What is left out is booked already. Each cell is a saga of its own; its first step that moves money
is the pivot, so it either fails with nothing moved or goes on until all is booked. Where money was
set aside, that entry is posted first: under its reference it moves money once, whatever became of
the order of then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry, ReverseCapture
from contracts.account.values import EntryKind, Leg
from contracts.envelope import Event
from contracts.payment.transfers import TransferReturned
from contracts.payment.values import PaymentState, ResolutionOutcome
from infra.sagas.moves import is_pivot_sent
from infra.sagas.table import Phase, Run, Saga, Sends, Step
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import (
    about,
    capture_hold,
    clearing_account,
    completed,
    place_hold,
    release_hold,
    set_aside,
    suspense_account,
)
from services.payment.settings import PaymentSettings

SETTLE, RETURN = ResolutionOutcome.SETTLE, ResolutionOutcome.RETURN


class Place(StrEnum):
    """Where the money of a payment is when the payment has ended."""

    PAYER = "payer"  # nothing is booked, or all was taken back
    SET_ASIDE = "set-aside"  # the payer has his; what the rail wants came from suspense
    CLEARING = "clearing"  # the payer has paid into clearing
    SUSPENSE = "suspense"  # the payer has paid into suspense what came from there


@dataclass(frozen=True, slots=True)
class Standing:
    """The place, and the hold by which the money left the payer, if it has."""

    place: Place
    hold_id: UUID


class Resolving(BaseModel):
    """What a run knows: the payment, which of its resolutions this is, and what was captured."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # Runs that began before it had this name say `transfer`.
    order: PaymentOrder = Field(validation_alias=AliasChoices("order", "transfer"))
    number: int
    captured: UUID  # the hold whose capture is reversed, where one is

    @property
    def hold_id(self) -> UUID:
        return resolution_hold(self.order.payment_id, self.number)


def resolution_run(payment_id: UUID, number: int) -> UUID:
    return uuid5(payment_id, f"resolution/{number}")


def resolution_hold(payment_id: UUID, number: int) -> UUID:
    return uuid5(payment_id, f"resolution/{number}/hold")


def standing_of(
    saga: Saga[PaymentOrder], run: Run[PaymentOrder], done: Sequence[tuple[int, ResolutionOutcome]]
) -> Standing:
    """Where the money of an ended payment is after these resolutions, by number and outcome."""
    standing = Standing(_first_place(saga, run), run.data.hold_id)
    for number, outcome in done:
        standing = _after(standing, outcome, resolution_hold(run.saga_id, number))
    return standing


def state_after(state: PaymentState, outcome: ResolutionOutcome, place: Place) -> PaymentState:
    """What the payment is called once this is done: where the money is then."""
    if outcome is SETTLE:
        return PaymentState.COMPLETED
    return PaymentState.RETURNED if place in (Place.CLEARING, Place.SUSPENSE) else state


def resolving_sagas(
    settings: PaymentSettings,
) -> Mapping[tuple[ResolutionOutcome, Place], Saga[Resolving]]:
    """The saga for each cell of the table in which something is booked."""
    seconds = settings.account_seconds
    aside, hold, take_back = _set_aside(seconds), _hold(seconds), _take_back(seconds)

    def saga(
        name: str, told: Callable[[Resolving], Sequence[Event]], *steps: Step[Resolving]
    ) -> Any:
        return Saga(
            name=name, version=1, data=Resolving, steps=steps, completed=told, failed=_says_nothing,
            seconds_max=settings.seconds_max,
        )  # fmt: skip

    return {
        (SETTLE, Place.PAYER): saga(
            "settle-payer", _settled, hold, _capture(clearing_account, seconds)
        ),
        (SETTLE, Place.SET_ASIDE): saga(
            "settle-set-aside", _settled, aside, hold, _capture(suspense_account, seconds)
        ),
        (RETURN, Place.SET_ASIDE): saga(
            "return-set-aside", _says_nothing, aside, _give_back(seconds, pivot=True)
        ),
        (RETURN, Place.CLEARING): saga("return-clearing", _returned, take_back),
        (RETURN, Place.SUSPENSE): saga(
            "return-suspense", _returned, take_back, _give_back(seconds, pivot=False)
        ),
    }


def _first_place(saga: Saga[PaymentOrder], run: Run[PaymentOrder]) -> Place:
    if run.phase is Phase.COMPLETED:
        return Place.CLEARING
    return Place.SET_ASIDE if is_pivot_sent(saga, run) else Place.PAYER


def _after(standing: Standing, outcome: ResolutionOutcome, hold_id: UUID) -> Standing:
    if outcome is RETURN:
        return Standing(Place.PAYER, hold_id)
    settled = {Place.PAYER: Place.CLEARING, Place.SET_ASIDE: Place.SUSPENSE}
    if standing.place in settled:
        return Standing(settled[standing.place], hold_id)
    return standing


def _set_aside(seconds: float) -> Step[Resolving]:
    return Step(
        name="set-aside",
        do=Sends(PostEntry, lambda data: set_aside(data.order)),
        seconds=seconds,
    )


def _hold(seconds: float) -> Step[Resolving]:
    return Step(
        name="place-hold",
        do=Sends(PlaceHold, lambda data: place_hold(data.order, data.hold_id)),
        undo=Sends(ReleaseHold, lambda data: release_hold(data.hold_id)),
        subject=lambda data: data.order.payer,
        seconds=seconds,
    )


def _capture(account: Callable[[PaymentOrder], str], seconds: float) -> Step[Resolving]:
    def captured(data: Resolving) -> CaptureHold:
        return capture_hold(data.order, data.hold_id, account(data.order))

    return Step(name="capture-hold", do=Sends(CaptureHold, captured), pivot=True, seconds=seconds)


def _take_back(seconds: float) -> Step[Resolving]:
    made = Sends(ReverseCapture, _reverse_capture)
    return Step(name="reverse-capture", do=made, pivot=True, seconds=seconds)


def _give_back(seconds: float, *, pivot: bool) -> Step[Resolving]:
    made = Sends(PostEntry, _given_back)
    return Step(name="give-back", do=made, pivot=pivot, seconds=seconds)


def _given_back(data: Resolving) -> PostEntry:
    order, minor = data.order, data.order.amount.minor
    return PostEntry(
        reference=f"return-{order.payment_id}-{data.number}",
        kind=EntryKind.PAYMENT,
        currency=order.amount.currency,
        legs=(
            Leg(account_number=clearing_account(order), amount_minor=-minor),
            Leg(account_number=suspense_account(order), amount_minor=minor),
        ),
        description=f"{order.rail} given back: {order.payment_id}",
    )


def _reverse_capture(data: Resolving) -> ReverseCapture:
    order = data.order
    reason = f"{order.rail} returned: {order.beneficiary.name}"
    return ReverseCapture(hold_id=data.captured, reason=reason)


def _settled(data: Resolving) -> Sequence[Event]:
    return completed(data.order)


def _returned(data: Resolving) -> Sequence[Event]:
    return [TransferReturned(**about(data.order))]


def _says_nothing(*_: object) -> Sequence[Event]:
    """Nobody was told otherwise before."""
    return ()
