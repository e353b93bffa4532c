"""The import laws of pyproject.toml, and that they can be broken."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, contract_modules

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("contracts", "infra", "services", "gateway", "demo")
WITHOUT_BUSINESS = {
    "approvals",
    "audit",
    "catalogue",
    "conditional",
    "envelope",
    "jobs",
    "lanes",
    "sagas",
    "topology",
}  # infra may know these

BREACHES = {
    "services never import each other": (
        "services/account/domain/planted.py",
        "import services.loan.store\n",
        "Services meet only through contracts",
    ),
    "domain code does no I/O": (
        "services/loan/domain/planted.py",
        "import asyncpg\n",
        "Domain code does no I/O",
    ),
    "nor by a detour": (
        "services/loan/domain/planted.py",
        "import infra.data.store\n",
        "Domain code does no I/O",
    ),
    "what the ledger is stands below what is done with it": (
        "services/account/domain/ledger/planted.py",
        "import services.account.domain.commands.cash\n",
        "The ledger knows no command",
    ),
    "contracts know only values": (
        "contracts/planted.py",
        "import fastapi\n",
        "Contracts know only values",
    ),
    "infra knows no business noun": (
        "infra/handling/planted.py",
        "import contracts.account\n",
        "Infra knows no business noun",
    ),
    "infra stands below the services": (
        "infra/handling/planted.py",
        "import services.loan.domain\n",
        "Each floor imports from those below it only",
    ),
    "only the deployment stands above the services": (
        "services/loan/domain/planted.py",
        "import infra.deployment.definitions\n",
        "Each floor imports from those below it only",
    ),
    "no room of infra looks up": (
        "infra/bus/planted.py",
        "import infra.handling.pipeline\n",
        "Each floor imports from those below it only",
    ),
}


def test_the_import_laws_hold() -> None:
    result = _lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_of_an_import_law_is_noticed(breach: str, tmp_path: Path) -> None:
    path, text, law = BREACHES[breach]
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text)

    result = _lint(tmp_path)

    assert result.returncode == 1, result.stdout
    assert any(law in line and "BROKEN" in line for line in result.stdout.splitlines())


def test_a_new_module_of_contracts_is_out_of_reach_of_infra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    laws = {law["name"]: law for law in project["tool"]["importlinter"]["contracts"]}

    forbidden = laws["Infra knows no business noun"]["forbidden_modules"]

    business = contract_modules() - WITHOUT_BUSINESS
    assert sorted(forbidden) == sorted(f"contracts.{name}" for name in business)


_ignored = shutil.ignore_patterns("__pycache__", "schemas")


def _lint(directory: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=directory, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
