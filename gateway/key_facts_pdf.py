"""The key facts of a loan as a page to be printed and signed: what the bank's answer says, no more.

In the order of the Key Facts Statement of the Reserve Bank of India (RBI/2024-25/18, Annex A): the
terms, what it costs, the yearly rate with all of that, what else may be charged, every instalment.
"""

from collections.abc import Iterator
from decimal import Decimal

from reportlab.platypus import TableStyle

from gateway.answers.loan_key_facts import KeyFactsAnswer
from gateway.pdf import GAP, heading, pdf_of, table

AMOUNTS = TableStyle([("ALIGN", (2, 0), (-1, -1), "RIGHT"), ("FONTSIZE", (0, 0), (-1, -1), 8)])


def key_facts_pdf(facts: KeyFactsAnswer) -> bytes:
    """The document; the same facts make the same bytes."""
    return pdf_of(
        "Key Facts Statement",
        table(_terms(facts)),
        GAP,
        heading("Instalments"),
        table(_instalments(facts), AMOUNTS),
    )


def _terms(facts: KeyFactsAnswer) -> list[tuple[str, ...]]:
    """What it is and what it costs, a line each."""

    def money(text: str) -> str:
        return f"{facts.currency.value} {text}"

    fees = [
        (f"{fee.name}, kept back", f"{money(fee.amount)} and {money(fee.tax)} tax")
        for fee in facts.fees
    ]
    with_instalments = [
        (f"{fee.name}, with all instalments", f"{money(fee.amount)} and {money(fee.tax)} tax")
        for fee in facts.instalment_fees
    ]
    return [
        ("Loan", str(facts.loan_id)),
        ("Product", f"{facts.product_code}, version {facts.product_version}"),
        ("Prepared on", facts.prepared_on.isoformat()),
        ("Paid out into account", facts.account_number),
        ("Sanctioned amount", money(facts.principal)),
        ("Term", f"{facts.instalments} instalments, {_how_often(facts)}"),
        ("Rate of interest", f"{facts.annual_rate} percent a year, {_floats(facts)}"),
        ("Instalment", money(facts.instalment)),
        ("First and last due date", f"{facts.first_due_date} to {facts.last_due_date}"),
        *_shape(facts),
        *fees,
        ("All fees with tax", money(facts.all_fees)),
        ("Net amount paid out", money(facts.net_disbursed)),
        *with_instalments,
        ("Total interest", money(facts.total_interest)),
        ("Total to be paid", money(facts.total_due)),
        ("Annual percentage rate (APR)", f"{facts.apr} percent"),
        *_penal(facts),
        ("Days to give the loan back", str(facts.cooling_off_days)),
    ]


def _how_often(facts: KeyFactsAnswer) -> str:
    if facts.every_days is not None:
        return f"every {facts.every_days} days"
    return facts.frequency.value.lower()


def _floats(facts: KeyFactsAnswer) -> str:
    if facts.benchmark is None:
        return "fixed"
    return f"floating with {facts.benchmark}, now {facts.benchmark_rate} percent"


def _shape(facts: KeyFactsAnswer) -> Iterator[tuple[str, ...]]:
    """What makes instalments differ from equal ones, where anything does."""
    counted = {
        "First instalments without principal": facts.principal_grace,
        "First instalments without interest, due later": facts.interest_grace,
        "First periods free of interest": facts.interest_free_periods,
        "First instalments with nothing due": facts.moratorium,
    }
    yield from ((label, str(count)) for label, count in counted.items() if count)
    amounts = {
        "Principal left to the last instalment": facts.balloon,
        "Paid back on the day of disbursement": facts.down_payment,
    }
    for label, amount in amounts.items():
        if Decimal(amount):
            yield label, f"{facts.currency.value} {amount}"
    if Decimal(facts.down_payment_percent):
        yield "Paid back of each disbursement", f"{facts.down_payment_percent} percent"


def _penal(facts: KeyFactsAnswer) -> Iterator[tuple[str, ...]]:
    """What late payment costs; of facts that do not tell it, the rate."""
    yield "Penal charge on overdue amounts", f"{facts.penal_rate} percent a year"
    if facts.penal_amount is None:
        return
    currency = facts.currency.value
    yield "The same, once for an instalment", f"{currency} {facts.penal_amount}"
    yield "Days after the due date without charge", str(facts.penal_grace_days)
    cap = "no limit" if facts.penal_cap is None else f"{currency} {facts.penal_cap}"
    yield "Penal charges of an instalment, at most", cap
    yield "Tax on penal charges", f"{facts.penal_tax_percent} percent"


def _instalments(facts: KeyFactsAnswer) -> list[tuple[str, ...]]:
    return [
        ("No.", "Due on", "Principal", "Interest", "Instalment", "Outstanding"),
        *(
            (
                str(each.number), each.due_date.isoformat(), each.principal, each.interest,
                each.due, each.balance,
            )
            for each in facts.schedule
        ),
    ]  # fmt: skip
