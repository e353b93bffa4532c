"""What a run sends and awaits: the command or question of its present step, and its id."""

from uuid import UUID, uuid5

from contracts.envelope import Message, Subject
from infra.sagas.table import Awaits, D, Decides, Order, Phase, Run, Saga, Sends, Step


def answerer(saga: Saga[D], run: Run[D]) -> str | None:
    """Who alone may answer what the run awaits: the owner of its command; None: nobody."""
    if awaited_id(saga, run) is None:
        return None
    return _sends(saga.steps[run.at], run).kind.owner


def awaited_id(saga: Saga[D], run: Run[D]) -> UUID | None:
    """The command or question that the run awaits an answer to; None: there is none."""
    if run.awaits not in (Awaits.ANSWER, Awaits.INQUIRY) or is_decided_here(saga, run):
        return None
    return id_of(run, saga.steps[run.at], _purpose(run))


def is_decided_here(saga: Saga[D], run: Run[D]) -> bool:
    """Whether the run is on its way forward at a step that its own service decides."""
    return run.phase is Phase.FORWARD and isinstance(saga.steps[run.at].do, Decides)


def order_of(step: Step[D], run: Run[D], subject: Subject | None) -> Order:
    """What the run awaits an answer to, as it is sent."""
    return Order(_sends(step, run)(run.data), id_of(run, step, _purpose(run)), subject)


def _sends(step: Step[D], run: Run[D]) -> Sends[D]:
    """What leaves together with others is sent by none of them, and asked about by each."""
    do = step.do if isinstance(step.do, Sends) else step.inquire
    found = {"do": do, "undo": step.undo, "inquire": step.inquire}[_purpose(run)]
    assert found is not None
    return found


def _purpose(run: Run[D]) -> str:
    if run.phase is Phase.UNDOING:
        return "undo"
    return "inquire" if run.awaits is Awaits.INQUIRY else "do"


def id_of(run: Run[D], step: Step[D], purpose: str) -> UUID:
    return uuid5(run.saga_id, f"{step.name}/{purpose}/{run.attempt}")


def code_of(answer: Message) -> str:
    return str(getattr(answer, "code", ""))
