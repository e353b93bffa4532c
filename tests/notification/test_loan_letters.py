"""What becomes of a loan is told its borrower by e-mail, on a real database."""

from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from contracts.loan.applications import (
    AboutLoan,
    LoanApplied,
    LoanApproved,
    LoanClosed,
    LoanRejected,
)
from contracts.loan.days import PenaltyCharged
from contracts.loan.rescheduling import LoanRescheduled
from contracts.loan.top_ups import LoanToppedUp
from infra.data.database import Connection
from infra.handling.context import Asked
from services.notification import handlers
from services.notification.store import NotificationStore
from tests.builders import ALICE, ALICE_ID, an, staff
from tests.fixtures.postings import asked_by
from tests.notification.test_store import db, introduce, mailbox, mails, tick

__all__ = ["db", "mailbox"]  # fixtures

pytestmark = pytest.mark.integration

SAID: dict[type[AboutLoan], str] = {
    LoanApplied: "Your loan of ₹1,20,000.00 was applied for",
    LoanApproved: "Your loan of ₹1,20,000.00 is approved",
    LoanRejected: "Your loan of ₹1,20,000.00 is not approved",
    LoanRescheduled: "Your loan of ₹1,20,000.00 has another schedule",
    LoanToppedUp: "Your loan of ₹1,20,000.00 has grown",
    LoanClosed: "Your loan of ₹1,20,000.00 is closed",
}


def about(kind: type[AboutLoan]) -> Any:
    return an(
        kind, customer_id=ALICE_ID, account_number=ALICE, currency="INR", principal_minor=120_000_00
    )


async def test_each_event_of_a_loan_makes_one_e_mail_however_often_it_is_told(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db)
    heard = [Asked(about(kind), asked_by(staff())) for kind in SAID]

    for _ in range(2):
        async with db.transaction():
            await handlers.on_loan(heard, NotificationStore(db))
    await tick(db, 1)

    letters = [message_from_string(text, policy=default) for text in mails(mailbox).values()]
    assert sorted(letter["Subject"].strip() for letter in letters) == sorted(SAID.values())


async def test_a_charge_for_being_late_makes_one_e_mail_however_often_it_is_told(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db)
    charged = an(
        PenaltyCharged, customer_id=ALICE_ID, account_number=ALICE, currency="INR", number=1,
        amount_minor=295_00,
    )  # fmt: skip
    context = asked_by(staff())

    for _ in range(2):
        async with db.transaction():
            await handlers.on_penalty_charged(charged, NotificationStore(db), context)
    await tick(db, 1)

    [letter] = [message_from_string(text, policy=default) for text in mails(mailbox).values()]
    assert letter["Subject"].strip() == "Penal charge on instalment 1 of your loan"
