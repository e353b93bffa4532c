"""Pay from another bank to an account here: `python -m demo.rails.pay_in IMPS ACCOUNT AMOUNT`.

The bank of the demo must be running; `BANK_HOME` says where it is, `.bank` if it says nothing. The
same `--id` again is the same transfer; `--times` says it more than once, as a rail may.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from contracts.envelope import DomainError
from contracts.money import DEFAULT_CURRENCY, Currency, Money, parse_amount
from demo.rails.incoming import leave
from demo.rails.side import SIDES, Side


def main(arguments: Sequence[str]) -> int:
    """Leave the transfer with the rail, and say how to find what became of it."""
    given = _parser().parse_args(arguments)
    side = SIDES[f"rail-{given.rail.lower()}"]
    currency = Currency(given.currency)
    try:
        wish = side.said.credits.arrived(
            transfer_id=given.id,
            amount=Money(minor=parse_amount(given.amount, currency), currency=currency),
            beneficiary_account=given.account,
            beneficiary_name="Customer of the demo",
            rail_reference=side.reference_of(given.id),
            remitter_name=given.remitter,
            remitter_account="50100234567890",
            remitter_ifsc="OTHR0000001",
            description=given.description,
        )
    except (DomainError, ValueError) as error:
        print(f"not sent: {error}", file=sys.stderr)  # noqa: T201
        return 1
    for _ in range(given.times):
        leave(folder_of(side), wish)
    print(f"sent over {given.rail} as {given.id}")  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.rails.pay_in")
    parser.add_argument("rail", choices=[side.said.name for side in SIDES.values()])
    parser.add_argument("account", help="the account here that is paid")
    parser.add_argument("amount", help="decimal text: 250.00")
    parser.add_argument("--currency", default=DEFAULT_CURRENCY.value, choices=list(Currency))
    parser.add_argument("--remitter", default="Asha Rao", help="who pays")
    parser.add_argument("--description", default="")
    parser.add_argument("--times", type=int, default=1, help="how often the rail says it")
    parser.add_argument("--id", type=UUID, default=uuid4(), help="of the transfer; a new one")
    return parser


def folder_of(side: Side) -> Path:
    """Where the process of this rail keeps what it knows: in a container, or in the bank's home."""
    if data := os.environ.get("BANK_DATA"):
        return Path(data)
    return Path(os.environ.get("BANK_HOME", ".bank")) / "data" / side.said.system.user


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
