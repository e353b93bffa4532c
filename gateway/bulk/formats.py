"""From the lines of a file to the fields of its transfers, line by line.

A reader is given all lines and yields, with its number, the fields of each line that has any, or
tells the faults. A further format is one more reader in `READERS`.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from gateway.bulk.faults import Faults
from gateway.exact_json import parse_object
from gateway.problems import Problem

CSV = "text/csv"
JSON_LINES = ("application/jsonl", "application/x-ndjson")
LINE_CHARACTERS_MAX = 4_000  # ten times what a line needs

REQUIRED = ("from_account", "to_account", "amount", "reference")
OPTIONAL = ("currency", "description")

Fields: TypeAlias = Mapping[str, Any]
Reader: TypeAlias = Callable[[Sequence[str], Faults], Iterator[tuple[int, Fields]]]

# A cell is quoted as a whole, its quotes doubled, or has no quote at all (RFC 4180). What is quoted
# ends in its line, since no field can hold the end of a line.
_CELL = r'(?:"(?:[^"]|"")*+"|[^",]*+)'
_ROW = re.compile(rf"{_CELL}(?:,{_CELL})*+")


def json_lines(lines: Sequence[str], faults: Faults) -> Iterator[tuple[int, Fields]]:
    """An object in each line."""
    for number, line in _numbered(lines, faults):
        try:
            yield number, parse_object(line.encode())
        except Problem as problem:
            faults.add("not-json", str(problem.detail).replace("The body", "The line"), number)


def table(lines: Sequence[str], faults: Faults) -> Iterator[tuple[int, Fields]]:
    """Names of columns in the first line, in any order, and a transfer in each line behind it."""
    rows = ((number, _cells(line, number, faults)) for number, line in _numbered(lines, faults))
    number, names = next(rows, (1, None))
    if number != 1 or names is None or not _are_columns(names, faults):
        return
    for number, cells in rows:
        if cells is None:
            continue
        if len(cells) != len(names):
            detail = f"The line has {len(cells)} cells, and the header {len(names)}."
            faults.add("wrong-number-of-cells", detail, number)
            continue
        row = dict(zip(names, cells, strict=True))
        yield number, {name: cell for name, cell in row.items() if cell or name not in OPTIONAL}


READERS: Mapping[str, Reader] = {CSV: table, **dict.fromkeys(JSON_LINES, json_lines)}


def _numbered(lines: Sequence[str], faults: Faults) -> Iterator[tuple[int, str]]:
    """Those that can hold a transfer."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            faults.add("empty-line", "The line is empty.", number)
        elif len(line) > LINE_CHARACTERS_MAX:
            detail = f"A line has at most {LINE_CHARACTERS_MAX} characters."
            faults.add("line-too-long", detail, number)
        else:
            yield number, line


def _cells(line: str, number: int, faults: Faults) -> list[str] | None:
    try:
        [cells] = csv.reader([line], strict=True) if _ROW.fullmatch(line) else [None]
    except csv.Error:
        cells = None
    if cells is None:
        detail = "A cell is quoted as a whole, with its quotes doubled, and ends in its line."
        faults.add("bad-quoting", detail, number)
    return cells


def _are_columns(names: Sequence[str], faults: Faults) -> bool:
    known = faults.count
    for name in sorted(set(names)):
        if name not in (*REQUIRED, *OPTIONAL):
            faults.add("unknown-column", f"There is no column {name[:40]!r}.", 1)
        elif names.count(name) > 1:
            faults.add("repeated-column", f"The column {name} stands there twice.", 1)
    for name in REQUIRED:
        if name not in names:
            faults.add("missing-column", f"The column {name} is missing.", 1)
    return faults.count == known
