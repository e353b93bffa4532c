"""The bank's version, which pyproject.toml alone says."""

import tomllib

from infra.deployment.migrations import ROOT


def bank_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
