"""Files of transfers, and all that is wrong with each."""

import json
from typing import Any

from contracts.account.bulk import LINES_MAX
from gateway.bulk.formats import CSV, JSON_LINES

HEAD = "from_account,to_account,amount,reference"
WHOLE_HEAD = f"{HEAD},currency,description"
A, B = "AC-20250709-123456", "AC-20250709-123457"
JSONL = JSON_LINES[0]
ROW = f"{A},{B},10.50,r-1"


def a_table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows, "")).encode()


def an_object(**more: Any) -> str:
    known = {"from_account": A, "to_account": B, "amount": "10.50", "reference": "r-1"}
    return json.dumps({name: value for name, value in (known | more).items() if value is not None})


def objects(*lines: str) -> bytes:
    return "\n".join(lines).encode()


Fault = tuple[str, int | None, str]  # code, line, pointer

BAD: dict[str, tuple[str, bytes, list[Fault]]] = {
    "nothing": (CSV, b"", [("empty-file", None, "/")]),
    "no objects": (JSONL, b"", [("empty-file", None, "/")]),
    "a header alone": (CSV, a_table(), [("empty-file", None, "/")]),
    "not UTF-8": (CSV, a_table(ROW) + b"\xe9,", [("not-utf-8", 3, "/3")]),
    "UTF-16": (CSV, a_table(ROW).decode().encode("utf-16"), [("not-utf-8", 1, "/1")]),
    "a second byte order mark": (
        CSV, "\ufeff\ufeff".encode() + a_table(ROW),
        [("unknown-column", 1, "/1"), ("missing-column", 1, "/1")],
    ),
    "an unknown column": (
        CSV, a_table(f"{ROW},x", head=f"{HEAD},colour"), [("unknown-column", 1, "/1")],
    ),
    "a column twice": (
        CSV, a_table(f"{ROW},1", head=f"{HEAD},amount"), [("repeated-column", 1, "/1")],
    ),
    "a missing column": (
        CSV, a_table(f"{A},{B},1", head="from_account,to_account,amount"),
        [("missing-column", 1, "/1")],
    ),
    "an empty header": (CSV, b"\n" + ROW.encode(), [("empty-line", 1, "/1")]),
    "too few cells": (CSV, a_table(f"{A},{B},1"), [("wrong-number-of-cells", 2, "/2")]),
    "too many cells": (CSV, a_table(f"{ROW},x"), [("wrong-number-of-cells", 2, "/2")]),
    "an empty line": (CSV, a_table(ROW, "", f"{A},{B},1,r-2"), [("empty-line", 3, "/3")]),
    "a quote that is not closed": (CSV, a_table(f'"{ROW}'), [("bad-quoting", 2, "/2")]),
    "a quote within a cell": (CSV, a_table(f'{A},{B},1,r"1'), [("bad-quoting", 2, "/2")]),
    "text behind a quoted cell": (CSV, a_table(f'{A},{B},1,"r"1'), [("bad-quoting", 2, "/2")]),
    "a quoted end of line": (
        CSV, a_table(f'{A},{B},1,"r', '1"'), [("bad-quoting", 2, "/2"), ("bad-quoting", 3, "/3")],
    ),
    "a bare carriage return": (CSV, a_table(f"{A},{B},1,r\r1"), [("bad-quoting", 2, "/2")]),
    "a zero byte": (CSV, a_table(f"{A},{B},1,r\0"), [("invalid-field", 2, "/2/reference")]),
    "a long line": (CSV, a_table(f"{ROW}{'x' * 4_000}"), [("line-too-long", 2, "/2")]),
    "a long reference": (CSV, a_table(f"{ROW}{'x' * 40}"), [("too-long", 2, "/2/reference")]),
    "an empty reference": (CSV, a_table(f"{A},{B},1,"), [("too-short", 2, "/2/reference")]),
    "a blank reference": (CSV, a_table(f"{A},{B},1,  "), [("invalid-field", 2, "/2/reference")]),
    "an account that is none": (
        CSV, a_table(f"=1,{B},1,r-1"),
        [("too-short", 2, "/2/from_account")],
    ),
    "no amount": (CSV, a_table(f"{A},{B},,r-1"), [("invalid-amount", 2, "/2/amount")]),
    "an amount of nothing": (CSV, a_table(f"{A},{B},0,r-1"), [("invalid-amount", 2, "/2/amount")]),
    "a debt": (CSV, a_table(f"{A},{B},-1,r-1"), [("invalid-amount", 2, "/2/amount")]),
    "a formula for an amount": (
        CSV, a_table(f"{A},{B},=1+1,r-1"), [("invalid-amount", 2, "/2/amount")],
    ),
    "too many decimals": (
        CSV, a_table(f"{A},{B},1.005,r-1"), [("invalid-amount", 2, "/2/amount")],
    ),
    "an exponent": (JSONL, objects(an_object().replace('"10.50"', "1e5")),
                    [("invalid-amount", 1, "/1/amount")]),
    "too much": (CSV, a_table(f"{A},{B},99999999999999,r-1"),
                 [("invalid-amount", 2, "/2/amount")]),
    "too much in all": (
        CSV, a_table(*(f"{A},{B},9999999999999,r-{n}" for n in range(2))),
        [("total-too-large", None, "/")],
    ),
    "a reference twice": (
        CSV, a_table(ROW, f"{B},{A},2,r-1"), [("repeated-reference", 3, "/3/reference")],
    ),
    "two currencies": (
        CSV, a_table(f"{ROW},INR", f"{A},{B},1,r-2,USD", head=f"{HEAD},currency"),
        [("another-currency", 3, "/3/currency")],
    ),
    "no currency": (
        CSV, a_table(f"{ROW},XXX", head=f"{HEAD},currency"), [("invalid-field", 2, "/2/currency")],
    ),
    "a text that turns": (
        CSV, a_table(f"{ROW},\u202e", head=f"{HEAD},description"),
        [("unseen-text", 2, "/2/description")],
    ),
    "not an object": (JSONL, b"[1]", [("not-json", 1, "/1")]),
    "half an object": (JSONL, objects(an_object(), '{"a":'), [("not-json", 2, "/2")]),
    "a key twice": (JSONL, b'{"amount": 1, "amount": 2}', [("not-json", 1, "/1")]),
    "an escaped zero byte": (
        JSONL, objects(an_object(description="\0")), [("not-json", 1, "/1")],
    ),
    "half a character": (JSONL, b'{"description": "\\ud800"}', [("not-json", 1, "/1")]),
    "an unknown field": (
        JSONL, objects(an_object(colour="blue")), [("unknown-field", 1, "/1/colour")],
    ),
    "a missing field": (
        JSONL, objects(an_object(to_account=None)), [("missing-field", 1, "/1/to_account")],
    ),
    "a list of objects": (JSONL, b"[{}]", [("not-json", 1, "/1")]),
    "several faults": (
        JSONL, objects(an_object(), an_object(amount="x"), "{", an_object()),
        [("invalid-amount", 2, "/2/amount"), ("not-json", 3, "/3"),
         ("repeated-reference", 4, "/4/reference")],
    ),
    "more lines than a file may have": (
        JSONL, b"{}\n" * (LINES_MAX + 1), [("too-many-lines", None, "/")],
    ),
}  # fmt: skip
