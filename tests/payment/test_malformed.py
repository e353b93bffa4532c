"""What the payment service does not take in, because later steps could not say it again."""

import json
from uuid import uuid4

import pytest

from contracts.envelope import Message, Refused
from contracts.payment.payments import MakePayment
from contracts.rail import RAILS
from contracts.rail.imps import RailAccepted, RailRefused
from contracts.topology import IMPS, routing_key
from infra.bus.bodies import Unacceptable
from infra.bus.carriers import unpack
from infra.bus.wire import JSON, Envelope, parse
from infra.handling.admission import Admission
from infra.runtime.clock import utc_now
from services.payment.handlers import service
from tests.builders import ALICE, an
from tests.payment.examples import CAROL


@pytest.mark.parametrize("name", ["Ca\nrol", "Ca\x00rol", "\x7f"])
def test_no_beneficiary_has_a_name_that_cannot_be_printed(name: str) -> None:
    refused = parse(
        MakePayment,
        {
            "from_account": ALICE,
            "beneficiary": CAROL.model_dump() | {"name": name},
            "amount": {"minor": 500, "currency": "INR"},
            "rail": "IMPS",
        },
    )

    assert isinstance(refused, Refused)
    assert [error.pointer for error in refused.errors] == ["/beneficiary/name"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RailAccepted, {"rail_reference": "IMPS\n1"}),
        (RailAccepted, {"rail_reference": "IMPS\x00"}),
        (RailRefused, {"code": "no\x00", "detail": ""}),
        (RailRefused, {"code": "no", "detail": "\x1b[31m"}),
    ],
)
def test_a_rail_answer_that_breaks_its_contract_is_set_aside(
    kind: type[Message], fields: dict[str, str]
) -> None:
    body = json.dumps({"transfer_id": str(uuid4())} | fields).encode()
    unpacked = unpack(
        Envelope(
            queue="payment.events",
            body=body,
            type=routing_key(kind),
            message_id=str(uuid4()),
            correlation_id=None,
            user_id=IMPS.user,
            reply_to=None,
            content_type=JSON,
            content_encoding=None,
            headers={},
        ),
        "payment",
    )
    [delivery] = unpacked.deliveries

    with pytest.raises(Unacceptable, match="malformed-message"):
        Admission(service, utc_now, {}).admit(delivery)


@pytest.mark.parametrize(
    "said", [each.credits.arrived for each in RAILS], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize(
    "fields",
    [
        {"amount": {"minor": 0, "currency": "INR"}},
        {"amount": {"minor": -1, "currency": "INR"}},
        {"amount": {"minor": 10**15 + 1, "currency": "INR"}},
        {"amount": {"minor": 1.5, "currency": "INR"}},
        {"amount": {"minor": 1, "currency": "XXX"}},
        {"beneficiary_account": ""},
        {"remitter_name": "A" * 141},
        {"transfer_id": "1"},
    ],
)
def test_money_from_another_bank_that_is_out_of_bounds_is_none(
    said: type[Message], fields: dict[str, object]
) -> None:
    body = an(said).model_dump(mode="json")

    assert isinstance(parse(said, body), said)
    assert isinstance(parse(said, body | fields), Refused)
