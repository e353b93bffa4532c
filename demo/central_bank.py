"""The central bank's statement of a day, from what our bank settled: CSV, with a fault if wished.

    curl -s "$BANK/api/payments/settlements" -H "$AUDITOR" \
        | python -m demo.central_bank --on 2026-11-27 --opening 0.00 --fault missing
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

HEADER = "kind,date,amount,reference,description"
FAULTS = ("missing", "double", "wrong", "late")

Settled = Mapping[str, Any]  # an item of GET /api/payments/settlements


def statement(
    settled: Sequence[Settled], on: date, opening: Decimal, fault: str | None = None
) -> list[str]:
    """The rows for what was settled on that business date; a fault is that of the first entry.

    missing   it is left out          double   it stands there twice
    wrong     it is one rupee more    late     it has the next day's date, and so has the end
    """
    entries = [
        (on, -Decimal(each["net"]), each["reference"])
        for each in sorted(settled, key=lambda each: str(each["reference"]))
        if each["business_date"] == on.isoformat() and Decimal(each["net"])
    ]
    if fault and entries:
        (day, amount, reference), *rest = entries
        entries = {
            "missing": rest,
            "double": [entries[0], *entries],
            "wrong": [(day, amount + 1, reference), *rest],
            "late": [*rest, (day + timedelta(days=1), amount, reference)],
        }[fault]
    end = max([on, *(day for day, _, _ in entries)])
    closing = opening + sum(amount for _, amount, _ in entries)
    return [
        HEADER,
        f"opening,{on},{opening},,",
        *(f"entry,{day},{amount},{reference},settled" for day, amount, reference in entries),
        f"closing,{end},{closing},,",
    ]


def main() -> None:
    """Read the answer of the bank from standard input, and write the statement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="a business date")
    parser.add_argument("--opening", type=Decimal, default=Decimal("0.00"), help="balance before")
    parser.add_argument("--fault", choices=FAULTS, help="what is wrong with the first entry")
    wish = parser.parse_args()
    settled = json.load(sys.stdin)["items"]
    sys.stdout.write("\n".join(statement(settled, wish.on, wish.opening, wish.fault)) + "\n")


if __name__ == "__main__":
    main()
