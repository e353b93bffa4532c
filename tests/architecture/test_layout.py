"""Every service is complete and laid out like every other, so that a reader finds his way blind."""

import ast
from pathlib import Path

import pytest

from contracts.topology import SERVICES
from tests.architecture.house import ROOT

# One word each; a package of the same name stands for a file that outgrew its limit.
PARTS = {"__init__", "app", "handlers", "domain", "store", "migrations"}
PARTS_WITH_A_REASON = {
    "settings": "what the environment tells this service beside what it tells all",
    "clients": "the outside world, spoken to",
    "sagas": "processes over several services",
    "lanes": "a process of its own, which makes users and vhosts at the broker",
    "first_admin": "the one user whom nobody in the bank can make",
    "passwords": "hashing, which needs a thread of its own",
    "sealing": "keys derived from the secret of the process",
    "tokens": "signing and checking of access tokens",
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_all_parts_and_no_other_without_a_reason(name: str) -> None:
    found = _parts_of(name)

    assert found >= PARTS, f"missing: {PARTS - found}"
    assert found <= PARTS | set(PARTS_WITH_A_REASON)


def test_every_part_with_a_reason_is_somewhere() -> None:
    found = {part for name in SERVICES for part in _parts_of(name)}

    assert found == PARTS | set(PARTS_WITH_A_REASON)


def test_every_folder_of_services_is_a_service_that_the_topology_knows() -> None:
    found = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and _counts(path)}

    assert found == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_are_numbered_without_a_gap_and_say_what_they_do(name: str) -> None:
    files = sorted((ROOT / "services" / name / "migrations").glob("[0-9]*.py"))
    numbers = [path.stem.partition("_")[0] for path in files]

    assert numbers == [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert all(path.stem.partition("_")[2] for path in files)


@pytest.mark.parametrize("name", SERVICES)
def test_a_process_is_made_of_its_registry_after_nothing_but_checks(name: str) -> None:
    _, *statements = ast.parse((ROOT / "services" / name / "app.py").read_text()).body
    imports = [each for each in statements if isinstance(each, ast.ImportFrom)]

    *checks, made = statements[len(imports) :]

    assert ast.unparse(made).startswith("app = build_app(service")
    assert all(isinstance(check, ast.Expr) for check in checks)
    assert f"services.{name}.handlers" in {each.module for each in imports}


def _parts_of(name: str) -> set[str]:
    return {path.stem for path in (ROOT / "services" / name).iterdir() if _counts(path)}


def _counts(path: Path) -> bool:
    return path.name != "__pycache__" and not path.name.startswith(".")
