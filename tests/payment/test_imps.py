"""A payment over IMPS as a dialogue: what is sent when others answer so."""

from dataclasses import dataclass, field
from enum import Enum

import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind
from contracts.envelope import Message
from contracts.payment.transfers import TransferCompleted, TransferFailed
from contracts.payment.values import Rail
from contracts.rail.bodies import Answer
from contracts.rail.imps import InquireTransfer, SubmitTransfer
from contracts.sagas import StepState
from infra.sagas.moves import (
    advance,
    decided,
    may_undo,
    needs_attention,
    park,
    retry,
    start,
    timed_out,
    undo,
)
from infra.sagas.orders import answerer
from infra.sagas.table import Move, Order, Phase, Run, Saga
from services.payment.sagas import PaymentOrder, sagas_by_rail
from services.payment.sagas.paying import clearing_account, suspense_account
from services.payment.settings import PaymentSettings
from tests.payment.examples import (
    ACCEPTED,
    CAPTURED,
    CLOSED,
    HELD,
    IMPS,
    NO_FUNDS,
    PAYMENT_ID,
    PAYMENT_OF_500,
    REJECTED,
    RELEASED,
    SET_ASIDE,
    UNAWARE,
)


class Happening(Enum):
    """What may happen to a payment beside an answer."""

    TIME = "the deadline passes"
    PARK = "a manager parks it"
    RETRY = "a manager retries it"
    CANCEL = "its payer cancels it"


TIME, PARK, RETRY, CANCEL = Happening


@dataclass
class Dialogue:
    """A payment being played; an answer of ours answers the command that was sent last."""

    saga: Saga[PaymentOrder] = IMPS
    order: PaymentOrder = PAYMENT_OF_500
    move: Move[PaymentOrder] = field(init=False)
    sent: list[Message] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    hit: str | None = None  # what screening finds

    def __post_init__(self) -> None:
        self._follow(start(self.saga, PAYMENT_ID, self.order))

    @property
    def run(self) -> Run[PaymentOrder]:
        return self.move.run

    def play(self, *happenings: Message | Happening) -> "Dialogue":
        for happening in happenings:
            self._follow(self._moved(happening))
        return self

    def kinds(self) -> list[type[Message]]:
        return [type(message) for message in self.sent]

    def _moved(self, happening: Message | Happening) -> Move[PaymentOrder] | None:
        match happening:
            case Happening.TIME:
                return timed_out(self.saga, self.run)
            case Happening.PARK:
                return park(self.saga, self.run)
            case Happening.RETRY:
                return retry(self.saga, self.run)
            case Happening.CANCEL:
                return undo(self.saga, self.run, "cancelled", "", ends_as=Phase.CANCELLED)
        is_from_rail = isinstance(happening, Answer)
        command_id = None if is_from_rail else self.orders[-1].message_id
        return advance(self.saga, self.run, happening, command_id)

    def _follow(self, move: Move[PaymentOrder] | None) -> None:
        if move is None:
            return
        if move.decides is not None:
            move = decided(self.saga, move, self.hit)
        self.move = move
        self.orders += move.orders
        self.sent += [order.command for order in move.orders]
        self.sent += move.events


def play(*happenings: Message | Happening) -> list[type[Message]]:
    """The kinds of message a payment sends when this happens to it, in order."""
    return Dialogue().play(*happenings).kinds()


def test_a_payment_holds_the_money_submits_and_captures() -> None:
    assert play(HELD, ACCEPTED, CAPTURED) == [
        PlaceHold,
        SubmitTransfer,
        CaptureHold,
        TransferCompleted,
    ]


def test_a_payment_the_rail_refuses_gives_the_money_back() -> None:
    assert play(HELD, REJECTED, RELEASED) == [
        PlaceHold,
        SubmitTransfer,
        ReleaseHold,
        TransferFailed,
    ]


def test_a_refused_hold_fails_at_once_since_nothing_was_done() -> None:
    dialogue = Dialogue().play(NO_FUNDS)

    assert dialogue.kinds() == [PlaceHold, TransferFailed]
    assert dialogue.sent[-1].model_dump(include={"code"}) == {"code": "insufficient-funds"}


def test_a_hold_that_is_not_answered_in_time_is_released_though_it_may_never_have_been() -> None:
    assert play(TIME, RELEASED) == [PlaceHold, ReleaseHold, TransferFailed]


