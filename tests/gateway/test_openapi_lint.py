"""The OpenAPI document before those who judge such documents: one on PyPI, one on npm."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.app import app
from tests.fixtures.redocly import lint


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(app.openapi()).iter_errors()) == []


def test_redocly_finds_nothing_to_say_about_the_document(tmp_path: Path, redocly: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(app.openapi()), encoding="utf-8")

    told = lint(redocly, document)

    shown = [f"{each['ruleId']}: {each['message']}" for each in told["problems"]]
    assert (told["totals"]["errors"], told["totals"]["warnings"], shown) == (0, 0, [])


def test_redocly_finds_what_is_wrong(tmp_path: Path, redocly: Path) -> None:
    wrong = json.loads(json.dumps(app.openapi()))
    del wrong["paths"]["/api/accounts"]["get"]["operationId"]
    wrong["paths"]["/api/payments"]["get"]["parameters"][0]["schema"]["ge"] = 1
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(wrong), encoding="utf-8")

    told = lint(redocly, document)

    assert {each["ruleId"] for each in told["problems"]} == {"operation-operationId", "struct"}
