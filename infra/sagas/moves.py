"""How any saga moves, as pure functions: a run and what happened go in, a move comes out.

A saga is a table of steps, read top to bottom and undone bottom to top. One step is the pivot: once
its command was sent nothing is taken back unless the answer is a refusal, and once it is done the
run only goes forward. A run waits for one answer at a time and has a deadline while it does.

A step may have a moment before which it is not sent. A move that comes to it says so, and `due`
ends it, once it is known what time it is: the command is sent, or the run awaits the moment.

                 refused, too late, cancelled            nothing left to undo
    FORWARD ------------------------------> UNDOING -----------------------> FAILED or CANCELLED
       |  after the pivot: refused, too late   |  refused, too late: again,
       |  -> again, later and later            |  later and later
       v                given back by the other side              back at the pivot
    COMPLETED -----------------------> UNDOING, down to the pivot -----------------> RETURNED

A step may be decided by the service itself, in the transaction of the move that comes to it.
`decided` ends that move: the run goes on, or stands still until a person has it decided again.

What was given back did happen. A run that is told so on its way forward first goes to its end, as
it must, and from there back to the pivot, whose own `undo` books what came back. The steps above
the pivot stay done: what they set aside was used by those below.

Ids make repetition safe. A command's id is derived from saga, step, purpose and attempt:

- No answer: the same attempt is sent again under the same id. Its owner does it once and answers
  every repeat with the stored outcome, so nobody needs to know what was lost.
- Refused: the stored outcome is the refusal, for ever. What must be tried again is a new attempt
  with a new id, and its owner decides afresh. A new attempt follows only an answer to the last one,
  so two attempts of one step can never both succeed.
- The answer to a repeat has the id of the first answer, and an inbox lets it through once. So the
  answer that is awaited is always acted upon, even by a parked run, which learns and then stands
  still. An answer to any other id is stale and changes nothing; an id is never awaited twice.
- Answers from outside carry no id of ours and are matched to their step by type. Such a step says
  how to `inquire`: an unknown outcome is asked about, and only if the other side is unaware of it
  is the command sent again. What keeps it from happening twice is the id inside the command.
- Where the other side has only so much time, silence to its end counts as a no. It is the only
  guess here: a yes that comes later is a contradiction like any other.
- An answer counts only if the owner of the awaited command gave it (`answerer`). A late yes from
  outside sets money aside only if the step's command was ever sent; else a person is called.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.envelope import Event, Message, Refused
from contracts.sagas import StepState
from infra.sagas.orders import awaited_id, code_of, id_of, is_decided_here
from infra.sagas.stepping import (
    NO_ANSWER,
    backward,
    begin,
    forward,
    inquire,
    is_asked_about,
    moved,
    pause,
    resume,
    send,
    take_back,
    undo_from,
)
from infra.sagas.table import (
    Awaits,
    D,
    Line,
    Meaning,
    Move,
    Order,
    Phase,
    Present,
    Run,
    Saga,
    Step,
)

NEVER_SENT = "answered-but-never-sent"
CONTRADICTION = "contradicts-former-answer"
NO_ANSWER_IN_TIME = "no-answer-in-time"


def start(saga: Saga[D], saga_id: UUID, data: D) -> Move[D]:
    return begin(saga, Run(saga_id, data))


def advance(saga: Saga[D], run: Run[D], answer: Message, command_id: UUID | None) -> Move[D] | None:
    """What an answer changes; None when it is stale or repeated.

    `command_id` names the command that it answers; None: it comes from outside.
    """
    if command_id is not None:
        if command_id != awaited_id(saga, run):
            return None
        is_refused = isinstance(answer, Refused)
        return _answered(saga, run, answer, Meaning.REFUSED if is_refused else Meaning.DONE)
    for at, step in enumerate(saga.steps):
        meaning = _meaning(step, answer)
        if meaning is not None:
            return _answered_from_outside(saga, run, at, answer, meaning)
    return None


def due(saga: Saga[D], move: Move[D], present: Present) -> Move[D]:
    """The same move, once it is known what time it is: what has its moment now is sent."""
    run = move.run
    if run.awaits is not Awaits.MOMENT or run.is_parked:
        return move
    not_before = saga.steps[run.at].not_before
    until = run.until or (not_before(run.data, present) if not_before else None)
    if until is None or until <= present.now:
        sent = send(saga, replace(run, attempt=1, until=None))
        return replace(sent, lines=(*move.lines, *sent.lines))
    waiting = Line(run.at, StepState.WAITING_UNTIL, f"{until:%Y-%m-%dT%H:%M:%SZ}")
    return moved(saga, replace(run, until=until), *move.lines, waiting)


def decided(saga: Saga[D], move: Move[D], code: str | None) -> Move[D]:
    """What follows from what the service itself decides about the step that this move came to.

    With a code the run stands still there, for a person to see why.
    """
    run = move.run
    if code is None:
        on = replace(run, at=run.at + 1, code=None)
        return forward(saga, on, Line(run.at, StepState.DONE))
    stopped = replace(run, awaits=Awaits.PAUSE, is_parked=True, code=code)
    return moved(saga, stopped, Line(run.at, StepState.WAITING, code))


def timed_out(saga: Saga[D], run: Run[D]) -> Move[D]:
    """The deadline has passed: give up before the pivot, after it ask or try again."""
    if run.awaits is Awaits.MOMENT:
        return send(saga, replace(run, attempt=1, until=None))
    if run.awaits is Awaits.PAUSE:
        return send(saga, replace(run, attempt=run.attempt + 1))
    if may_undo(saga, run) and saga.steps[run.at].inquire is None:
        return undo(saga, run, NO_ANSWER, "No answer in time.")
    in_vain = replace(run, tries=run.tries + 1)
    return inquire(saga, in_vain) if is_asked_about(saga, run) else send(saga, in_vain)


def overdue(saga: Saga[D], run: Run[D], now: datetime | None) -> Move[D]:
    """The same, where the other side may have had its time by now: its silence is then taken for a
    no. None: nobody saw the deadline pass, and an answer may lie unheard.
    """
    step = saga.steps[run.at]
    until = step.not_after(run.data) if step.not_after else None
    if until is None or now is None or now < until or run.awaits is not Awaits.INQUIRY:
        return timed_out(saga, run)
    refused = Line(run.at, StepState.REFUSED, NO_ANSWER_IN_TIME)
    detail = f"No answer until {until:%Y-%m-%dT%H:%M:%SZ}."
    return undo_from(saga, run, run.at - 1, NO_ANSWER_IN_TIME, detail, Phase.FAILED, refused)


def retry(saga: Saga[D], run: Run[D]) -> Move[D]:
    """Do now what the deadline would do later, parked or not, and count the waits anew.

    What waits for its moment goes on waiting: a person's word opens no rail.
    """
    run = replace(run, is_parked=False, tries=0)
    if run.awaits is Awaits.MOMENT:
        return moved(saga, run)
    if run.attempt == 0:
        return resume(saga, run)
    if run.awaits is Awaits.PAUSE:
        return send(saga, replace(run, attempt=run.attempt + 1))
    return inquire(saga, run) if is_asked_about(saga, run) else send(saga, run)


def park(saga: Saga[D], run: Run[D]) -> Move[D]:
    """Send nothing more until `retry` or `undo`; an answer under way is still taken in."""
    return moved(saga, replace(run, is_parked=True))


def may_undo(saga: Saga[D], run: Run[D]) -> bool:
    """True as long as the pivot's command has not been sent."""
    return run.phase is Phase.FORWARD and not is_pivot_sent(saga, run)


