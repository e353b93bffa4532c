"""Commands that a second person has to approve: parked by their owner, and run as they came.

The rule looks at who asks, not at the way by which he comes: neither the edge nor a queue goes
round it. A command's row, and later its run, its decision and its new outcome, are written in one
unit of work each. A refusal of the handler is an outcome like any other: the approval is spent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hmac import compare_digest
from operator import attrgetter
from typing import Any
from uuid import UUID

from contracts.approvals import (
    ApprovalNeeded,
    ApprovalState,
    ApproveCommand,
    CommandApproved,
    CommandRejected,
    GetApproval,
    ListApprovals,
    ParkedCommand,
    ParkedCommands,
    RejectCommand,
)
from contracts.envelope import (
    Approval,
    Command,
    Conflict,
    DomainError,
    Forbidden,
    Message,
    NotFound,
)
from contracts.topology import routing_key
from infra.bus.wire import parse
from infra.data.database import Connection
from infra.data.paging import page_of
from infra.data.store import Store
from infra.handling import audit, mailbox, parked
from infra.handling.admission import Admitted
from infra.handling.context import Ask, Asked, Context
from infra.handling.outcomes import Answer, NotAllowed, answer_of, fingerprint_of, refusal
from infra.handling.parked import PLACES, Decision, Found, Parked
from infra.handling.running import run_handler
from infra.handling.service import Outcome, Registered, Service
from infra.handling.telling import Told, Traced
from infra.runtime.clock import new_id

ALWAYS = "Always needs a second person."
EXPIRED_MAX = 500  # ended in one tick
EXPIRE_SECONDS = 5.0


class ApprovalNotFound(NotFound):
    """There is no such approval."""


class OwnApproval(Forbidden):
    """You have asked for this yourself; another person decides."""


class ApprovalDecided(Conflict):
    """Somebody has decided this before."""


class ApprovalExpired(Conflict):
    """Nobody approved it in time, and nothing was done."""


class ApprovalRejected(DomainError):
    """A second person has rejected it, and nothing was done."""


class ApprovalAltered(Conflict):
    """What waits is not what its maker sent, or this release does not know it; reject it."""


class AlreadyParked(Conflict):
    """This instruction waited for an approval before; its answer is no longer kept."""


class Approvals:
    """The parked commands of one service. `key` makes the digests of what is parked."""

    def __init__(self, service: Service[Any], key: bytes) -> None:
        self._service = service
        self._key = key
        self._kinds = {routing_key(kind): kind for kind in service.commands if _policy(kind)}

    @property
    def handlers(self) -> Mapping[type[Message], Registered]:
        """What a service handles beside its own messages when commands of it need approval."""
        if not self._kinds:
            return {}
        return {
            ApproveCommand: Registered(self.approve_command, alone=True, asks=True),
            RejectCommand: Registered(self.reject_command, alone=True),
            GetApproval: Registered(get_approval, alone=True),
            ListApprovals: Registered(list_approvals, alone=True),
        }

    async def park(
        self, db: Connection, store: Store, batch: Sequence[Admitted], asked: Sequence[Asked[Any]]
    ) -> dict[int, Outcome]:
        """What those of a batch are answered that have to wait, by their place in it."""
        reasons = await self._reasons(store, asked)
        rows = {place: self._row(batch[place], asked[place], reasons[place]) for place in reasons}
        if not rows:
            return {}
        new = await parked.park(db, list(rows.values()))
        return {
            place: ApprovalNeeded(approval_id=row.approval_id, expires_at=row.expires_at)
            if row.delivery.message_id in new
            else AlreadyParked()
            for place, row in rows.items()
        }

    async def _reasons(self, store: Store, asked: Sequence[Asked[Any]]) -> dict[int, str]:
        """Why which of them have to wait; asks the service only about those that may."""
        reasons: dict[int, str] = {}
        doubtful: list[int] = []
        for place, each in enumerate(asked):
            policy = _policy(type(each.message))
            if policy is None or each.context.subject.role not in policy.makers:
                continue
            if policy.above is None:
                reasons[place] = ALWAYS
            else:
                doubtful.append(place)
        if doubtful:
            weighed = await self._service.weigh([asked[place] for place in doubtful], store)
            for place, reason in zip(doubtful, weighed, strict=True):
                if reason is not None:
                    reasons[place] = reason
        return reasons

    def _row(self, item: Admitted, asked: Asked[Any], reason: str) -> Parked:
        policy, now = _policy(type(item.message)), asked.context.now
        assert policy is not None
        return Parked(
            approval_id=new_id(),
            delivery=item.delivery,
            digest=fingerprint_of(item.delivery.type, item.delivery.payload, self._key),
            reason=reason,
            created_at=now,
            expires_at=now + timedelta(days=policy.days),
        )

    async def approve_command(
        self, command: ApproveCommand, store: Store, context: Context, ask: Ask
    ) -> Told[CommandApproved]:
        """Run what was parked, on its maker's behalf, in this unit of work."""
        found = await self._decidable(store.db, command.approval_id, context)
        outcome = await self._run(found, store, context, ask)
        shown = await _end(store.db, found, ApprovalState.APPROVED, answer_of(outcome), context)
        messages = outcome.messages if isinstance(outcome, Told) else ()
        return Told(
            CommandApproved(**dict(shown)),
            *(each if isinstance(each, Traced) else Traced(each, found.trace) for each in messages),
        )

    async def reject_command(
        self, command: RejectCommand, store: Store, context: Context
    ) -> CommandRejected:
        """End what was parked without running it."""
        found = await self._decidable(store.db, command.approval_id, context)
        answer = refusal(ApprovalRejected(f"A second person has rejected it: {command.reason}"))
        shown = await _end(store.db, found, ApprovalState.REJECTED, answer, context, command.reason)
        return CommandRejected(**dict(shown))

    async def _decidable(self, db: Connection, approval_id: UUID, context: Context) -> Found:
        """The row, once it is sure that this person may decide it now."""
        found = await parked.lock(db, approval_id, context.now)
        if found is None:
            raise ApprovalNotFound
        policy = _policy(self._kinds.get(found.parked.type)) or Approval()
        if context.subject.role not in policy.deciders:
            raise NotAllowed
        if context.subject.id == found.parked.maker:
            raise OwnApproval
        if found.parked.state is ApprovalState.EXPIRED:
            raise ApprovalExpired
        if found.parked.state is not ApprovalState.PENDING:
            raise ApprovalDecided
        return found

    async def _run(self, found: Found, store: Store, context: Context, ask: Ask) -> Outcome:
        """What the command's own handler makes of it; what it wrote is undone when it refuses."""
        kind = self._kinds.get(found.parked.type)
        digest = fingerprint_of(found.parked.type, found.payload, self._key)
        if kind is None or not compare_digest(digest, found.digest):
            raise ApprovalAltered
        message = parse(kind, found.payload)
        if not isinstance(message, kind):
            return message
        as_maker = replace(
            context,
            message_id=found.message_id,
            correlation_id=found.correlation_id,
            causation_id=str(context.message_id),
            sender=found.sender,
            subject=found.subject,
            source=found.source,
            trace=found.trace,
            approved_by=context.subject,
        )
        entry = self._service.commands[kind]
        asked = Asked(message, as_maker)
        asks = [ask] if entry.asks else []
        [outcome] = await run_handler(store.db, entry, [asked], store, *asks)
        assert isinstance(outcome, Message | Told | DomainError)
        entries = audit.entries_of(found.parked.type, asked, outcome, digest)
        await audit.append(store.db, entries, context.now)
        return outcome


