"""Every SQL statement of the ingress, split along its nouns."""

from services.ingress.store.admissions import Admission, AdmissionStatements
from services.ingress.store.partners import PartnerStatements
from services.ingress.store.quarantine import QuarantineStatements
from services.ingress.store.refusals import RefusalStatements


class IngressStore(PartnerStatements, AdmissionStatements, QuarantineStatements, RefusalStatements):
    """The lock of a partner's row puts its messages in one order, however many processes read."""


__all__ = ["Admission", "IngressStore"]
