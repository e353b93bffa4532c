"""`/docs`: the OpenAPI document for people, as one page without a script or a foreign server."""

import html
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter()

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
    "pre{background:#f4f4f4;padding:.7em;overflow:auto;font-size:14px}"
    "summary{cursor:pointer}code{font-weight:bold}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/docs", include_in_schema=False, response_model=None)
async def docs(request: Request) -> Response:
    page = _page(request.app.openapi())
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})


def example_of(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """The example beside a schema, through its references; None where there is none."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return example_of(choices[0], document) if choices else None


def _page(document: dict[str, Any]) -> str:
    calls = "".join(_calls(document))
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{document['info']['title']}"
        f"</title><style>{STYLE}</style><h1>{document['info']['title']}</h1>"
        f"<p>{html.escape(document['info']['description'])}"
        f' The document itself: <a href="/openapi.json">openapi.json</a>.</p>{calls}</html>'
    )


def _calls(document: dict[str, Any]) -> Iterator[str]:
    tag = None
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield f"<h2>{html.escape(tag)}</h2>"
            yield _call(method.upper(), path, operation, document)


def _call(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    roles = ", ".join(operation.get("x-roles", ["anybody"]))
    about = html.escape(operation.get("description", operation.get("summary", "")))
    parts = [f"<p>{about}<p>For {roles}."]
    content = operation.get("requestBody", {}).get("content", {})
    parts += [_example("Send", media["schema"], document) for media in content.values()]
    for status, response in operation["responses"].items():
        media = response.get("content", {}).get("application/json")
        if media and status.startswith("2"):
            parts.append(_example(f"Get {status}", media["schema"], document))
    title = f"<summary><code>{method} {html.escape(path)}</code></summary>"
    return f"<details>{title}{''.join(parts)}</details>"


def _example(title: str, schema: dict[str, Any], document: dict[str, Any]) -> str:
    example = example_of(schema, document)
    if example is None:
        return ""
    text = json.dumps(example, indent=2, ensure_ascii=False)
    return f"<h4>{title}</h4><pre>{html.escape(text)}</pre>"
