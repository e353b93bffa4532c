"""What becomes of a standing order is told the customer whose account pays, on a real database."""

from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from contracts.transaction.standing_orders import (
    AboutStandingOrder,
    OrderState,
    StandingOrderCreated,
    StandingOrderEnded,
    StandingOrderFailed,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrderSkipped,
)
from infra.data.database import Connection
from infra.handling.context import Asked
from services.notification import handlers
from services.notification.store import NotificationStore
from tests.builders import ALICE, ALICE_ID, an, staff
from tests.fixtures.postings import asked_by
from tests.notification.test_store import db, introduce, mailbox, mails, tick

__all__ = ["db", "mailbox"]  # fixtures

pytestmark = pytest.mark.integration

ABOUT = {
    "customer_id": ALICE_ID, "from_account": ALICE, "to_account": "AC-20260101-000002",
    "currency": "INR", "amount_minor": 250_00,
}  # fmt: skip
TOLD: list[tuple[AboutStandingOrder, str, str]] = [
    (an(StandingOrderCreated, **ABOUT), "Standing order of ₹250.00 is set up", "is set up."),
    (
        an(StandingOrderFailed, **ABOUT, code="insufficient-funds", due_date="2026-02-28"),
        "Transfer of ₹250.00 was not made",
        "due on 28 February 2026, was not made. The account held too little.",
    ),
    (
        an(StandingOrderFailed, **ABOUT, code="payee-unavailable", due_date="2026-02-28"),
        "Transfer of ₹250.00 was not made",
        "due on 28 February 2026, was not made. It is not tried again.",
    ),
    *(
        (
            an(StandingOrderSkipped, **ABOUT, why=why, due_date="2026-02-28"),
            "Transfer of ₹250.00 is left out",
            f"due on 28 February 2026, is left out{words}.",
        )
        for why, words in (
            ("requested", ", as was asked for"),
            ("order-paused", " since the order is paused"),
        )
    ),
    (
        an(StandingOrderPaused, **ABOUT),
        "Standing order of ₹250.00 is paused",
        "What falls due meanwhile is not paid, also not later.",
    ),
    (
        an(StandingOrderResumed, **ABOUT),
        "Standing order of ₹250.00 goes on",
        "What fell due meanwhile is not paid.",
    ),
    *(
        (
            an(StandingOrderEnded, **ABOUT, state=state),
            "Standing order of ₹250.00 has ended",
            f"has ended. {words}",
        )
        for state, words in (
            (OrderState.COMPLETED, "All of its transfers are done."),
            (OrderState.CANCELLED, "It was cancelled."),
            (OrderState.FAILED, "It could not go on."),
        )
    ),
]


@pytest.mark.parametrize(("event", "subject", "words"), TOLD)
async def test_an_event_of_an_order_makes_one_e_mail_however_often_it_is_told(
    db: Connection, mailbox: Path, event: AboutStandingOrder, subject: str, words: str
) -> None:
    await introduce(db)
    heard = [Asked(event, asked_by(staff()))]

    for _ in range(2):
        async with db.transaction():
            await handlers.on_standing_order(heard, NotificationStore(db))
    await tick(db, 1)

    [letter] = [message_from_string(text, policy=default) for text in mails(mailbox).values()]
    assert letter["Subject"].strip() == subject
    body = " ".join(letter.get_content().split())
    assert words in body
    assert "from account XXXX" in body
