"""A payment goes the ways that docs/states.md draws, and no other."""

import re
from collections.abc import Iterator

from contracts.envelope import Message
from contracts.payment.values import PaymentState, ResolutionOutcome
from infra.deployment.migrations import ROOT
from infra.sagas.moves import advance, decided, may_undo, park, retry, start, timed_out, undo
from infra.sagas.orders import awaited_id
from infra.sagas.table import Move, Phase, Run
from services.payment.sagas import PaymentOrder
from services.payment.sagas.resolving import Place, state_after
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
    UNAWARE,
)
from tests.pictures import Ways, beginnings, changes

ATTEMPTS_MAX = 2  # what happens after more of them is what happened before
ANSWERS: dict[str, tuple[Message, ...]] = {
    "place-hold": (HELD, NO_FUNDS),
    "screen": (),
    "submit-to-rail": (),
    "capture-hold": (CAPTURED, CLOSED),
}
LEFT_THE_PAYER = (Place.CLEARING, Place.SUSPENSE)


def test_a_payment_goes_the_ways_that_are_drawn() -> None:
    assert _on_its_way() | _resolved() == changes("Payment")
    assert beginnings("Payment") == {PaymentState.PROCESSING}


def _on_its_way() -> Ways:
    """Whatever the ledger, the rail, the clock and people do, in every order."""
    found: Ways = set()
    begun = start(IMPS, PAYMENT_ID, PAYMENT_OF_500).run
    seen, open_runs = {begun}, [begun]
    while open_runs:
        run = open_runs.pop()
        for move in _moves(run):
            found.add((_state(run), _state(move.run)))
            is_new = move.run not in seen and max(move.run.attempt, move.run.tries) <= ATTEMPTS_MAX
            if is_new:
                seen.add(move.run)
                open_runs.append(move.run)
    return {(before, after) for before, after in found if before != after}


def _moves(run: Run[PaymentOrder]) -> Iterator[Move[PaymentOrder]]:
    """All that may happen now."""
    moves = [advance(IMPS, run, answer, None) for answer in (ACCEPTED, REJECTED, UNAWARE)]
    if not run.phase.is_end:
        is_undoing = run.phase is Phase.UNDOING
        answers = (RELEASED, CLOSED) if is_undoing else ANSWERS[IMPS.steps[run.at].name]
        moves += [advance(IMPS, run, answer, awaited_id(IMPS, run)) for answer in answers]
        moves += [retry(IMPS, run), park(IMPS, run)]
        if not run.is_parked:
            moves.append(timed_out(IMPS, run))
        if may_undo(IMPS, run):
            moves.append(undo(IMPS, run, "compensated", ""))
            moves.append(undo(IMPS, run, "cancelled", "", ends_as=Phase.CANCELLED))
    for move in (each for each in moves if each is not None):
        if move.decides is None:
            yield move
        else:
            yield from (decided(IMPS, move, code) for code in (None, "screening-hit"))


def _state(run: Run[PaymentOrder]) -> str:
    """As the view `payments_now` says it."""
    if run.phase.is_end:
        return run.phase.value
    return "parked" if run.is_parked else "processing"


def _resolved() -> Ways:
    """What two managers make of an end, wherever the money is."""
    found: Ways = set()
    for state in (each for each in PaymentState if each.is_final):
        for place in Place:
            if (state is PaymentState.COMPLETED) == (place in LEFT_THE_PAYER):
                found |= {(state, state_after(state, each, place)) for each in ResolutionOutcome}
    return {(before, after) for before, after in found if before != after}


def test_the_picture_of_a_payment_shows_every_command_of_its_saga() -> None:
    text = (ROOT / "docs/ledger.md").read_text("utf-8")
    drawn = set(re.findall(r"->>\w+: (\w+)", text))

    assert {sends.kind.__name__ for step in IMPS.steps for sends in step.sends} <= drawn