def test_a_rail_that_does_not_answer_is_asked_and_never_sent_the_transfer_again() -> None:
    assert play(HELD, TIME, TIME, TIME, ACCEPTED, CAPTURED) == [
        PlaceHold,
        SubmitTransfer,
        InquireTransfer,
        InquireTransfer,
        InquireTransfer,
        CaptureHold,
        TransferCompleted,
    ]


def test_only_a_rail_unaware_of_the_transfer_is_sent_it_again_under_the_same_id() -> None:
    dialogue = Dialogue().play(HELD, TIME, UNAWARE, ACCEPTED, CAPTURED)

    assert dialogue.kinds() == [
        PlaceHold,
        SubmitTransfer,
        InquireTransfer,
        SubmitTransfer,
        CaptureHold,
        TransferCompleted,
    ]
    assert dialogue.sent[1] == dialogue.sent[3]
    assert dialogue.orders[1].message_id != dialogue.orders[3].message_id


def test_a_second_unaware_does_not_send_the_transfer_a_third_time() -> None:
    assert play(HELD, TIME, UNAWARE, UNAWARE) == play(HELD, TIME, UNAWARE)


@pytest.mark.parametrize("repeated", [(HELD, HELD), (HELD, ACCEPTED, ACCEPTED)], ids=str)
def test_a_repeated_answer_changes_nothing(repeated: tuple[Message, ...]) -> None:
    once = Dialogue().play(*repeated[:-1])
    order = once.orders[0]

    again = advance(
        IMPS, once.run, repeated[-1], order.message_id if repeated[-1] is HELD else None
    )

    assert again is None


def test_a_refused_capture_is_tried_again_with_a_new_id_and_nothing_is_released() -> None:
    dialogue = Dialogue().play(HELD, ACCEPTED, CLOSED, TIME, CLOSED, TIME, CAPTURED)

    assert dialogue.kinds() == [
        PlaceHold,
        SubmitTransfer,
        CaptureHold,
        CaptureHold,
        CaptureHold,
        TransferCompleted,
    ]
    assert len({order.message_id for order in dialogue.orders}) == len(dialogue.orders)


def test_an_unanswered_capture_is_sent_again_with_the_same_id() -> None:
    dialogue = Dialogue().play(HELD, ACCEPTED, TIME)

    assert dialogue.orders[-1] == dialogue.orders[-2]


def test_a_capture_refused_for_long_waits_longer_each_time_and_then_calls_a_person() -> None:
    saga = sagas_by_rail(PaymentSettings(account_seconds=10, seconds_max=200))[Rail.IMPS]
    dialogue, waits, called = Dialogue(saga).play(HELD, ACCEPTED), [], []
    for _ in range(6):
        dialogue.play(CLOSED)
        waits.append(dialogue.move.wait_seconds)
        called.append(needs_attention(saga, dialogue.run))
        dialogue.play(TIME)

    assert waits == [20.0, 40.0, 80.0, 160.0, 200.0, 200.0]
    assert called == [False] * 4 + [True] * 2


def test_the_rail_is_asked_less_and_less_often_and_then_a_person_is_called() -> None:
    dialogue, waits, called = Dialogue().play(HELD), [], []
    for _ in range(6):
        waits.append(dialogue.move.wait_seconds)
        called.append(needs_attention(IMPS, dialogue.run))
        dialogue.play(TIME)

    assert waits == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert called == [False] * 5 + [True]


def test_the_hold_is_placed_on_the_payers_authority_and_all_else_on_our_own() -> None:
    orders = Dialogue().play(HELD, ACCEPTED).orders

    assert [order.subject for order in orders] == [PAYMENT_OF_500.payer, None, None]


def test_the_hold_is_captured_into_the_rails_clearing_account() -> None:
    capture = Dialogue().play(HELD, ACCEPTED).sent[-1]

    assert isinstance(capture, CaptureHold)
    assert capture.to_account == clearing_account(PAYMENT_OF_500) == "GL-CLEARING-IMPS-INR"
    assert capture.amount == PAYMENT_OF_500.amount
    assert capture.kind is EntryKind.PAYMENT
    assert capture.description == "IMPS IMPS000000000042 Carol rent"


def test_a_payment_cancelled_before_it_was_submitted_releases_its_hold() -> None:
    dialogue = Dialogue().play(CANCEL, RELEASED)

    assert dialogue.kinds() == [PlaceHold, ReleaseHold, TransferFailed]
    assert dialogue.run.phase is Phase.CANCELLED


