"""Whose answers a saga believes."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.account.movements import EntryPosted
from contracts.envelope import Refused
from contracts.topology import REFUSED, routing_key
from infra.bus.bodies import Unacceptable
from infra.bus.carriers import unpack
from infra.bus.wire import Delivery, Envelope, dump
from infra.handling.admission import Admission
from infra.runtime.clock import utc_now
from services.payment.handlers import service

DOOR = Admission(service, utc_now, {})


def _answer(sender: str, type_: str, body: bytes) -> Delivery:
    values: dict[str, Any] = {"queue": "payment.replies", "body": body, "type": type_}
    values |= {"message_id": str(uuid4()), "correlation_id": "c-1", "user_id": sender}
    values |= {"reply_to": None, "content_type": None, "content_encoding": None, "headers": {}}
    [delivery] = unpack(Envelope(**values), "payment").deliveries
    return delivery


@pytest.mark.parametrize("sender", ["notification", "gateway", "rail-imps", "operator", "payment"])
def test_an_answer_counts_from_its_owner_only(sender: str) -> None:
    posted = dump(EntryPosted(entry_id=uuid4(), reference="r", booked_at=utc_now()))

    with pytest.raises(Unacceptable, match="sender-not-allowed"):
        DOOR.admit(_answer(sender, routing_key(EntryPosted), posted))
    DOOR.admit(_answer("account", routing_key(EntryPosted), posted))


@pytest.mark.parametrize("sender", ["notification", "gateway", "rail-imps", "operator", "payment"])
def test_a_refusal_counts_from_those_who_are_asked_only(sender: str) -> None:
    refused = dump(Refused(code="insufficient-funds", detail=""))

    with pytest.raises(Unacceptable, match="sender-not-allowed"):
        DOOR.admit(_answer(sender, REFUSED, refused))
    DOOR.admit(_answer("account", REFUSED, refused))
