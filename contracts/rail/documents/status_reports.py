"""pacs.002: what became of a transfer or of a batch.

Accepted is ACCC, a batch that is taken ACSC, refused RJCT with its reason. Of what it never saw a
rail says no status at all, since any status would be one of a payment: the reason says so, under a
name of our own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pyiso20022.pacs.pacs_002_001_10 import (
    Document,
    FitoFipaymentStatusReportV10,
    GroupHeader91,
    OriginalGroupHeader17,
    PaymentTransaction110,
    StatusReason6Choice,
    StatusReasonInformation12,
)

from contracts.envelope import NotADocument
from contracts.rail.batches import BatchAnswer, BatchSettlement
from contracts.rail.bodies import Answer, FromRail
from contracts.rail.documents import credit_transfers, markup, reasons

NAME = "pacs.002.001.10"
UNSEEN = "NOTRECEIVED"


@dataclass(frozen=True, slots=True)
class Status:
    """One thing that is said of a transfer, or of a batch."""

    code: str | None
    is_of_batch: bool
    why: Callable[[Any], list[StatusReasonInformation12]]
    further: Callable[[PaymentTransaction110 | OriginalGroupHeader17, str], dict[str, Any]]

    def write(self, answer: Answer | BatchAnswer, now: datetime) -> bytes:
        """What is said, with the time of saying it."""
        said = uuid5(NAMESPACE_URL, f"bank:{NAME}:{answer.subject_id}:{self.code}").hex
        reference = getattr(answer, "rail_reference", None)
        message = FitoFipaymentStatusReportV10(
            grp_hdr=GroupHeader91(
                msg_id=reference if isinstance(answer, BatchSettlement) else said,
                cre_dt_tm=markup.moment(now),
            )
        )
        if self.is_of_batch:
            message.orgnl_grp_inf_and_sts = [self._of_batch(answer)]
        else:
            message.tx_inf_and_sts = [self._of_transfer(answer, reference)]
        return markup.written(Document(fito_fipmt_sts_rpt=message), NAME)

    def read(self, body: bytes) -> dict[str, Any]:
        """The fields of what is said.

        Raises:
            NotADocument: it is not a pacs.002 that says this, and of one thing.
        """
        message = markup.read(body, Document, NAME).fito_fipmt_sts_rpt
        of_batches, of_transfers = message.orgnl_grp_inf_and_sts, message.tx_inf_and_sts
        found = of_batches if self.is_of_batch else of_transfers
        if len(found) != 1 or len(of_batches) + len(of_transfers) != 1:
            raise NotADocument("it does not speak of one transfer or one batch, as its type says")
        [status] = found
        is_of_batch = isinstance(status, OriginalGroupHeader17)
        if (status.grp_sts if is_of_batch else status.tx_sts) != self.code:
            raise NotADocument(f"its status is not {self.code or 'none'}, as its type says")
        subject = (
            {"batch_id": status.orgnl_msg_id}
            if is_of_batch
            else {"transfer_id": status.orgnl_tx_id}
        )
        return subject | self.further(status, message.grp_hdr.msg_id)

    def _of_batch(self, answer: FromRail) -> OriginalGroupHeader17:
        return OriginalGroupHeader17(
            orgnl_msg_id=answer.subject_id.hex,
            orgnl_msg_nm_id=credit_transfers.NAME,
            grp_sts=self.code,
            sts_rsn_inf=self.why(answer),
        )

    def _of_transfer(self, answer: FromRail, reference: str | None) -> PaymentTransaction110:
        return PaymentTransaction110(
            orgnl_end_to_end_id=answer.subject_id.hex,
            orgnl_tx_id=answer.subject_id.hex,
            tx_sts=self.code,
            sts_rsn_inf=self.why(answer),
            clr_sys_ref=reference,
        )


def _no_reason(_: FromRail) -> list[StatusReasonInformation12]:
    return []


def _unseen(_: FromRail) -> list[StatusReasonInformation12]:
    return [StatusReasonInformation12(rsn=StatusReason6Choice(prtry=UNSEEN))]


def why(refusal: Any) -> list[StatusReasonInformation12]:
    """Its code and its text; neither is a must."""
    return reasons.why(refusal, StatusReasonInformation12, StatusReason6Choice)


def _reason(status: PaymentTransaction110 | OriginalGroupHeader17, _: str) -> dict[str, Any]:
    return reasons.reason_of(status.sts_rsn_inf)


def _reference(status: PaymentTransaction110 | OriginalGroupHeader17, _: str) -> dict[str, Any]:
    return {"rail_reference": getattr(status, "clr_sys_ref", None)}


def _message_id(
    _: PaymentTransaction110 | OriginalGroupHeader17, message_id: str
) -> dict[str, Any]:
    return {"rail_reference": message_id}


def _is_unseen(status: PaymentTransaction110 | OriginalGroupHeader17, _: str) -> dict[str, Any]:
    reason, _lines = reasons.first_of(status.sts_rsn_inf)
    if reason is None or reason.prtry != UNSEEN:
        raise NotADocument(f"it has no status, and not the reason {UNSEEN}")
    return {}


ACCEPTED = Status("ACCC", False, _no_reason, _reference)
REFUSED = Status("RJCT", False, why, _reason)
UNAWARE = Status(None, False, _unseen, _is_unseen)
BATCH_SETTLED = Status("ACSC", True, _no_reason, _message_id)
BATCH_REFUSED = Status("RJCT", True, why, _reason)
BATCH_UNAWARE = Status(None, True, _unseen, _is_unseen)