def test_a_payment_that_was_submitted_cannot_be_undone_by_people() -> None:
    assert not may_undo(IMPS, Dialogue().play(HELD).run)
    assert not may_undo(IMPS, Dialogue().play(HELD, TIME, UNAWARE).run)
    assert not may_undo(IMPS, Dialogue().play(HELD, ACCEPTED).run)


def test_a_payment_parked_before_it_was_submitted_is_not_submitted_by_a_late_answer() -> None:
    parked = Dialogue().play(PARK, HELD)
    assert parked.kinds() == [PlaceHold]
    assert parked.move.wait_seconds is None

    assert parked.play(RETRY).kinds() == [PlaceHold, SubmitTransfer]


def test_a_payment_parked_with_its_money_held_can_be_undone() -> None:
    assert play(PARK, HELD, CANCEL, RELEASED) == [PlaceHold, ReleaseHold, TransferFailed]


def test_a_payment_that_ends_while_parked_is_over_and_calls_nobody() -> None:
    ended = Dialogue().play(PARK, NO_FUNDS)

    assert ended.kinds() == [PlaceHold, TransferFailed]
    assert not ended.run.is_parked
    assert not needs_attention(IMPS, ended.run)


def test_a_retried_payment_at_the_rail_asks_and_does_not_submit() -> None:
    assert play(HELD, PARK, RETRY)[-1] is InquireTransfer


def test_an_acceptance_after_a_refusal_goes_to_suspense_once_and_calls_a_person() -> None:
    late = Dialogue().play(HELD, REJECTED, RELEASED, ACCEPTED, ACCEPTED, SET_ASIDE)

    assert late.kinds() == [PlaceHold, SubmitTransfer, ReleaseHold, TransferFailed, PostEntry]
    entry = late.sent[-1]
    assert isinstance(entry, PostEntry)
    assert [(leg.account_number, leg.amount_minor) for leg in entry.legs] == [
        (suspense_account(PAYMENT_OF_500), -500_00),
        (clearing_account(PAYMENT_OF_500), 500_00),
    ]
    assert late.run.phase is Phase.FAILED
    assert late.run.data.rail_reference == ACCEPTED.rail_reference
    assert needs_attention(IMPS, late.run)


def test_an_acceptance_while_the_hold_is_released_does_not_stop_the_release() -> None:
    late = Dialogue().play(HELD, REJECTED)
    release = late.orders[-1]

    late.play(ACCEPTED)
    ended = advance(IMPS, late.run, RELEASED, release.message_id)

    assert late.kinds()[-1] is PostEntry
    assert ended is not None
    assert isinstance(ended.events[0], TransferFailed)
    assert needs_attention(IMPS, ended.run)


@pytest.mark.parametrize(
    "before", [(CANCEL, RELEASED), (CANCEL,), (NO_FUNDS,), (TIME, RELEASED), (PARK, HELD, CANCEL)]
)
def test_an_acceptance_of_what_was_never_submitted_moves_no_money_and_calls_a_person(
    before: tuple[Message | Happening, ...],
) -> None:
    dialogue = Dialogue().play(*before)
    sent = dialogue.kinds()

    dialogue.play(ACCEPTED)

    assert dialogue.kinds() == sent
    assert SubmitTransfer not in sent
    assert dialogue.run.data.rail_reference is None
    assert [(line.state, line.reason) for line in dialogue.move.lines] == [
        (StepState.REFUSED, "answered-but-never-sent")
    ]
    assert needs_attention(IMPS, dialogue.run)


def test_only_the_owner_of_the_awaited_command_may_answer_it() -> None:
    asked = [answerer(IMPS, Dialogue().play(*so_far).run) for so_far in (
        (), (HELD,), (HELD, TIME), (HELD, ACCEPTED), (HELD, REJECTED), (NO_FUNDS,)
    )]  # fmt: skip

    assert asked == ["account", "rail", "rail", "account", "account", None]


def test_a_refusal_after_an_acceptance_changes_nothing_but_calls_a_person() -> None:
    dialogue = Dialogue().play(HELD, ACCEPTED, CAPTURED, REJECTED)

    assert dialogue.kinds()[-1] is TransferCompleted
    assert dialogue.run.phase is Phase.COMPLETED
    assert needs_attention(IMPS, dialogue.run)
