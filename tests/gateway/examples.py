"""Sends the example of every route of an OpenAPI document to a gateway, wherever it runs.

The ids of the document (`AC-20250709-123456`, customer 1, …) stand for things of the bank at hand:
`stand_ins` says which, and what one example creates is used by those after it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from jsonschema import Draft202012Validator

from contracts.envelope import Role

Document = dict[str, Any]
HEADERS = {"Location", "Etag", "Idempotency-Replayed", "Retry-After"}  # what a client may act on

# What the bank or a rail gives out under each name: examples have the form of the real thing.
FORMS = {
    "account_number": r"AC-\d{8}-\d{6}|[A-Z-]+|\d{9,18}",  # a customer's, a line's, another bank's
    "customer_number": r"CU-\d{8}",
    "kid": r"[\w-]{43}",
    "operation_id": r"[\w-]{120,150}|[0-9a-f-]{36}",  # of a call, of a movement of a loan
    "rail_reference": r"(IMPS|RTGS|NEFT)\d{12}",
    # Of an entry, also of what came over a rail, or its sender's own name for a line of a file.
    "reference": r"(DEP|WIT|TRA|CAP|REV|LOAN)-[0-9a-f]{32}|SETTLE-[A-Z]+-[A-Z]{3}-\d{8}(-\d{4})?"
    r"|in-(IMPS|NEFT|RTGS|UPI)-[0-9a-f-]{36}|salary-11-\d",
    "trace_id": r"[0-9a-f]{32}",
    "x": r"[\w-]{43}",
    "y": r"[\w-]{43}",
}


def misshapen(value: Any, name: str = "") -> Iterator[str]:
    """`"reference: TX-1"` for each text anywhere in `value` that has not the form of its name."""
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from misshapen(inner, part)
    elif isinstance(value, list):
        for inner in value:
            yield from misshapen(inner, name)
    elif isinstance(value, str) and not re.fullmatch(FORMS.get(name, "(?s).*"), value):
        yield f"{name}: {value}"


def example_of(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """The example beside a schema, through its references; None where there is none."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return example_of(choices[0], document) if choices else None


def takes_file(operation: Document) -> bool:
    """True for a call whose body is a file: test_bulk_files.py judges what such a one holds."""
    content = operation.get("requestBody", {}).get("content", {})
    return bool(content) and "application/json" not in content


def role_for(document: Document, method: str, path: str) -> Role:
    """Of those who may make this call, one who may make most others: the administrator, if he may
    or anybody may, else a manager."""
    roles = document["paths"][path][method.lower()].get("x-roles", [Role.ADMIN])
    return Role.ADMIN if Role.ADMIN in roles else Role.MANAGER


@dataclass
class Examples:
    """The routes of one document, to be called one by one."""

    document: Document
    stand_ins: dict[str, Any] = field(default_factory=dict)
    wait_seconds: int = 10

    def routes(self) -> list[tuple[str, str]]:
        """`("POST", "/api/accounts")` … in the document's order."""
        paths = self.document["paths"]
        return [(method.upper(), path) for path, methods in paths.items() for method in methods]

    async def call(
        self, client: httpx.AsyncClient, method: str, path: str, **changes: Any
    ) -> httpx.Response:
        """The answer to the example, after checking it against the document."""
        operation = self.document["paths"][path][method.lower()]
        headers = {"Prefer": f"wait={self.wait_seconds}"}
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                [given] = parameter["schema"]["examples"]
                value = self.stand_ins.get(str(given), given)
                path = path.replace(f"{{{parameter['name']}}}", str(value))
            elif parameter["name"] == "Idempotency-Key":
                headers["Idempotency-Key"] = str(uuid4())
            elif parameter["name"].lower() == "if-match":
                headers["If-Match"] = self.stand_ins.get("etag", '"1"')
        answer = await client.request(
            method,
            path,
            params=self.query_of(operation),
            **self._file(operation, headers) or {"json": self._body(operation, changes)},
            headers=headers,
        )
        self._check(operation, answer)
        return answer

    def query_of(self, operation: Document) -> dict[str, Any]:
        """What has to stand in the query."""
        return {
            parameter["name"]: self.stand_ins.get(given, given)
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query" and parameter["required"]
            for given in parameter["schema"]["examples"]
        }

    def _file(self, operation: Document, headers: dict[str, str]) -> dict[str, Any]:
        """The first of the files that the route takes; empty where it takes JSON or nothing."""
        if not takes_file(operation):
            return {}
        media, shown = next(iter(operation["requestBody"]["content"].items()))
        headers["Content-Type"] = media
        text = example_of(shown["schema"], self.document)
        for given, own in self.stand_ins.items():
            text = text.replace(given, str(own))
        return {"content": text}

    def _body(self, operation: Document, changes: Mapping[str, Any]) -> Any:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None
        body = example_of(content["application/json"]["schema"], self.document)
        assert body is not None, f"{operation['operationId']} has no example of its request"
        return {**self._of_this_bank(body), **changes}

    def _of_this_bank(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {
                name: self.stand_ins.get(name, self._of_this_bank(value))
                for name, value in body.items()
            }
        return self.stand_ins.get(body, body) if isinstance(body, str) else body

    def _check(self, operation: Document, answer: httpx.Response) -> None:
        name = operation["operationId"]
        response = operation["responses"].get(str(answer.status_code))
        assert response is not None, f"{name} answered {answer.status_code}: {answer.text}"
        sent = HEADERS.intersection(name.title() for name in answer.headers)
        assert sent <= {header.title() for header in response.get("headers", {})}, name
        content = response.get("content", {})
        if not content:
            return
        [media] = content
        assert answer.headers["Content-Type"].startswith(media)
        if media == "text/csv":
            assert answer.text
            return
        schema = content[media]["schema"] | {"components": self.document["components"]}
        Draft202012Validator(schema).validate(json.loads(answer.content))

    def missing(self) -> list[str]:
        """Routes without an example of what is sent or of what is answered."""
        found = []
        for method, path in self.routes():
            operation = self.document["paths"][path][method.lower()]
            sent = operation.get("requestBody", {}).get("content", {}).values()
            told = [
                media
                for status, response in operation["responses"].items()
                for media in response.get("content", {}).values()
                if status.startswith("2")
            ]
            for media in (*sent, *told):
                if example_of(media["schema"], self.document) is None:
                    found.append(f"{method} {path}")
        return found
