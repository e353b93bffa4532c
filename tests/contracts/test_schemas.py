"""The generated schemas: committed as generated, and true of the classes behind them."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from contracts import catalogue
from contracts.envelope import Message
from contracts.topology import routing_key
from infra.deployment.contracts.__main__ import main
from infra.deployment.contracts.asyncapi import VERSION
from infra.deployment.contracts.examples import example
from infra.deployment.contracts.files import SCHEMAS, drifted, write
from infra.deployment.contracts.schemas import json_schema, schema_path
from tests.builders import an
from tests.gateway.examples import misshapen

ROOT = SCHEMAS.parents[1]
ALL: list[type[Message]] = [*catalogue.messages(), *catalogue.COMMON]


def named(kind: type[Message]) -> str:
    return kind.__name__


def test_the_committed_schemas_are_those_that_the_classes_generate() -> None:
    assert drifted(SCHEMAS) == [], "run `make contracts` and read the difference"


def test_a_check_names_each_file_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    monkeypatch.setattr("infra.deployment.contracts.__main__.SCHEMAS", tmp_path)
    assert main(["--check"]) == 0
    capsys.readouterr()

    changed = tmp_path / "account/account.place-hold.v1.json"
    changed.write_text(changed.read_text().replace("hold_id", "hold"))
    (tmp_path / "envelope/refused.v1.json").unlink()
    (tmp_path / "account/account.forgotten.v1.json").write_text("{}")

    assert main(["--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "differs: contracts/schemas/account/account.forgotten.v1.json",
        "differs: contracts/schemas/account/account.place-hold.v1.json",
        "differs: contracts/schemas/envelope/refused.v1.json",
    ]


def test_writing_mends_every_difference_and_a_second_time_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.deployment.contracts.__main__.SCHEMAS", tmp_path)
    (tmp_path / "stale.json").write_text("{}")

    assert main([]) == 0
    assert drifted(tmp_path) == []
    capsys.readouterr()
    assert main([]) == 0

    assert capsys.readouterr().out.startswith("0 of ")


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_the_published_example_satisfies_the_schema_and_the_class(kind: type[Message]) -> None:
    schema = json_schema(kind)
    body = example(schema)

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
    kind.model_validate(body)


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_what_the_bus_carries_satisfies_the_schema(kind: type[Message]) -> None:
    body = json.loads(an(kind).model_dump_json())

    Draft202012Validator(json_schema(kind)).validate(body)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = _document()

    for reference in _references(document):
        if reference.startswith("#/"):
            _follow(document, reference)
        else:
            assert (SCHEMAS / reference).is_file(), reference


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_every_example_has_the_form_of_what_the_bank_gives_out(kind: type[Message]) -> None:
    assert list(misshapen(example(json_schema(kind)))) == []


def test_the_asyncapi_document_tells_every_message() -> None:
    document = _document()

    operations = set(document["operations"])
    referenced = {reference.removeprefix("./") for reference in _references(document)}

    assert operations >= {f"receive-{routing_key(kind)}" for kind in catalogue.asked()}
    assert operations >= {f"send-{routing_key(kind)}" for kind in catalogue.events()}
    assert referenced >= {schema_path(kind) for kind in ALL}


def test_the_documents_carry_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION


@cache
def _document() -> Any:
    text = (SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


def _follow(document: Any, reference: str) -> None:
    node = document
    for part in reference.removeprefix("#/").split("/"):
        assert part in node, reference
        node = node[part]
