"""pacs.004: another bank gives back what a transfer of ours had brought it.

The return's own id is `RtrId`, that of the transfer `OrgnlTxId`; what comes back is the returned
amount, with its reason as in a pacs.002. The rail's own name for it is the reference of the
clearing system, or else the id of the message.
"""

from datetime import datetime
from typing import Any

from pyiso20022.pacs.pacs_004_001_09 import (
    ActiveCurrencyAndAmount,
    ChargeBearerType1Code,
    Document,
    GroupHeader90,
    PaymentReturnReason6,
    PaymentReturnV09,
    PaymentTransaction112,
    ReturnReason5Choice,
    SettlementInstruction7,
    SettlementMethod1Code,
)

from contracts.envelope import NotADocument
from contracts.rail.documents import credit_transfers, markup, reasons
from contracts.rail.returns import TransferReturn

NAME = "pacs.004.001.09"


def write(returned: TransferReturn, now: datetime) -> bytes:
    """A message with one return."""
    amount = returned.amount
    about = PaymentTransaction112(
        rtr_id=returned.return_id.hex,
        orgnl_end_to_end_id=returned.transfer_id.hex,
        orgnl_tx_id=returned.transfer_id.hex,
        rtrd_intr_bk_sttlm_amt=ActiveCurrencyAndAmount(
            value=credit_transfers.value_of(amount.minor, amount.currency),
            ccy=amount.currency.value,
        ),
        chrg_br=ChargeBearerType1Code.SLEV,
        clr_sys_ref=returned.rail_reference,
        rtr_rsn_inf=reasons.why(returned, PaymentReturnReason6, ReturnReason5Choice),
    )
    header = GroupHeader90(
        msg_id=returned.return_id.hex,
        cre_dt_tm=markup.moment(now),
        nb_of_txs="1",
        sttlm_inf=SettlementInstruction7(sttlm_mtd=SettlementMethod1Code.CLRG),
    )
    return markup.written(Document(pmt_rtr=PaymentReturnV09(grp_hdr=header, tx_inf=[about])), NAME)


def read(body: bytes) -> dict[str, Any]:
    """The fields of a return.

    Raises:
        NotADocument: it is not a pacs.004 with one return, of an amount in a currency of ours.
    """
    message = markup.read(body, Document, NAME).pmt_rtr
    if len(message.tx_inf) != 1 or message.grp_hdr.nb_of_txs != "1":
        raise NotADocument("it does not speak of one return")
    [about] = message.tx_inf
    amount = about.rtrd_intr_bk_sttlm_amt
    return {
        "return_id": about.rtr_id,
        "transfer_id": about.orgnl_tx_id,
        "amount": credit_transfers.money_of(amount.value, amount.ccy),
        "rail_reference": about.clr_sys_ref or message.grp_hdr.msg_id,
        **reasons.reason_of(about.rtr_rsn_inf),
    }
