"""pacs.002 about our answer to a recall, or about our return: that the rail has it.

It is of a message of ours and not of a payment, so it has no status, and a reason under a name of
our own. Which message that is stands in the original group: `OrgnlMsgId` is the id of the recall or
of the return, which is that of the message.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pyiso20022.pacs.pacs_002_001_10 import (
    Document,
    FitoFipaymentStatusReportV10,
    GroupHeader91,
    OriginalGroupInformation29,
    PaymentTransaction110,
    StatusReason6Choice,
    StatusReasonInformation12,
)

from contracts.envelope import NotADocument
from contracts.rail.documents import credit_reports, markup, payment_returns, reasons, recalls
from contracts.rail.recalls import RecallAcknowledgement, ReturnAcknowledgement

NAME = credit_reports.NAME
ANSWERED = credit_reports.ANSWERED


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of messages of one document, which go by the id in this field."""

    of: str
    field: str

    def write(
        self, acknowledged: RecallAcknowledgement | ReturnAcknowledgement, now: datetime
    ) -> bytes:
        """That it is there; with the time of saying it."""
        told = acknowledged.subject_id
        about = PaymentTransaction110(
            orgnl_grp_inf=OriginalGroupInformation29(
                orgnl_msg_id=told.hex, orgnl_msg_nm_id=self.of
            ),
            orgnl_end_to_end_id=acknowledged.transfer_id.hex,
            orgnl_tx_id=acknowledged.transfer_id.hex,
            sts_rsn_inf=[StatusReasonInformation12(rsn=StatusReason6Choice(prtry=ANSWERED))],
        )
        message_id = uuid5(NAMESPACE_URL, f"bank:{NAME}:{self.of}:{told}")
        message = FitoFipaymentStatusReportV10(
            grp_hdr=GroupHeader91(msg_id=message_id.hex, cre_dt_tm=markup.moment(now)),
            tx_inf_and_sts=[about],
        )
        return markup.written(Document(fito_fipmt_sts_rpt=message), NAME)

    def read(self, body: bytes) -> dict[str, Any]:
        """The fields of an acknowledgement.

        Raises:
            NotADocument: it is not a pacs.002 that says this of one message of this document.
        """
        message = markup.read(body, Document, NAME).fito_fipmt_sts_rpt
        if len(message.tx_inf_and_sts) != 1 or message.orgnl_grp_inf_and_sts:
            raise NotADocument("it does not speak of one message")
        [status] = message.tx_inf_and_sts
        reason, _ = reasons.first_of(status.sts_rsn_inf)
        if status.tx_sts is not None or reason is None or reason.prtry != ANSWERED:
            raise NotADocument(f"it has a status, or not the reason {ANSWERED}")
        about = status.orgnl_grp_inf
        if about is None or about.orgnl_msg_nm_id != self.of:
            raise NotADocument(f"it is not about a {self.of}")
        return {self.field: about.orgnl_msg_id, "transfer_id": status.orgnl_tx_id}


OF_REPLY = Receipt(recalls.RESOLUTION, "recall_id")
OF_RETURN = Receipt(payment_returns.NAME, "return_id")
