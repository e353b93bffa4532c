"""The catalogue of problems: every code that an answer over HTTP may bear, and what it means.

A code of a service is the class name of its refusal, and its meaning the docstring.
"""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from types import ModuleType
from typing import Any

import infra
import services
from contracts.envelope import Conflict, DomainError, Forbidden, NotFound, kebab
from gateway.problem_codes import EDGE
from gateway.problems import STATUS
from infra.handling.questions import AskRefused

PROBLEMS_PATH = "problems.json"
FAMILIES = {NotFound, Conflict, Forbidden, AskRefused}  # what others are kinds of, or stand for
OURS = {"contracts", "infra", "services"}
_NO_RULES = ("migrations", "app", "__main__", "env")  # modules that begin something when imported


def catalogue() -> list[dict[str, Any]]:
    """All of them, by code: each with all who tell it, for several may have a rule of that name."""
    for package in (services, infra):
        _import_all(package)
    told: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for code, edge in EDGE.items():
        told[code].append({**edge._asdict(), "by": "gateway"})
    for error in filter(_is_told, _kinds(DomainError)):
        told[kebab(error.__name__)].append(refusal(error))
    return [
        {"code": code, "told": sorted(told[code], key=itemgetter("by", "meaning"))}
        for code in sorted(told)
    ]


def refusal(error: type[DomainError]) -> dict[str, Any]:
    """What one class says."""
    top, *path = error.__module__.split(".")
    return {
        "status": STATUS[error.kind],
        "meaning": " ".join((error.__doc__ or "").split()),
        "by": path[0] if top == "services" else "every service",
    }


def _is_told(error: type[DomainError]) -> bool:
    """Refusals of the tests are no part of the product, and a private one is the base of others."""
    is_ours = error.__module__.split(".")[0] in OURS
    return is_ours and error not in FAMILIES and not error.__name__.startswith("_")


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not set(module.name.split(".")) & set(_NO_RULES):
            importlib.import_module(module.name)


def _kinds(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _kinds(kind)