async def _end(
    db: Connection,
    found: Found,
    state: ApprovalState,
    answer: object,
    context: Context,
    reason: str | None = None,
) -> ParkedCommand:
    """Note the decision, and give the maker's message its final outcome."""
    assert isinstance(answer, Answer)
    decision = Decision(state, context.subject.id, context.message_id, context.now, answer, reason)
    shown = await parked.end(db, found.parked.approval_id, decision)
    await mailbox.answer_anew(db, [found.message_id], answer.type, answer.body)
    return shown


async def get_approval(query: GetApproval, store: Store, context: Context) -> ParkedCommand:
    """One parked command, for people who may see all."""
    found = await parked.one(store.db, query.approval_id, context.now)
    if found is None:
        raise ApprovalNotFound
    return found


async def list_approvals(query: ListApprovals, store: Store, context: Context) -> ParkedCommands:
    """Parked commands, newest first."""
    found = await parked.some(store.db, query, context.now, query.limit + 1)
    page, following = page_of(found, query.limit, attrgetter("approval_id"), PLACES)
    return ParkedCommands(items=page, next_cursor=following)


async def expire_approvals(store: Store, context: Context) -> None:
    """A timer: end what nobody has approved in time, and say so to its maker from now on."""
    answer = refusal(ApprovalExpired())
    messages = await parked.expire(store.db, context.now, answer, EXPIRED_MAX)
    await mailbox.answer_anew(store.db, messages, answer.type, answer.body)


def parks(service: Service[Any]) -> bool:
    """True when some command of the service may need approval."""
    return any(map(_policy, service.commands))


def _policy(kind: type[Message] | None) -> Approval | None:
    return kind.approval if kind is not None and issubclass(kind, Command) else None
