"""Routes as messages: a route names the message class, and the rest follows from it.

`sends` and `asks` take a pure function from the request's fields to a command or a query, and the
class of the answer, which says itself how it is made of the reply. Who may call is the message
class's `roles`; what a late or repeated call gets is the same everywhere. `calls` is for the few
routes that do more than ask once.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from contracts.envelope import Command, Message, Query
from contracts.topology import routing_key
from gateway.edge import Call
from gateway.endpoint import JSON_BODY, EdgeRoute, Endpoint, Run, Takes
from gateway.idempotency import REPLAYED, Key
from gateway.openapi import Documented
from gateway.problems import unfit
from gateway.schemas import Answer
from gateway.telling import MisdeclaredError

C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)


@dataclass(frozen=True, slots=True)
class Part:
    """The answer is about one field of the reply; all others are hidden."""

    field: str
    answer: type[Answer]
    hides: frozenset[str] = frozenset()

    def about(self, reply: Message) -> Answer:
        return self.answer.about(getattr(reply, self.field))

    def require(self, reply: type[Message]) -> None:
        if reply.model_fields.keys() != {self.field, *self.hides}:
            raise MisdeclaredError(f"{reply.__name__} is {self.field} and hides {self.hides}")
        self.answer.require(reply.model_fields[self.field].annotation)


Answering = type[Answer] | Part | None  # None: no body


@dataclass(frozen=True, slots=True)
class Rendering:
    """How the reply to a command is told over HTTP, now or by its operation later."""

    status: int
    answers: Answering
    reply: type[Message]

    def __post_init__(self) -> None:
        if self.answers is not None:
            self.answers.require(self.reply)

    @property
    def gives(self) -> type[Answer] | None:
        """The class of the answer."""
        return self.answers.answer if isinstance(self.answers, Part) else self.answers

    def answer(self, reply: Message) -> Answer | None:
        return None if self.answers is None else self.answers.about(reply)


RENDERINGS: dict[str, Rendering] = {}  # by routing key of the command


class EdgeRouter(APIRouter):
    """The routes of one resource."""

    def __init__(self, prefix: str, tag: str) -> None:
        super().__init__(prefix=prefix, tags=[tag], route_class=EdgeRoute, redirect_slashes=False)

    def sends(
        self,
        kind: type[C],
        call: str,
        *,
        answers: Answering,
        status: int = 201,
        key: Key = Key.OPTIONAL,
    ) -> Callable[[Callable[..., C]], Callable[..., C]]:
        """`@router.sends(MakeDeposit, "POST /{account_number}/deposit", answers=CashAnswer)`."""
        rendering = Rendering(status, answers, kind.reply)

        def register(translate: Callable[..., C]) -> Callable[..., C]:
            make = _making(translate)

            async def run(call: Call, fields: Mapping[str, Any]) -> Response:
                reply = await call.send(make(call, fields))
                return respond(rendering, reply.message, REPLAYED if reply.replayed else None)

            self._add(kind, call, translate, run, key=key, status=status, gives=rendering.gives)
            RENDERINGS[routing_key(kind)] = rendering
            return translate

        return register

    def asks(
        self, kind: type[Q], call: str, *, answers: Answering
    ) -> Callable[[Callable[..., Q]], Callable[..., Q]]:
        """`@router.asks(GetAccount, "GET /{account_number}", answers=AccountAnswer)`."""
        rendering = Rendering(200, answers, kind.reply)

        def register(translate: Callable[..., Q]) -> Callable[..., Q]:
            make = _making(translate)

            async def run(call: Call, fields: Mapping[str, Any]) -> Response:
                return respond(rendering, await call.ask(make(call, fields)))

            self._add(kind, call, translate, run, key=Key.NONE, status=200, gives=rendering.gives)
            return translate

        return register

    def calls(
        self,
        kind: type[Command] | type[Query],
        call: str,
        *,
        gives: type[Answer] | None,
        status: int = 200,
        key: Key = Key.NONE,
        also: Mapping[int, Any] | None = None,
        later: Rendering | None = None,
        takes: Takes = JSON_BODY,
        table: str | None = None,
    ) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        """For a coroutine that uses its `Call` itself; `kind` still says who may.

        `also` are models of other statuses, `later` is what an operation of `kind` tells. One that
        `takes` a file is given it as `upload`; `table` shows what is answered as text/csv.
        """

        def register(
            function: Callable[..., Awaitable[Response]],
        ) -> Callable[..., Awaitable[Response]]:
            async def run(call: Call, fields: Mapping[str, Any]) -> Response:
                try:
                    return await function(call=call, **fields)
                except ValidationError as error:
                    unfit(error)

            self._add(
                kind, call, function, run, key=key, status=status, gives=gives, also=also,
                takes=takes, table=table,
            )  # fmt: skip
            if later is not None:
                RENDERINGS[routing_key(kind)] = later
            return function

        return register

    def _add(
        self,
        kind: type[Command] | type[Query],
        call: str,
        function: Callable[..., Any],
        run: Run,
        *,
        key: Key,
        status: int,
        gives: type[Answer] | None,
        also: Mapping[int, Any] | None = None,
        takes: Takes = JSON_BODY,
        table: str | None = None,
    ) -> None:
        method, _, path = call.partition(" ")
        reads_body = "body" in inspect.signature(function).parameters or issubclass(kind, Command)
        documented = Documented(kind, key, reads_body, status, gives, also or {}, takes, table)
        self.add_api_route(
            path,
            Endpoint(kind, key, function, run, takes),
            methods=[method],
            name=function.__name__,
            operation_id=function.__name__,
            status_code=status,
            response_model=gives,
            response_description="Done" if issubclass(kind, Command) else "Found",
            responses=documented.responses,
            openapi_extra=documented.extra,
            response_class=JSONResponse if table is None else Response,
        )


def respond(
    rendering: Rendering, reply: Message, headers: Mapping[str, str] | None = None
) -> Response:
    answer = rendering.answer(reply)
    if answer is None:
        return Response(None, rendering.status, headers=headers)
    return answer.response(rendering.status, headers)


def _making(translate: Callable[..., Any]) -> Callable[[Call, Mapping[str, Any]], Any]:
    """`translate` with the fault of a message that its contract refuses made the caller's."""
    parameters = inspect.signature(translate).parameters
    wants_call = "call" in parameters
    where = "body" if "body" in parameters else "query"

    def make(call: Call, fields: Mapping[str, Any]) -> Any:
        try:
            return translate(call=call, **fields) if wants_call else translate(**fields)
        except ValidationError as error:
            unfit(error, where)

    return make
