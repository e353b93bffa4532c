"""What the OpenAPI document says of every route beside its bodies: who may, which headers, why not.

Examples stand with the models they show; a test sends every one of them to the bank.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from contracts.conditional import Conditional
from contracts.envelope import Command, Query
from contracts.topology import routing_key
from gateway.describing import describe_fields
from gateway.endpoint import Takes
from gateway.idempotency import Key
from gateway.operations import ApprovalPending, OperationAccepted
from gateway.problems import MEDIA_TYPE, RATE_LIMIT, RETRY_SECONDS, STATUS, ProblemBody
from gateway.schemas import Answer, Body

PROBLEMS = {
    400: "Malformed: not JSON, or a header that cannot be",
    401: "Not signed in",
    403: "Your role does not allow this",
    404: "Not there, or not yours",
    408: "The body did not arrive in time",
    409: "It contradicts the present state",
    412: "Changed since you read it",
    413: "The body is too large",
    415: "The body is not of a media type that the call takes, or is compressed",
    422: "Understood and refused; `code` says why",
    428: "Send If-Match with the ETag you read",
    429: "Too many attempts; see Retry-After",
    503: "Not now, and nothing was done; see Retry-After",
}
_PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}


@dataclass(frozen=True, slots=True)
class Documented:
    """What follows for a route from its message class and its answer."""

    kind: type[Command] | type[Query]
    key: Key
    reads_body: bool
    status: int
    gives: type[Answer] | None
    also: Mapping[int, Any]  # models of other statuses
    takes: Takes
    table: str | None  # an example of what is answered as text/csv

    @property
    def responses(self) -> dict[int | str, dict[str, Any]]:
        responses: dict[int | str, dict[str, Any]] = {
            code: {**problem_response(code), "headers": self._problem_headers(code)}
            for code in sorted(self._problems())
        }
        responses[self.status] = {"headers": self._success_headers()}
        if self.table is not None:
            responses[self.status]["content"] = {"text/csv": {"schema": _text(self.table)}}
        if issubclass(self.kind, Command) and self.kind.remembered:
            waits = self.kind.approval is not None
            responses[202] = {
                "model": OperationAccepted | ApprovalPending if waits else OperationAccepted,
                "description": "Not finished in time" + (", or to be approved" if waits else ""),
                "headers": _headers("Location", "Retry-After"),
            }
        for code, model in self.also.items():
            known = responses.get(code, {"headers": {}})
            headers = known["headers"] | self._replayed
            responses[code] = {**known, "model": model, "headers": headers}
        return responses

    @property
    def extra(self) -> dict[str, Any]:
        extra: dict[str, Any] = {"x-message": routing_key(self.kind)}
        extra["security"] = [{"bearer": []}] if self.kind.roles else []
        if self.kind.roles:
            extra["x-roles"] = sorted(self.kind.roles)
        parameters = []
        if issubclass(self.kind, Query) or self.kind.remembered:
            parameters.append(_PREFER)
        if self.key is not Key.NONE:
            parameters.append(_key_parameter(is_required=self.key is Key.REQUIRED))
        if issubclass(self.kind, Conditional):
            parameters.append(_version_parameter(is_required=self.kind.must_name_version))
        if parameters:
            extra["parameters"] = parameters
        if self.takes.is_file:
            content = {
                media: {"schema": _text(shown)} for media, shown in self.takes.examples.items()
            }
            extra["requestBody"] = {"required": True, "content": content}
        return extra

    def _problems(self) -> set[int]:
        codes = set(PROBLEMS) - {429}
        if not self.reads_body:
            codes -= {408, 413, 415}
        if not issubclass(self.kind, Conditional):
            codes.discard(412)
        if not (issubclass(self.kind, Conditional) and self.kind.must_name_version):
            codes.discard(428)
        if not self.kind.roles:
            codes -= {403, 404, 409}
        if issubclass(self.kind, Query):
            codes.discard(409)
        elif self.kind.throttled:
            codes.add(429)
        return codes

    def _problem_headers(self, code: int) -> dict[str, Any]:
        if code in RETRY_SECONDS:
            return _headers("Retry-After", *(RATE_LIMIT if code == 429 else ()))
        # A service's refusal is stored like its answer.
        return self._replayed if code in STATUS.values() else {}

    def _success_headers(self) -> dict[str, Any]:
        own = self.gives.header_names(self.status) if self.gives is not None else []
        missed = _headers("Idempotency-Key-Missing") if self.key is Key.OPTIONAL else {}
        return self._replayed | missed | _headers(*own)

    @property
    def _replayed(self) -> dict[str, Any]:
        return _headers("Idempotency-Replayed") if self.key is not Key.NONE else {}


def problem_response(code: int) -> dict[str, Any]:
    """What the document says of a problem with this status."""
    return {"description": PROBLEMS[code], "content": _PROBLEM_CONTENT}


def describe(app: FastAPI) -> None:
    """Give the app its document: made once, when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
    )
    components = document["components"]
    components["schemas"]["ProblemBody"] = ProblemBody.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    fields = components["schemas"]["ProblemBody"].pop("$defs", {})
    components["schemas"].update(fields)
    # FastAPI leaves out what is null, also in an example that shows that it may be.
    for model in (*_models(Body), *_models(Answer)):
        extra = model.model_config.get("json_schema_extra")
        if model.__name__ in components["schemas"] and isinstance(extra, dict):
            components["schemas"][model.__name__] |= extra
    for operation in _operations(document):
        operation.setdefault("security", [])  # anybody may call it
    describe_fields(document)
    document["servers"] = [{"url": "/", "description": "This bank"}]
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _models(parent: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in parent.__subclasses__():
        yield model
        yield from _models(model)


def _text(example: str) -> dict[str, Any]:
    return {"type": "string", "examples": [example]}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in names}


_HEADERS = {
    "Location": "The address of what was made, or of its outcome",
    "ETag": "The version, for If-Match",
    "Idempotency-Replayed": "`true`: done before under this key, and answered again",
    "Idempotency-Key-Missing": "`true`: a repeat of this call would be done again",
    "Retry-After": "Seconds after which asking again may be worth it",
    "RateLimit-Limit": "Attempts after the wait",
    "RateLimit-Remaining": "Attempts until then",
    "RateLimit-Reset": "Seconds to wait",
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=N`: seconds to wait for the outcome, 0 to 30 (10); `respond-async`: 0.",
    "schema": {"type": "string", "examples": ["wait=10"]},
}


def _key_parameter(*, is_required: bool) -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": is_required,
        "description": "The same key and body again are answered again and done once.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[\\x21-\\x7e]+$",
            "examples": ["4b1c1d0e-8f5a-4a57-9d0c-9d7c6f2f5b11"],
        },
    }


def _version_parameter(*, is_required: bool) -> dict[str, Any]:
    return {
        "name": "If-Match",
        "in": "header",
        "required": is_required,
        "description": "The ETag that you read, several of them, or `*` for whatever is there now.",
        "schema": {"type": "string", "examples": ['"1"']},
    }
