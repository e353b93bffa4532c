"""`/problems`: what each code of a problem means, at the address that its `type` names.

What stands there is generated from the refusals themselves: `make contracts`.
"""

import html
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from fastapi import APIRouter, Response

from gateway.problems import PAGES, not_found

router = APIRouter(prefix=PAGES, include_in_schema=False)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}
td,th{{text-align:left;padding:.3em .8em .3em 0;vertical-align:top}}</style>
<h1>{title}</h1>
{content}
<p><a href="{pages}">All problems</a> · <a href="/docs">All calls</a></p>
</html>
"""


@cache
def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Every code with all who tell it: with which status, and what it means there."""
    text = (files("contracts") / "schemas" / "problems.json").read_bytes()
    return {entry["code"]: entry["told"] for entry in orjson.loads(text)}


@router.get("", response_model=None)
async def problems() -> Response:
    head = "<tr><th>code<th>status<th>it means<th>told by"
    rows = [_row(code, told) for code, several in catalogue().items() for told in several]
    return _page("Problems", f"<table>{head}{''.join(rows)}</table>")


@router.get("/{code}", response_model=None)
async def problem(code: str) -> Response:
    """The page of one code."""
    several = catalogue().get(code)
    if several is None:
        raise not_found()
    return _page(code, "".join(map(_words, several)))


def _row(code: str, told: dict[str, Any]) -> str:
    link = f'<a href="{PAGES}/{code}"><code>{code}</code></a>'
    meaning = html.escape(told["meaning"])
    return f"<tr><td>{link}<td>{told['status']}<td>{meaning}<td>{told['by']}"


def _words(told: dict[str, Any]) -> str:
    meaning = html.escape(told["meaning"])
    return f"<p>{meaning}<p>HTTP status {told['status']}, told by {told['by']}."


def _page(title: str, content: str) -> Response:
    page = PAGE.format(title=html.escape(title), content=content, pages=PAGES)
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})
