"""Every SQL statement of the payment service.

payments      payments as they were accepted and as they stand
accepting     a payment as it is handed over to be kept
incoming      money from other banks as it came and as it stands
returns       money that other banks give back as it came and as it stands
recalls       payments that are asked back, and what has come of it
recall_sagas  the sagas of both, as they are run
incoming_recalls   what other banks ask for, as it came and as it stands
beneficiaries payees on customers' lists, their rules, and what was paid to them
payees        questions about payees, and the answers
rails         the dated rules of what each rail carries
screening     the list of names and what was found by it
resolutions   what managers propose and decide about those that the rail contradicted
statements    statements of the central bank as they came
reconciliation   which of their lines are which postings of the ledger
matching      the dated rules by which they are matched
breaks        who deals with what differs, and what people end it by
settlements   the postings of clearing lines, and the windows in which they are settled
"""

from services.payment.store.accepting import AcceptedPayment
from services.payment.store.payments import (
    ASIDE,
    BY_RAIL,
    COMPENSATING,
    RECEIVING,
    REFUSING,
    RESOLVING,
    SAGAS,
    SETTLING,
    WRITING_OFF,
    PaymentStore,
)
from services.payment.store.recall_sagas import AGREEING, DECLINING, RECALLING, TAKING

__all__ = [
    "AGREEING",
    "ASIDE",
    "BY_RAIL",
    "COMPENSATING",
    "DECLINING",
    "RECALLING",
    "RECEIVING",
    "REFUSING",
    "RESOLVING",
    "SAGAS",
    "SETTLING",
    "TAKING",
    "WRITING_OFF",
    "AcceptedPayment",
    "PaymentStore",
]
