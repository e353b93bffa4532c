"""What another bank writes is read with suspicion: each fault has its reason, and does nothing."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.envelope import Message
from contracts.rail.imps import (
    AnswerImpsCredit,
    ImpsCreditAnswered,
    ImpsCreditArrived,
    RailAccepted,
    RailRefused,
    RailUnaware,
    SubmitTransfer,
)
from contracts.rail.neft import SubmitNeftBatch
from contracts.topology import IMPS, routing_key
from infra.bus.bodies import Unacceptable
from infra.bus.carriers import unpack
from infra.bus.wire import OUTSIDER_BYTES_MAX, XML, Envelope, fields_of
from infra.handling.admission import Admission
from infra.runtime.clock import utc_now
from services.payment.handlers import service
from tests.builders import an
from tests.contracts.rail_documents import NOW, document_of

LAUGHS = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BEGIN = b'<?xml version="1.0" encoding="UTF-8"?>\n'
NO_SCHEMA = "not-a-document: it has what its schema does not know"
NO_ORDER = "not-a-document: an element stands twice"
# What is changed in what we would write ourselves, and how it is refused.
OF_TRANSFERS: dict[str, tuple[bytes, bytes, str]] = {
    "entity bomb": (BEGIN, BEGIN + LAUGHS, "DTD"),
    "file of ours": (BEGIN, BEGIN + OUTSIDE, "DTD"),
    "entity of nobody": (b"Asha Rao", b"&asha;", "well-formed"),
    "cut off": (b"</Document>", b"", "well-formed"),
    "bytes of no script": (b"Asha Rao", b"\xff\xfe", "well-formed"),
    "unknown encoding": (b'"UTF-8"', b'"UTF-99"', "well-formed"),
    "deep": (b"Asha Rao", b"<a>" * 40 + b"</a>" * 40, "levels"),
    "another version": (b"pacs.008.001.08", b"pacs.008.001.09", "it is not pacs.008.001.08"),
    "no namespace": (b" xmlns=", b" name=", "it is not pacs.008.001.08"),
    "no amount": (b'<IntrBkSttlmAmt Ccy="INR">1500.00</IntrBkSttlmAmt>', b"", NO_SCHEMA),
    "no charges": (b"<ChrgBr>SLEV</ChrgBr>", b"", NO_SCHEMA),
    "no creditor's agent": (b"CdtrAgt>", b"CdtrAgtX>", NO_SCHEMA),
    "unknown element": (b"<Cdtr>", b"<Cdtr><Colour>red</Colour>", NO_SCHEMA),
    "unknown attribute": (b"<Cdtr>", b'<Cdtr colour="red">', NO_SCHEMA),
    "unknown word": (b"SLEV", b"SLOW", NO_SCHEMA),
    "an element twice": (b"<ChrgBr>", b"<ChrgBr>SLEV</ChrgBr><ChrgBr>", NO_SCHEMA),
    "another order": (
        b"<ChrgBr>SLEV</ChrgBr><Dbtr><Nm>NOTPROVIDED</Nm></Dbtr>",
        b"<Dbtr><Nm>NOTPROVIDED</Nm></Dbtr><ChrgBr>SLEV</ChrgBr>",
        NO_ORDER,
    ),
    "too many": (b"<NbOfTxs>1", b"<NbOfTxs>2", "NbOfTxs"),
    "no number of transfers": (b"<NbOfTxs>1", b"<NbOfTxs>one", "NbOfTxs"),
    "wrong sum": (b"<CtrlSum>1500.00", b"<CtrlSum>1500.01", "CtrlSum"),
    "unknown currency": (b'Ccy="INR"', b'Ccy="XXX"', "not a currency of ours"),
    "no currency": (b'Ccy="INR"', b'Ccy="inr"', "not what its schema asks"),
    "more decimals": (b"1500.00<", b"1500.001<", "more decimals than INR"),
    "more digits": (b"1500.00<", b"1500.0000001<", "not what its schema asks"),
    "not a number": (b"1500.00<", b"NaN<", "not-a-document"),
    "endless": (b"1500.00<", b"Infinity<", "not-a-document"),
    "an exponent": (b"1500.00<", b"15E2<", "not a plain decimal"),
    "digits of another script": (b"1500.00<", "१५००<".encode(), "not a plain decimal"),
    "below nothing": (b"1500.00<", b"-1500.00<", "not what its schema asks"),
    "a long name": (b"Asha Rao", b"n" * 141, "not what its schema asks"),
    "an empty name": (b"Asha Rao", b"", "not"),
    "two texts": (
        b"</CdtrAcct>",
        b"</CdtrAcct><RmtInf><Ustrd>a</Ustrd><Ustrd>b</Ustrd></RmtInf>",
        "at most one text",
    ),
    "no IFSC": (b"ClrSysMmbId>", b"Nothing>", NO_SCHEMA),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_TRANSFERS)
def test_a_transfer_with_a_fault_is_refused_with_its_reason(name: str) -> None:
    sound, faulty, reason = OF_TRANSFERS[name]
    body = document_of(an(SubmitTransfer)).write(an(SubmitTransfer), NOW)
    assert sound in body

    with pytest.raises(Unacceptable, match=reason):
        fields_of(SubmitTransfer, body.replace(sound, faulty))


def test_a_batch_is_counted_again() -> None:
    one = an(SubmitTransfer).model_dump()
    batch = an(SubmitNeftBatch, transfers=[one, one | {"transfer_id": uuid4()}])
    body = document_of(batch).write(batch, NOW)

    for sound, faulty, reason in (
        (b"<CtrlSum>", b"<CtrlSum>1", "CtrlSum"),
        (b"<NbOfTxs>", b"<NbOfTxs>1", "NbOfTxs"),
        (b"</InstrId>", b"X</InstrId>", "one number"),
    ):
        with pytest.raises(Unacceptable, match=reason):
            fields_of(SubmitNeftBatch, body.replace(sound, faulty, 1))


def _from_rail(kind: type[Message], body: bytes) -> Envelope:
    return Envelope(
        queue="payment.rail-imps.events", body=body, type=routing_key(kind),
        message_id="0b0f2c1e-7a52-4a0e-9a3a-0d8f5a2d9f10", correlation_id=None, user_id=IMPS.user,
        reply_to=None, content_type=XML, content_encoding=None, headers={},
    )  # fmt: skip


def _admitted(kind: type[Message], body: bytes) -> Any:
    admission = Admission(service, utc_now, {})
    [delivery] = unpack(_from_rail(kind, body), "payment", admission.kinds).deliveries
    return admission.admit(delivery)


def _written(answer: Message) -> bytes:
    return document_of(answer).write(answer, NOW)


def test_a_sound_answer_is_let_in() -> None:
    assert _admitted(RailAccepted, _written(an(RailAccepted))).message == an(RailAccepted)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (RailAccepted, RailRefused), (RailAccepted, RailUnaware), (RailRefused, RailAccepted),
        (RailRefused, RailUnaware), (RailUnaware, RailAccepted),
    ],
)  # fmt: skip
def test_an_answer_says_what_its_type_says_or_is_set_aside(
    kind: type[Message], answer: type[Message]
) -> None:
    with pytest.raises(Unacceptable, match="its status is not"):
        _admitted(kind, _written(an(answer)))


@pytest.mark.parametrize(
    ("sound", "faulty", "reason"),
    [
        (b"<OrgnlTxId>", b"<OrgnlTxId>x", "malformed-message"),
        (b"<ClrSysRef>", b"<ClrSysRef>&#xAD;", "malformed-message"),
        (b"FIToFIPmtStsRpt>", b"FIToFIPmtStsReq>", "not-a-document"),
        (b"</TxInfAndSts>", b"</TxInfAndSts><TxInfAndSts/>", "one transfer or one batch"),
    ],
)
def test_an_answer_about_something_else_is_set_aside(
    sound: bytes, faulty: bytes, reason: str
) -> None:
    with pytest.raises(Unacceptable, match=reason):
        _admitted(RailAccepted, _written(an(RailAccepted)).replace(sound, faulty))


@pytest.mark.parametrize(
    ("sound", "faulty", "reason"),
    [
        (b"<TxSts>ACCC</TxSts>", b"<TxSts>ACSP</TxSts>", "neither ACCC nor RJCT"),
        (b"<TxSts>ACCC</TxSts>", b"", "neither ACCC nor RJCT"),
        (b"OrgnlTxRef>", b"Nothing>", NO_SCHEMA),
        (b"</TxInfAndSts>", b"</TxInfAndSts><TxInfAndSts/>", "one transfer"),
        (b'Ccy="INR"', b'Ccy="XXX"', "not a currency of ours"),
    ],
)
def test_our_word_about_money_that_came_is_yes_or_no_and_about_one(
    sound: bytes, faulty: bytes, reason: str
) -> None:
    body = _written(an(AnswerImpsCredit, code=None, detail=""))
    assert sound in body

    with pytest.raises(Unacceptable, match=reason):
        fields_of(AnswerImpsCredit, body.replace(sound, faulty))


def test_an_acknowledgement_is_no_status_of_a_payment() -> None:
    with pytest.raises(Unacceptable, match="ANSWERED"):
        _admitted(ImpsCreditAnswered, _written(an(RailUnaware)))


def test_who_pays_us_says_which_bank_it_is() -> None:
    body = _written(an(ImpsCreditArrived))
    begin, rest = body.split(b"<ClrSysMmbId>")
    unnamed = begin + rest.split(b"</ClrSysMmbId>")[1]

    with pytest.raises(Unacceptable, match="IFSC"):
        _admitted(ImpsCreditArrived, unnamed)


def test_an_answer_that_is_too_big_is_not_looked_into() -> None:
    body = _written(an(RailAccepted)) + b" " * OUTSIDER_BYTES_MAX

    with pytest.raises(Unacceptable, match="body-too-big"):
        _admitted(RailAccepted, body)


def test_what_has_no_document_is_not_taken_as_one() -> None:
    with pytest.raises(Unacceptable, match="unknown-document"):
        unpack(_from_rail(RailAccepted, b"<a/>"), "payment", {})
