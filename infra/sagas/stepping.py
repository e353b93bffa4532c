"""The steps that a run makes: forward, backward, once more, and what it then sends and awaits."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.envelope import Event
from contracts.sagas import StepState
from infra.sagas.orders import order_of
from infra.sagas.table import Awaits, D, Decides, Line, Move, Phase, Run, Saga, Together

NO_ANSWER = "no-answer"


def forward(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """To the step at which the run now stands, or to its end after the last one."""
    if run.at < len(saga.steps):
        return begin(saga, run, *lines)
    completed = replace(run, at=run.at - 1)
    if run.ends_as is Phase.RETURNED:
        return take_back(saga, completed, *lines)
    return _end(saga, completed, Phase.COMPLETED, saga.completed(run.data), *lines)


def undo_from(
    saga: Saga[D], run: Run[D], at: int, code: str, detail: str, ends_as: Phase, *lines: Line
) -> Move[D]:
    """Back, from this step upwards, for this reason and to this end."""
    run = replace(run, phase=Phase.UNDOING, code=code, detail=detail, ends_as=ends_as, until=None)
    return backward(saga, run, at, *lines)


def take_back(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """Back from the end to the pivot, whose part was given back."""
    return backward(saga, replace(run, phase=Phase.UNDOING), run.at, *lines)


def backward(saga: Saga[D], run: Run[D], at: int, *lines: Line) -> Move[D]:
    """Undo the next step that leaves something behind, from `at` upwards in the table."""
    for index in range(at, _top(saga, run) - 1, -1):
        if saga.steps[index].undo is not None:
            return begin(saga, replace(run, at=index), *lines)
    if run.ends_as is Phase.RETURNED:
        events = saga.returned(run.data) if saga.returned else ()
    else:
        events = saga.failed(run.data, run.code or "", run.detail or "")
    return _end(saga, run, run.ends_as, events, *lines)


def _top(saga: Saga[D], run: Run[D]) -> int:
    """How far up it is undone: what was given back, to the pivot."""
    pivots = [at for at, step in enumerate(saga.steps) if step.pivot]
    return pivots[0] if run.ends_as is Phase.RETURNED else 0


def _end(
    saga: Saga[D], run: Run[D], phase: Phase, events: Sequence[Event], *lines: Line
) -> Move[D]:
    ended = replace(run, phase=phase, awaits=Awaits.NOTHING, is_parked=False)
    return replace(moved(saga, ended, *lines), events=events)


def begin(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """The first attempt of the present step."""
    return resume(saga, replace(run, awaits=Awaits.PAUSE, attempt=0, tries=0), *lines)


def resume(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """The next attempt now, unless the run is parked; the first one when its moment has come."""
    if run.is_parked:
        return moved(saga, run, *lines)
    if run.attempt == 0 and run.phase is Phase.FORWARD and saga.steps[run.at].not_before:
        return moved(saga, replace(run, awaits=Awaits.MOMENT), *lines)
    return send(saga, replace(run, attempt=run.attempt + 1), *lines)


def pause(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """Not now: again later, and later each time."""
    return moved(saga, replace(run, awaits=Awaits.PAUSE, tries=run.tries + 1), *lines)


def send(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """The command of the present step, or what undoes it."""
    step = saga.steps[run.at]
    if run.phase is Phase.UNDOING:
        run = replace(run, awaits=Awaits.ANSWER)
        line, subject = Line(run.at, StepState.UNDOING, run.code), None
    else:
        run = replace(run, awaits=Awaits.ANSWER, sent=max(run.sent, run.at + 1))
        line, subject = Line(run.at, StepState.WAITING), step.subject and step.subject(run.data)
        if isinstance(step.do, Together):
            # Sent again by the run that it has joined, should that be needed.
            return replace(moved(saga, run, *lines, line), is_joining=run.attempt == 1)
        if isinstance(step.do, Decides):
            return replace(moved(saga, run, *lines, line), decides=step.do.by)
    return replace(moved(saga, run, *lines, line), orders=(order_of(step, run, subject),))


def is_asked_about(saga: Saga[D], run: Run[D]) -> bool:
    """Whether an unknown outcome of the present step is asked about."""
    return run.phase is Phase.FORWARD and saga.steps[run.at].inquire is not None


def inquire(saga: Saga[D], run: Run[D]) -> Move[D]:
    """The question what became of the present step."""
    run = replace(run, awaits=Awaits.INQUIRY, attempt=run.attempt + 1)
    line = Line(run.at, StepState.UNKNOWN, NO_ANSWER)
    return replace(moved(saga, run, line), orders=(order_of(saga.steps[run.at], run, None),))


def moved(saga: Saga[D], run: Run[D], *lines: Line) -> Move[D]:
    """The run as it is now, with how long it waits."""
    if run.phase.is_end or run.is_parked:
        return Move(run, lines=lines)
    if run.awaits is Awaits.MOMENT:
        return Move(run, wait_until=run.until, lines=lines)
    seconds, is_first = saga.steps[run.at].seconds, run.awaits is Awaits.ANSWER and run.tries == 0
    if not is_first:
        seconds = min(seconds * 2.0 ** min(run.tries, 30), saga.seconds_max)
    return Move(run, wait_seconds=seconds, lines=lines)
