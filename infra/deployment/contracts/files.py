"""The generated files as text, and how they differ from those on disk."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.catalogue import COMMON, messages
from infra.deployment.contracts.asyncapi import document
from infra.deployment.contracts.headers import CARRIER_PATH, carrier_schema
from infra.deployment.contracts.problems import PROBLEMS_PATH, catalogue
from infra.deployment.contracts.schemas import json_schema, schema_path
from infra.deployment.migrations import ROOT

SCHEMAS = ROOT / "contracts" / "schemas"


@cache
def files() -> dict[str, str]:
    """Every generated file's text, by its path below contracts/schemas."""
    schemas = {schema_path(kind): json_schema(kind) for kind in (*COMMON, *messages())}
    schemas[CARRIER_PATH] = carrier_schema()
    return {
        **{path: _json(schema) for path, schema in schemas.items()},
        "asyncapi.yaml": _yaml(document()),
        PROBLEMS_PATH: _json(catalogue()),
    }


def drifted(directory: Path) -> list[str]:
    """The generated files that are missing, different, or no longer generated."""
    wanted = files()
    found = {
        path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8")
        for path in directory.rglob("*")
        if path.is_file()
    }
    return sorted(path for path in wanted | found if wanted.get(path) != found.get(path))


def write(directory: Path) -> None:
    """Make the directory hold the generated files and nothing else."""
    wanted = files()
    for path in drifted(directory):
        target = directory / path
        if path not in wanted:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(wanted[path], encoding="utf-8")


def _json(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Readable(yaml.SafeDumper):
    """Long texts as blocks, and a repeated part repeated: an anchor would surprise a reader."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar(
            "tag:yaml.org,2002:str", data, style="|" if "\n" in data else None
        )


_Readable.add_representer(str, _Readable.represent_str)


def _yaml(tree: dict[str, Any]) -> str:
    return yaml.dump(tree, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=100)
