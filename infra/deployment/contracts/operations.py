"""Who does what with which message: the operations of the AsyncAPI document, seen by the owner."""

import inspect
from typing import Any, NamedTuple

from contracts import catalogue
from contracts.approvals import ApprovalNeeded
from contracts.audit import SearchAudit
from contracts.envelope import (
    GATEWAY,
    Approval,
    Command,
    Event,
    GetOutcome,
    Message,
    Query,
    Refused,
)
from contracts.topology import ASKERS, JOBS, SERVICES, outcome_key, routing_key
from infra.bus.asyncapi import messages_in, operation_binding

Object = dict[str, Any]


class Question(NamedTuple):
    """A command or query on its way to the one who answers it."""

    key: str
    owner: str
    kind: type[Command] | type[Query]


def questions() -> list[Question]:
    """All that can be asked; what several services are asked alike has a key for each."""
    own = [Question(routing_key(kind), kind.owner, kind) for kind in catalogue.asked()]
    outcomes = [Question(outcome_key(service), service, GetOutcome) for service in SERVICES]
    trails = [Question(routing_key(SearchAudit, owner), owner, SearchAudit) for owner in SERVICES]
    approvals = [
        Question(routing_key(kind, owner), owner, kind)
        for owner in catalogue.approvers()
        for kind in catalogue.ABOUT_APPROVALS
    ]
    jobs = [
        Question(routing_key(kind, owner), owner, kind)
        for owner in sorted(set(JOBS.values()))
        for kind in catalogue.ABOUT_JOBS
    ]
    sagas = [
        Question(routing_key(kind, owner), owner, kind)
        for owner in ASKERS
        for kind in catalogue.ABOUT_SAGAS
    ]
    return own + outcomes + trails + approvals + jobs + sagas


def operations() -> Object:
    return {
        **{f"receive-{question.key}": _receive(question) for question in questions()},
        **{f"send-{routing_key(kind)}": _send(kind) for kind in catalogue.events()},
    }


def operation_bindings() -> Object:
    return {
        "persistent": operation_binding(is_persistent=True),
        "in-memory": operation_binding(is_persistent=False),
    }


def names(*kinds: type[Message]) -> list[str]:
    return [kind.__name__ for kind in kinds]


def told_as(kind: type[Event]) -> list[str]:
    """By itself, or in a carrier when one of our services tells it."""
    return [*names(kind), "Carrier"] if kind.owner in SERVICES else names(kind)


def answers(owner: str) -> str:
    """The channel of an owner's answers; its address is known only once somebody asks."""
    return f"{owner}.answers"


def replies_to(kind: type[Command] | type[Query]) -> list[type[Message]]:
    """What it may be answered with, refusals aside."""
    waits = issubclass(kind, Command) and kind.approval is not None
    return [kind.reply, ApprovalNeeded] if waits else [kind.reply]


def description(kind: type[Message]) -> Object:
    """The class's own words; what it merely inherited would speak of something else."""
    return {"description": inspect.cleandoc(kind.__doc__)} if kind.__doc__ else {}


def _receive(question: Question) -> Object:
    """One question or order: who may send it, and what answers it."""
    key, owner, kind = question
    lane = "persistent" if issubclass(kind, Command) and kind.remembered else "in-memory"
    return {
        "action": "receive",
        "title": kind.__name__,
        "summary": f"{owner} answers with {kind.reply.__name__} or Refused.",
        **description(kind),
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": messages_in(key, names(kind)),
        "tags": [{"name": owner}],
        "bindings": {"$ref": f"#/components/operationBindings/{lane}"},
        **_reply(question),
        **_authority(kind),
    }


def _reply(question: Question) -> Object:
    """A rail answers with events on an exchange of its own; everybody else answers the asker."""
    kind = question.kind
    if kind.exchange:
        address = routing_key(kind.reply)
        channel = {"$ref": f"#/channels/{address}"}
        return {"reply": {"channel": channel, "messages": messages_in(address, names(kind.reply))}}
    address = answers(question.owner)
    return {
        "reply": {
            "address": {
                "location": "$message.header#/reply_to",
                "description": "The AMQP property `reply_to` of the question.",
            },
            "channel": {"$ref": f"#/channels/{address}"},
            "messages": messages_in(address, names(*replies_to(kind), Refused)),
        }
    }


def _authority(kind: type[Command] | type[Query]) -> Object:
    """Broker users, and the roles of the people for whom the gateway may send it."""
    roles = {"x-roles": sorted(role.value for role in kind.roles)}
    approval = {} if issubclass(kind, Query) or kind.approval is None else _approval(kind.approval)
    return {
        "x-senders": sorted(kind.senders),
        **(roles if GATEWAY in kind.senders else {}),
        **approval,
    }


def _approval(policy: Approval) -> Object:
    """Who needs whose approval for it, above what, and for how long it waits."""
    return {
        "x-approval": {
            "makers": sorted(role.value for role in policy.makers),
            "deciders": sorted(role.value for role in policy.deciders),
            "above": policy.above,
            "days": policy.days,
        }
    }


def _send(kind: type[Event]) -> Object:
    key, senders = routing_key(kind), sorted(kind.senders or {kind.owner})
    return {
        "action": "send",
        "title": kind.__name__,
        "summary": f"{', '.join(senders)} tells whoever listens.",
        **description(kind),
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": messages_in(key, told_as(kind)),
        "tags": [{"name": kind.owner}],
        "bindings": {"$ref": "#/components/operationBindings/persistent"},
        "x-senders": senders,
    }
