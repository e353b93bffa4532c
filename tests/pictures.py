"""The pictures of states in docs/states.md, as sets of ways from one state to another."""

import re
from itertools import permutations

from infra.deployment.migrations import ROOT

PAGE = ROOT / "docs/states.md"
DIAGRAM = r"^## {}\n+```mermaid\n(stateDiagram-v2\n.*?)^```$"
GROUP = re.compile(
    r"^ *state \"[^\"]* each into each other[^\"]*\" as (\w+) \{\n(.*?)^ *\}$",
    re.MULTILINE | re.DOTALL,
)
WAY = re.compile(r"^ *(\[\*\]|[\w-]+) --> (\[\*\]|[\w-]+)", re.MULTILINE)
OUTSIDE = "[*]"  # before the beginning, and after the end

Ways = set[tuple[str, str]]


def ways(heading: str) -> Ways:
    """All that the picture below this heading draws. What leaves a group leaves each of its states,
    which all lead to each other."""
    [text] = re.findall(
        DIAGRAM.format(heading), PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    groups = {name: inner.split() for name, inner in GROUP.findall(text)}
    found = {way for inner in groups.values() for way in permutations(inner, 2)}
    for source, target in WAY.findall(text):
        found |= {(each, target) for each in groups.get(source, [source])}
    return found


def changes(heading: str) -> Ways:
    """The same without how it begins and which states are drawn as ends."""
    return {way for way in ways(heading) if OUTSIDE not in way}


def beginnings(heading: str) -> set[str]:
    return {target for source, target in ways(heading) if source == OUTSIDE}
