"""A bank behind the edge that lives in one object: it remembers commands and answers examples."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from contracts.approvals import ApprovalNeeded
from contracts.auth import (
    AUDIENCE,
    ISSUER,
    GetKeys,
    Keys,
    ListRevokedSessions,
    RevokedSessions,
)
from contracts.envelope import (
    Command,
    Kind,
    Message,
    OutcomeFound,
    OutcomeState,
    Query,
    Refused,
    Role,
    Subject,
)
from gateway.idempotency import InFlight
from infra.bus.ask import NoAnswer, Reply, Unavailable
from infra.deployment.contracts.examples import example
from infra.runtime.clock import new_id
from infra.runtime.tracing import Trace

USER = "01941f29-7c00-7000-8000-00000000000a"
OTHER_USER = "01941f29-7c00-7000-8000-00000000000b"


def reply_to(message: Command | Query) -> Message:
    """The example of the message's reply."""
    reply = type(message).reply
    return reply.model_validate(example(reply.model_json_schema()))


@dataclass
class Sent:
    """A message as it reached the bank."""

    message: Command | Query
    subject: Subject
    message_id: UUID | None
    wait_seconds: float
    deadline_seconds: float | None
    source: str | None
    trace: Trace | None


@dataclass
class FakeBank:
    """`infra.bus.ask.AskClient` for tests: the inbox is a dict, the services are `replies`."""

    replies: dict[type[Message], Message | Exception] = field(default_factory=dict)
    replies_of: dict[str, Message] = field(default_factory=dict)  # to all it is asked
    sent: list[Sent] = field(default_factory=list)
    done: dict[UUID, tuple[Command, Message]] = field(default_factory=dict)
    ended_sessions: tuple[UUID, ...] = ()
    page: int = 1_000  # ended sessions in one answer
    kid: str = "1"
    is_connected: bool = True
    is_taking: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)  # set: it answers at once

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.gate.set()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def refuses(self, kind: type[Message], code: str, why: Kind = Kind.REFUSED) -> None:
        self.replies[kind] = Refused(code=code, detail="No.", kind=why)

    def messages(self, kind: type[Message]) -> list[Any]:
        return [sent.message for sent in self.sent if isinstance(sent.message, kind)]

    async def ask(
        self,
        message: Command | Query,
        *,
        subject: Subject,
        message_id: UUID | None = None,
        wait_seconds: float,
        deadline_seconds: float | None = None,
        trace: Trace | None = None,
        source: str | None = None,
        owner: str | None = None,
    ) -> Reply:
        if isinstance(message, GetKeys) and GetKeys not in self.replies:
            return Reply(Keys(keys=(self.public_key(),)), replayed=False)
        if isinstance(message, ListRevokedSessions):
            return Reply(self._ended_after(message.after), replayed=False)
        waits = (wait_seconds, deadline_seconds)
        self.sent.append(Sent(message, subject, message_id, *waits, source, trace))
        if not self.is_connected:
            raise Unavailable("the broker is away")
        await self.gate.wait()
        if owner in self.replies_of:
            return Reply(self.replies_of[owner], replayed=False)
        return self._answer(message, message_id)

    async def ask_outcome(
        self,
        owner: str,
        message_id: UUID,
        *,
        subject: Subject,
        wait_seconds: float,
        trace: Trace | None = None,
    ) -> OutcomeFound:
        if message_id not in self.done:
            return OutcomeFound(state=OutcomeState.PENDING)
        answer = self.done[message_id][1]
        states = {Refused: OutcomeState.REFUSED, ApprovalNeeded: OutcomeState.AWAITING_APPROVAL}
        state = states.get(type(answer), OutcomeState.COMPLETED)
        return OutcomeFound(state=state, body=answer.model_dump_json())

    def _answer(self, message: Command | Query, message_id: UUID | None) -> Reply:
        known = self.done.get(message_id) if message_id else None
        if known is not None and known[0] == message:
            return Reply(known[1], replayed=True)
        if known is not None:
            return Reply(Refused(code="idempotency-key-reused", detail="No."), replayed=False)
        answer = self.replies.get(type(message)) or reply_to(message)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(message, Command) and message_id:
            self.done[message_id] = message, answer
        return Reply(answer, replayed=False)

    def _ended_after(self, after: UUID | None) -> RevokedSessions:
        found = [session for session in self.ended_sessions if after is None or session > after]
        page = tuple(found[: self.page])
        return RevokedSessions(session_ids=page, is_complete=len(found) <= self.page)

    def public_key(self) -> dict[str, str]:
        public = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def token(
        self,
        role: Role = Role.TELLER,
        *,
        user: str = USER,
        session: UUID | None = None,
        expires_in: int = 600,
        typ: str = "at+jwt",
        kid: str = "1",
        **claims: object,
    ) -> str:
        now = int(time.time())
        whole = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": user, "sid": str(session or new_id()),
            "role": role, "customer_id": 1 if role is Role.CUSTOMER else None,
            "branch_code": None, "iat": now, "nbf": now, "exp": now + expires_in, **claims,
        }  # fmt: skip
        return jwt.encode(whole, self.key, algorithm="ES256", headers={"typ": typ, "kid": kid})


NO_ANSWER = NoAnswer("the outcome is unknown")


class Crowd(InFlight):
    """Equal calls, all of which are under way before the bank answers the first of them."""

    def __init__(self, bank: FakeBank, calls: int) -> None:
        super().__init__()
        self._bank, self._missing = bank, calls
        bank.gate.clear()

    async def share(
        self, message_id: UUID, command: Command, ask: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        self._missing -= 1
        if not self._missing:
            self._bank.gate.set()
        return await super().share(message_id, command, ask)
