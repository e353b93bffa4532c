"""The central bank's statement of a day, from what our bank settled: CSV or camt.053.

With a fault, if wished.

    curl -s "$BANK/api/payments/settlements" -H "$AUDITOR" \
        | python -m demo.central_bank --on 2026-11-27 --opening 0.00 --fault missing
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from pyiso20022.camt import camt_053_001_08 as camt
from xsdata.models.datatype import XmlDate

from contracts.rail.documents import markup
from infra.runtime.clock import utc_now

HEADER = "kind,date,amount,reference,description"
FAULTS = ("missing", "double", "wrong", "late")

FORMATS = ("csv", "camt.053")
CAMT = "camt.053.001.08"

Settled = Mapping[str, Any]  # an item of GET /api/payments/settlements
Entry = tuple[date, Decimal, str]  # positive where money comes in


class Day(NamedTuple):
    """What a statement says; the end may be later than the day."""

    on: date
    end: date
    opening: Decimal
    entries: Sequence[Entry]

    @property
    def closing(self) -> Decimal:
        return self.opening + sum(amount for _, amount, _ in self.entries)


def day_of(settled: Sequence[Settled], on: date, opening: Decimal, fault: str | None = None) -> Day:
    """What was settled on that business date; a fault is that of the first entry.

    missing   it is left out          double   it stands there twice
    wrong     it is one rupee more    late     it has the next day's date, and so has the end
    """
    entries = [
        (on, -Decimal(each["net"]), str(each["reference"]))
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
    return Day(on, max([on, *(day for day, _, _ in entries)]), opening, entries)


def statement(
    settled: Sequence[Settled], on: date, opening: Decimal, fault: str | None = None
) -> list[str]:
    """Its rows in CSV."""
    day = day_of(settled, on, opening, fault)
    return [
        HEADER,
        f"opening,{day.on},{day.opening},,",
        *(f"entry,{each},{amount},{reference},settled" for each, amount, reference in day.entries),
        f"closing,{day.end},{day.closing},,",
    ]


def document(day: Day, currency: str = "INR") -> bytes:
    """The same as a camt.053; an entry has our reference and one of the central bank."""
    name = f"{day.on}-{currency}"
    account = camt.GenericAccountIdentification1(id=f"GL-SETTLEMENT-{currency}")
    told = camt.AccountStatement9(
        id=name,
        acct=camt.CashAccount39(id=camt.AccountIdentification4Choice(othr=account), ccy=currency),
        bal=[
            _balance("OPBD", day.opening, day.on, currency),
            _balance("CLBD", day.closing, day.end, currency),
        ],
        ntry=[_entry(number, each, name, currency) for number, each in enumerate(day.entries, 1)],
    )
    header = camt.GroupHeader81(msg_id=name, cre_dt_tm=markup.moment(utc_now()))
    message = camt.BankToCustomerStatementV08(grp_hdr=header, stmt=[told])
    return markup.written(camt.Document(bk_to_cstmr_stmt=message), CAMT)


def _balance(code: str, amount: Decimal, on: date, currency: str) -> camt.CashBalance8:
    kind = camt.BalanceType13(cd_or_prtry=camt.BalanceType10Choice(cd=code))
    return camt.CashBalance8(tp=kind, dt=_day(on), **_signed(amount, currency))


def _entry(number: int, entry: Entry, name: str, currency: str) -> camt.ReportEntry10:
    on, amount, reference = entry
    refs = camt.TransactionReferences6(end_to_end_id=reference)
    return camt.ReportEntry10(
        ntry_ref=str(number),
        **_signed(amount, currency),
        sts=camt.EntryStatus1Choice(cd="BOOK"),
        bookg_dt=_day(on),
        acct_svcr_ref=f"CB-{name}-{number}",
        bk_tx_cd=camt.BankTransactionCodeStructure4(),
        ntry_dtls=[camt.EntryDetails9(tx_dtls=[camt.EntryTransaction10(refs=refs)])],
        addtl_ntry_inf="settled",
    )


def _signed(amount: Decimal, currency: str) -> dict[str, Any]:
    return {
        "amt": camt.ActiveOrHistoricCurrencyAndAmount(value=abs(amount), ccy=currency),
        "cdt_dbt_ind": camt.CreditDebitCode.DBIT if amount < 0 else camt.CreditDebitCode.CRDT,
    }


def _day(on: date) -> camt.DateAndDateTime2Choice:
    return camt.DateAndDateTime2Choice(dt=XmlDate.from_date(on))


def main() -> None:
    """Read the answer of the bank from standard input, and write the statement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="a business date")
    parser.add_argument("--opening", type=Decimal, default=Decimal("0.00"), help="balance before")
    parser.add_argument("--fault", choices=FAULTS, help="what is wrong with the first entry")
    parser.add_argument("--format", choices=FORMATS, default="csv", help="how it is written")
    wish = parser.parse_args()
    settled = json.load(sys.stdin)["items"]
    if wish.format == "csv":
        rows = statement(settled, wish.on, wish.opening, wish.fault)
        sys.stdout.write("\n".join(rows) + "\n")
    else:
        day = day_of(settled, wish.on, wish.opening, wish.fault)
        sys.stdout.write(document(day).decode())


if __name__ == "__main__":
    main()
