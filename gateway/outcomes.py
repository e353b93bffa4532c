"""Stored outcomes of commands, told as the answers that they were or would have been."""

from typing import Any

from contracts.envelope import OutcomeFound, OutcomeState, Refused
from contracts.topology import routing_key
from gateway.problems import Problem, refused
from gateway.routing import RENDERINGS, Rendering


def why_not(found: OutcomeFound) -> Problem | None:
    """The refusal, as its caller heard it; None for what was done."""
    if found.state is not OutcomeState.REFUSED:
        return None
    return refused(Refused.model_validate_json(found.body or ""))


def rendered(rendering: Rendering, found: OutcomeFound) -> dict[str, Any] | None:
    """The body of the answer to what was done."""
    answer = rendering.answer(rendering.reply.model_validate_json(found.body or ""))
    return None if answer is None else answer.model_dump(mode="json")


def rendering_of_reply(type_: str | None) -> Rendering:
    """How the replies with this routing key are told."""
    return next(each for each in RENDERINGS.values() if routing_key(each.reply) == type_)