def is_pivot_sent(saga: Saga[D], run: Run[D]) -> bool:
    return any(step.pivot for step in saga.steps[: run.sent])


def undo(
    saga: Saga[D], run: Run[D], code: str, detail: str, ends_as: Phase = Phase.FAILED
) -> Move[D]:
    """Take everything back; the present step too if it was begun, since it may have happened."""
    assert may_undo(saga, run)
    run = replace(run, is_parked=False)
    if run.attempt == 0:
        never = [Line(run.at, StepState.UNDONE, code)] if run.awaits is Awaits.MOMENT else []
        return undo_from(saga, run, run.at - 1, code, detail, ends_as, *never)
    state = StepState.UNDONE if is_decided_here(saga, run) else StepState.UNKNOWN
    return undo_from(saga, run, run.at, code, detail, ends_as, Line(run.at, state, code))


def needs_attention(saga: Saga[D], run: Run[D]) -> bool:
    """A person must look: it waits too long, was parked, or was told what cannot be true."""
    is_stuck = not run.phase.is_end and (run.is_parked or run.tries >= saga.patience)
    return run.is_contradicted or is_stuck


def _meaning(step: Step[D], answer: Message) -> Meaning | None:
    """What an answer from outside says of this step, if anything."""
    return step.answers.get(type(answer)) if isinstance(answer, Event) else None


