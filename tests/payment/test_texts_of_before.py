"""Payments that an older version accepted, whose texts would be refused today, go on."""

from uuid import uuid4

import pytest

from contracts.account.holds import CaptureHold
from contracts.envelope import Subject
from contracts.money import Currency, Money
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import capture_hold, statement_text
from tests.builders import ALICE, inr


def stored(name: str, description: str) -> PaymentOrder:
    """A payment as the table holds it."""
    kept = PaymentOrder(
        payment_id=uuid4(),
        payer=Subject(id="somebody"),
        from_account=ALICE,
        beneficiary={"name": "Asha", "account_number": "50100234567890", "ifsc": "OTHR0000001"},
        amount=Money(minor=inr("5").minor, currency=Currency.INR),
        description="rent",
    ).model_dump(mode="json")
    kept["beneficiary"]["name"], kept["description"] = name, description
    return PaymentOrder.model_validate(kept)


@pytest.mark.parametrize(
    ("name", "description", "text"),
    [
        ("Asha\u202e Rao", "rent\u200b", "IMPS Asha Rao rent"),
        ("Jose\u0301", "", "IMPS Jos\u00e9"),
        ("\u200b", "rent", "IMPS rent"),
    ],
)
def test_what_cannot_be_seen_is_left_out_of_what_it_commands(
    name: str, description: str, text: str
) -> None:
    order = stored(name, description)

    assert statement_text(order) == text
    assert isinstance(capture_hold(order, uuid4(), "GL-CLEARING-IMPS"), CaptureHold)


@pytest.mark.parametrize("length", range(130, 142))
def test_a_statement_that_is_cut_at_a_joiner_is_still_a_text(length: int) -> None:
    description = "\u0936" * (length - len("IMPS Asha ") - 1) + "\u200c\u0936"

    command = capture_hold(stored("Asha", description), uuid4(), "GL-CLEARING-IMPS")

    assert len(command.description) <= 140
    assert not command.description.endswith("\u200c")
