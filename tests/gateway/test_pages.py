"""What people see who open the bank in a browser: its calls, and what each problem means."""

import ast
import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.problem_codes import EDGE
from gateway.problem_pages import catalogue
from tests.architecture.house import ROOT

CODES = re.compile(r"[a-z]+(-[a-z]+)*")


def _problems() -> Iterator[tuple[int, str]]:
    """Status and code of every `Problem(…)` that the edge makes of constants."""
    for path in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                values = [getattr(argument, "value", None) for argument in node.args[:2]]
                if isinstance(values[0], int) and isinstance(values[1], str):
                    yield values[0], values[1]


def test_every_problem_of_the_edge_is_told_with_its_status() -> None:
    made = set(_problems())

    assert len(made) > 15
    assert made <= {(told.status, code) for code, told in EDGE.items()}


def test_every_code_has_words_that_say_what_it_means() -> None:
    assert len(catalogue()) > 100
    for code, several in catalogue().items():
        assert CODES.fullmatch(code)
        assert all(told["meaning"].endswith(".") for told in several), code
        assert all(400 <= told["status"] <= 503 for told in several)


async def test_the_address_of_each_problem_is_a_page_about_it(anybody: httpx.AsyncClient) -> None:
    for code in catalogue():
        page = await anybody.get(f"/problems/{code}")
        assert page.status_code == 200
        assert f"<h1>{code}</h1>" in page.text
    whole = (await anybody.get("/problems")).text
    assert all(f"<code>{code}</code>" in whole for code in catalogue())


async def test_the_type_of_a_problem_leads_to_its_page(anybody: httpx.AsyncClient) -> None:
    problem = (await anybody.get("/api/accounts")).json()

    page = await anybody.get(problem["type"])

    assert (problem["code"], page.status_code) == ("unauthenticated", 200)


@pytest.mark.parametrize("path", ["/problems/made-up", "/docs/made-up.js", "/docs/..%2fapp.py"])
async def test_what_is_not_there_is_not_found(anybody: httpx.AsyncClient, path: str) -> None:
    answer = await anybody.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_the_bank_s_address_leads_to_its_calls(anybody: httpx.AsyncClient) -> None:
    answer = await anybody.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (307, "/docs")


async def test_the_page_takes_everything_from_the_bank_itself(anybody: httpx.AsyncClient) -> None:
    page = await anybody.get("/docs")
    policy = page.headers["Content-Security-Policy"]

    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert {"/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"} < set(parts)
    for part in parts:
        answer = await anybody.get(part)
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.headers.get_list("Cache-Control")) == 1
    assert "http" not in policy
    assert "script-src 'self';" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert not re.search(r"<script>|<script [^>]*>[^<]", page.text)
