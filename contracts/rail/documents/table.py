"""Which shape of a message travels as which document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from contracts.envelope import Message
from contracts.rail import batches, bodies, credits, returns
from contracts.rail import recalls as recalling
from contracts.rail.documents import (
    acknowledgements,
    credit_reports,
    credit_transfers,
    payment_returns,
    recalls,
    status_reports,
    status_requests,
)


@dataclass(frozen=True, slots=True)
class Form:
    """One document, as `contracts.envelope.Document` asks for."""

    name: str
    write: Callable[[Any, datetime], bytes]
    read: Callable[[bytes], dict[str, Any]]


_TRANSFER = Form(
    credit_transfers.NAME, credit_transfers.write_transfer, credit_transfers.read_transfer
)
_BATCH = Form(credit_transfers.NAME, credit_transfers.write_batch, credit_transfers.read_batch)

_ARRIVAL = Form(
    credit_transfers.NAME, credit_transfers.write_arrival, credit_transfers.read_arrival
)
_CREDIT_ANSWER = Form(credit_reports.NAME, credit_reports.write_answer, credit_reports.read_answer)
_CREDIT_ANSWERED = Form(
    credit_reports.NAME, credit_reports.write_acknowledgement, credit_reports.read_acknowledgement
)
_RETURN = Form(payment_returns.NAME, payment_returns.write, payment_returns.read)
_RECALL = Form(recalls.REQUEST, recalls.write_request, recalls.read_request)
_AGREEMENT = Form(recalls.RESOLUTION, recalls.write_agreement, recalls.read_agreement)
_REFUSAL = Form(recalls.RESOLUTION, recalls.write_refusal, recalls.read_refusal)
_REPLY = Form(recalls.RESOLUTION, recalls.write_reply, recalls.read_reply)
_OUR_RETURN = Form(payment_returns.NAME, payment_returns.write, payment_returns.read_ours)


def _report(of: status_reports.Status) -> Form:
    return Form(status_reports.NAME, of.write, of.read)


def _receipt(of: acknowledgements.Receipt) -> Form:
    return Form(acknowledgements.NAME, of.write, of.read)


def _request(of: status_requests.Request) -> Form:
    return Form(status_requests.NAME, of.write, of.read)


FORMS: Mapping[type[Message], Form] = {
    bodies.Submission: _TRANSFER,
    bodies.Inquiry: _request(status_requests.OF_TRANSFER),
    bodies.Acceptance: _report(status_reports.ACCEPTED),
    bodies.Refusal: _report(status_reports.REFUSED),
    bodies.Unawareness: _report(status_reports.UNAWARE),
    batches.BatchSubmission: _BATCH,
    batches.BatchInquiry: _request(status_requests.OF_BATCH),
    batches.BatchSettlement: _report(status_reports.BATCH_SETTLED),
    batches.BatchRefusal: _report(status_reports.BATCH_REFUSED),
    batches.BatchUnawareness: _report(status_reports.BATCH_UNAWARE),
    credits.CreditArrival: _ARRIVAL,
    credits.CreditAnswer: _CREDIT_ANSWER,
    credits.CreditAcknowledgement: _CREDIT_ANSWERED,
    returns.TransferReturn: _RETURN,
    recalling.RecallRequest: _RECALL,
    recalling.RecallAgreement: _AGREEMENT,
    recalling.RecallRefusal: _REFUSAL,
    recalling.RecallArrival: _RECALL,
    recalling.RecallReply: _REPLY,
    recalling.RecallAcknowledgement: _receipt(acknowledgements.OF_REPLY),
    recalling.CreditReturn: _OUR_RETURN,
    recalling.ReturnAcknowledgement: _receipt(acknowledgements.OF_RETURN),
}


@cache
def form_of(kind: type[Message]) -> Form | None:
    """That of its shape; None if it has none, or fields that its shape does not have: a document
    says all of a message, or is not used."""
    for shape, form in FORMS.items():
        if issubclass(kind, shape) and shape.model_fields.keys() == kind.model_fields.keys():
            return form
    return None
