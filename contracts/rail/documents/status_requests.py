"""pacs.028: the question what became of a transfer, by its id, or of a batch, by its message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pyiso20022.pacs.pacs_028_001_03 import (
    Document,
    FitoFipaymentStatusRequestV03,
    GroupHeader91,
    OriginalGroupInformation27,
    PaymentTransaction113,
)

from contracts.envelope import NotADocument
from contracts.rail.batches import BatchInquiry
from contracts.rail.bodies import Inquiry
from contracts.rail.documents import credit_transfers, markup

NAME = "pacs.028.001.03"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked about, in a document and out of one."""

    write: Callable[[Any, datetime], bytes]
    read: Callable[[bytes], dict[str, Any]]


def _write_of_transfer(inquiry: Inquiry, now: datetime) -> bytes:
    subject = inquiry.transfer_id
    message = FitoFipaymentStatusRequestV03(
        grp_hdr=_header(subject, now),
        tx_inf=[PaymentTransaction113(orgnl_end_to_end_id=subject.hex, orgnl_tx_id=subject.hex)],
    )
    return markup.written(Document(fito_fipmt_sts_req=message), NAME)


def _read_of_transfer(body: bytes) -> dict[str, Any]:
    message = markup.read(body, Document, NAME).fito_fipmt_sts_req
    if len(message.tx_inf) != 1 or message.orgnl_grp_inf:
        raise NotADocument("it does not ask about one transfer")
    return {"transfer_id": message.tx_inf[0].orgnl_tx_id}


def _write_of_batch(inquiry: BatchInquiry, now: datetime) -> bytes:
    asked = OriginalGroupInformation27(
        orgnl_msg_id=inquiry.batch_id.hex, orgnl_msg_nm_id=credit_transfers.NAME
    )
    message = FitoFipaymentStatusRequestV03(
        grp_hdr=_header(inquiry.batch_id, now), orgnl_grp_inf=[asked]
    )
    return markup.written(Document(fito_fipmt_sts_req=message), NAME)


def _read_of_batch(body: bytes) -> dict[str, Any]:
    message = markup.read(body, Document, NAME).fito_fipmt_sts_req
    if len(message.orgnl_grp_inf) != 1 or message.tx_inf:
        raise NotADocument("it does not ask about one batch")
    return {"batch_id": message.orgnl_grp_inf[0].orgnl_msg_id}


def _header(subject: UUID, now: datetime) -> GroupHeader91:
    """Each question has an id of its own."""
    message_id = uuid5(NAMESPACE_URL, f"bank:{NAME}:{subject}:{now.isoformat()}")
    return GroupHeader91(msg_id=message_id.hex, cre_dt_tm=markup.moment(now))


OF_TRANSFER = Request(_write_of_transfer, _read_of_transfer)
OF_BATCH = Request(_write_of_batch, _read_of_batch)
