"""One route at work: who calls, may he, and what he sent.

Fields of path, query and header are read by FastAPI. A route whose only field is its body reads it
here: that saves a third of what a transfer costs at the edge, and transfers, payments, openings and
log-ins are all of that kind.
"""

import inspect
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope, Send

from contracts.envelope import BODY_BYTES_MAX, GATEWAY, Command, Query
from gateway.asker import NOBODY
from gateway.edge import Call, edge_of, wait_seconds_of
from gateway.exact_json import ExactRequest
from gateway.facts import facts_of
from gateway.idempotency import HEADER, Key, message_id_of
from gateway.preconditions import HEADER as IF_MATCH
from gateway.preconditions import expected
from gateway.problems import Problem, refused, unfit
from gateway.query_strings import require_known
from gateway.schemas import JSON, Body
from infra.bus.authority import may_ask
from infra.handling.outcomes import NotAllowed

Run = Callable[[Call, Mapping[str, Any]], Awaitable[Response]]

_OWN = ("call", "upload")  # parameters of a route's function that are no fields of its call
_CALL = "bank.call"  # key of the admitted Call in the ASGI scope


@dataclass(frozen=True, slots=True)
class Takes:
    """What a route takes for its body."""

    bytes_max: int = BODY_BYTES_MAX
    examples: Mapping[str, str] = field(default_factory=dict)  # of a file, by media type

    @property
    def is_file(self) -> bool:
        """Not read as JSON: the route's function is given it as its `upload`."""
        return bool(self.examples)

    @property
    def media(self) -> tuple[str, ...]:
        return tuple(self.examples) or (JSON,)


JSON_BODY = Takes()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    media: str
    content: bytes


class Endpoint:
    """Admits a caller and runs what the route does with his fields."""

    def __init__(
        self,
        kind: type[Command] | type[Query],
        key: Key,
        function: Callable[..., Any],
        run: Run,
        takes: Takes = JSON_BODY,
    ) -> None:
        self.kind = kind
        self.takes = takes
        self.key = key
        self.run = run
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        fields = [p for p in inspect.signature(function).parameters.values() if p.name not in _OWN]
        self.only_body = _only_body(fields)
        self.changes = issubclass(kind, Command)
        request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        self.__signature__ = inspect.Signature(
            [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in fields), request]
        )

    async def admit(self, request: Request, route: str, parameters: Collection[str]) -> Call:
        """The call, once its caller may make it; `parameters` are what its address may ask for.

        Raises:
            Problem: 401, 403, 400 for a bad Idempotency-Key or If-Match, 428 for one that is
                missing, or 422 for a parameter that is unknown or repeated.
        """
        edge, facts = edge_of(request), facts_of(request.scope)
        subject = NOBODY
        if self.kind.roles:
            subject = await edge.authenticator.subject_of(facts.headers.get(b"authorization"))
            facts.subject_id = subject.id
            if not may_ask(self.kind, GATEWAY, subject):
                raise refused(NotAllowed().refusal())
        require_known(request, parameters)
        seen = expected(facts.header(IF_MATCH), self.kind)
        facts.is_key_missed = self.key is Key.OPTIONAL and HEADER not in facts.headers
        message_id = message_id_of(
            facts.header(HEADER),
            self.key,
            principal=subject.id,
            route=route,
            parameters=request.path_params,
        )
        wait_seconds = wait_seconds_of(facts.header(b"prefer"))
        return Call(edge, subject, message_id, wait_seconds, facts.trace, facts.source, seen)

    async def __call__(self, request: Request, **fields: Any) -> Response:
        if self.takes.is_file:
            media = media_of(facts_of(request.scope).headers)
            with edge_of(request).uploads.taken():
                fields["upload"] = Upload(media, await request.body())
                return await self.run(request.scope[_CALL], fields)
        return await self.run(request.scope[_CALL], fields)


class EdgeRoute(APIRoute):
    """Admits the caller before the body is read, and reads the body exactly."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self.endpoint
        assert isinstance(endpoint, Endpoint)
        if endpoint.only_body is None or scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = ExactRequest(scope, receive)
        call = await self._admitted(endpoint, request)
        try:
            body = endpoint.only_body.model_validate(await request.json())
        except ValidationError as error:
            unfit(error)
        response = await endpoint.run(call, {"body": body})
        await response(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        endpoint = self.endpoint
        assert isinstance(endpoint, Endpoint)

        async def admit_and_handle(request: Request) -> Response:
            request.scope[_CALL] = await self._admitted(endpoint, request)
            exact = ExactRequest(request.scope, request.receive)
            if self.body_field is not None:
                # Here, because FastAPI would take a sender who left for one of a bad body.
                await exact.body()
            elif endpoint.changes and not endpoint.takes.is_file:
                await _require_no_field(exact)
            return await handle(exact)

        return admit_and_handle

    @cached_property
    def _parameters(self) -> frozenset[str]:
        return frozenset(field.alias for field in self.dependant.query_params)

    async def _admitted(self, endpoint: Endpoint, request: Request) -> Call:
        route = f"{request.method} {self.path}"
        call = await endpoint.admit(request, route, self._parameters)
        if self.body_field is not None or endpoint.changes:
            _require_media(facts_of(request.scope).headers, endpoint.takes)
        return call


def _only_body(fields: list[inspect.Parameter]) -> type[BaseModel] | None:
    """The body's model when the route has no other field and cannot do without it."""
    if [field.name for field in fields] != ["body"]:
        return None
    model = fields[0].annotation
    return model if isinstance(model, type) and issubclass(model, Body) else None


async def _require_no_field(request: ExactRequest) -> None:
    """A field that the call does not know is a mistake here too: no body, or an empty object."""
    if not await request.body():
        return
    try:
        Body.model_validate(await request.json())
    except ValidationError as error:
        unfit(error)


def media_of(headers: Mapping[bytes, bytes]) -> str:
    """The media type of the body, without its parameters."""
    given = headers.get(b"content-type", b"").partition(b";")[0]
    return given.strip().lower().decode("latin-1")


def _require_media(headers: Mapping[bytes, bytes], takes: Takes) -> None:
    is_empty = headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers
    if media_of(headers) in takes.media or (is_empty and not takes.is_file):
        return
    detail = f"Send the body as {' or '.join(takes.media)}."
    raise Problem(415, "unsupported-media-type", detail)
