"""What the convention tests look at: the sources as syntax trees, and the services' registries."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from contracts.envelope import Message, kebab
from contracts.topology import SERVICES
from infra.handling.service import Service

ROOT = Path(__file__).parents[2]
TOPS = ("contracts", "infra", "services", "gateway", "demo", "tests")


@dataclass(frozen=True)
class Source:
    """One Python file, or a text that could be one."""

    path: str  # relative to the project, e.g. "services/account/store.py"
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def top(self) -> str:
        return self.path.partition("/")[0]

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path and self.top == "services"

    @cached_property
    def _all_nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        return (node for node in self._all_nodes if isinstance(node, kinds))

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the project, generated ones aside: there are none."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for top in TOPS
        for path in sorted((ROOT / top).rglob("*.py"))
    )


@cache
def contract_modules() -> frozenset[str]:
    """The names of all that lies directly below contracts/."""
    return frozenset(info.name for info in pkgutil.iter_modules([str(ROOT / "contracts")]))


@cache
def settings_classes() -> tuple[type[BaseSettings], ...]:
    """Every class that reads the environment, wherever it stands."""
    readers = {"BaseSettings", "Settings"}
    return tuple(
        getattr(importlib.import_module(source.path[:-3].replace("/", ".")), node.name)
        for source in sources()
        if source.top != "tests"
        for node in source.nodes(ast.ClassDef)
        if readers & {base.id for base in node.bases if isinstance(base, ast.Name)}
    )


def variables_of(settings: type[BaseSettings]) -> dict[str, FieldInfo]:
    """The fields by the environment variables that set them."""
    prefix = settings.model_config.get("env_prefix", "")
    return {f"{prefix}{name}".upper(): field for name, field in settings.model_fields.items()}


@cache
def service_of(name: str) -> Service[Any]:
    """The registry of a service, with everything that its handlers registered."""
    registry = importlib.import_module(f"services.{name}.handlers").service
    assert isinstance(registry, Service)
    return registry


@cache
def heard() -> frozenset[type[Message]]:
    """Every event that some service listens to."""
    return frozenset(kind for name in SERVICES for kind in service_of(name).events)


def package_modules(package: str) -> Iterator[ModuleType]:
    """The package and all below it, migrations aside: alembic imports those by their file."""
    module = importlib.import_module(package)
    yield module
    for info in pkgutil.walk_packages(getattr(module, "__path__", []), f"{package}."):
        if ".migrations" not in info.name and not info.name.endswith(".app"):
            yield importlib.import_module(info.name)


def handler_name(kind: type[Message]) -> str:
    """`PlaceHold` -> `place_hold`; the version does not count."""
    return kebab(re.sub(r"V\d+$", "", kind.__name__)).replace("-", "_")


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the constants that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }


Rule = Callable[[Source], Iterator[str]]
