"""From a file to the fields of its transfers, one by one.

A reader is given all of a file and yields, with its number, the fields of each transfer that has
any, or tells the faults. A further format is one more reader in `READERS`.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from contracts.account.bulk import LINES_MAX
from gateway.bulk.faults import Faults
from gateway.exact_json import parse_object
from gateway.problems import Problem

CSV = "text/csv"
JSON_LINES = ("application/jsonl", "application/x-ndjson")
XML = "application/xml"
LINE_CHARACTERS_MAX = 4_000  # ten times what a line needs

REQUIRED = ("from_account", "to_account", "amount", "reference")
OPTIONAL = ("currency", "description")

BYTE_ORDER_MARK = "\ufeff"

Fields: TypeAlias = Mapping[str, Any]
Transfers: TypeAlias = Iterator[tuple[int, Fields]]


class Content(NamedTuple):
    """What is in a file: its transfers, and what it calls itself, if it does."""

    transfers: Transfers
    name: str | None = None


Reader: TypeAlias = Callable[[bytes, Faults], Content]

# A cell is quoted as a whole, its quotes doubled, or has no quote at all (RFC 4180). What is quoted
# ends in its line, since no field can hold the end of a line.
_CELL = r'(?:"(?:[^"]|"")*+"|[^",]*+)'
_ROW = re.compile(rf"{_CELL}(?:,{_CELL})*+")


def json_lines(content: bytes, faults: Faults) -> Content:
    """An object in each line."""
    return Content(_objects(_lines(content, faults, LINES_MAX), faults))


def table(content: bytes, faults: Faults) -> Content:
    """Names of columns in the first line, in any order, and a transfer in each line behind it."""
    return Content(_rows(_lines(content, faults, LINES_MAX + 1), faults))


def document(content: bytes, faults: Faults) -> Content:
    """A pain.001."""
    from gateway.bulk import initiations  # heavy, and few processes need it

    return initiations.read(text_of(content, faults), faults)


def _objects(lines: Sequence[str], faults: Faults) -> Transfers:
    for number, line in _numbered(lines, faults):
        try:
            yield number, parse_object(line.encode())
        except Problem as problem:
            faults.add("not-json", str(problem.detail).replace("The body", "The line"), number)


def _rows(lines: Sequence[str], faults: Faults) -> Transfers:
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


READERS: Mapping[str, Reader] = {
    CSV: table, **dict.fromkeys(JSON_LINES, json_lines), XML: document,
}  # fmt: skip


def text_of(content: bytes, faults: Faults) -> str:
    """The text in UTF-8; a byte order mark before it is none of its characters."""
    try:
        return content.decode().removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        faults.end("not-utf-8", "The file is not text in UTF-8.", number)


def _lines(content: bytes, faults: Faults, lines_max: int) -> list[str]:
    text = text_of(content, faults)
    if text.count("\n") + (not text.endswith("\n")) > lines_max:
        faults.end("too-many-lines", f"A file has at most {LINES_MAX} transfers.")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if not lines[-1] else lines


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