def _answered_from_outside(
    saga: Saga[D], run: Run[D], at: int, answer: Message, meaning: Meaning
) -> Move[D] | None:
    is_present = run.at == at and run.attempt > 0
    if meaning is Meaning.RETURNED and (is_present or not may_undo(saga, run)):
        return _given_back(saga, run, at, answer)
    if run.phase is Phase.FORWARD and run.at <= at:
        # A repeated "unaware" may be older than the command that was sent because of the first.
        is_stale = meaning is Meaning.UNAWARE and run.awaits is not Awaits.INQUIRY
        return _answered(saga, run, answer, meaning) if is_present and not is_stale else None
    was_done = _was_done(run)
    is_repeat = meaning is Meaning.UNAWARE or was_done == (meaning is Meaning.DONE)
    if is_repeat or run.is_contradicted:
        return None
    return _contradicted(saga, run, at, answer, meaning)


def _was_done(run: Run[D]) -> bool:
    """Whether the pivot is known to have happened, of a run that is past it or over."""
    is_on_or_over = run.phase in (Phase.FORWARD, Phase.COMPLETED)
    return is_on_or_over or run.ends_as is Phase.RETURNED


def _given_back(saga: Saga[D], run: Run[D], at: int, answer: Message) -> Move[D] | None:
    # What a person has to look at already, no machine takes back beside him.
    if run.ends_as is Phase.RETURNED or run.is_contradicted:
        return None
    if not _was_done(run):
        return _contradicted(saga, run, at, answer, Meaning.RETURNED)
    detail = str(getattr(answer, "detail", ""))
    run = replace(
        run, ends_as=Phase.RETURNED, code=code_of(answer) or Phase.RETURNED, detail=detail
    )
    if run.phase is Phase.COMPLETED:
        return take_back(saga, run)
    if run.at == at:
        return forward(saga, replace(run, at=at + 1), Line(at, StepState.DONE))
    return moved(saga, run)


def _answered(saga: Saga[D], run: Run[D], answer: Message, meaning: Meaning) -> Move[D]:
    if run.phase is Phase.UNDOING:
        if meaning is Meaning.REFUSED:
            return pause(saga, run, Line(run.at, StepState.UNDOING, code_of(answer)))
        return backward(saga, run, run.at - 1, Line(run.at, StepState.UNDONE, run.code))
    if meaning is Meaning.DONE:
        learned = saga.steps[run.at].learn(run.data, answer)
        done = Line(run.at, StepState.DONE)
        return forward(saga, replace(run, data=learned, at=run.at + 1), done)
    if meaning is Meaning.UNAWARE:
        return resume(saga, replace(run, awaits=Awaits.PAUSE))
    refused = Line(run.at, StepState.REFUSED, code_of(answer))
    if any(step.pivot for step in saga.steps[: run.at]):
        return pause(saga, run, refused)
    detail = str(getattr(answer, "detail", ""))
    return undo_from(saga, run, run.at - 1, code_of(answer), detail, Phase.FAILED, refused)


def _contradicted(
    saga: Saga[D], run: Run[D], at: int, answer: Message, meaning: Meaning
) -> Move[D]:
    """Yes after no, or no after yes: nothing is guessed, the money of a late yes is set aside.

    Yes to a command that was never sent moves no money: whoever says so may be in error.
    """
    step, run = saga.steps[at], replace(run, is_contradicted=True)
    if meaning is not Meaning.DONE:
        return moved(saga, run, Line(at, StepState.REFUSED, CONTRADICTION))
    if at >= run.sent:
        return moved(saga, run, Line(at, StepState.REFUSED, NEVER_SENT))
    run = replace(run, data=step.learn(run.data, answer))
    aside = moved(saga, run, Line(at, StepState.DONE, CONTRADICTION))
    if step.set_aside is None:
        return aside
    order = Order(step.set_aside(run.data), id_of(run, step, "set-aside"), None)
    return replace(aside, orders=(order,))
