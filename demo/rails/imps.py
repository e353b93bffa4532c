"""The other banks behind IMPS."""

from uuid import UUID

from contracts.rail.imps import (
    InquireTransfer,
    RailAccepted,
    RailRefused,
    RailUnaware,
    SubmitTransfer,
)
from contracts.topology import IMPS
from demo.rails.side import Side


def _accepted(transfer_id: UUID, reference: str) -> RailAccepted:
    return RailAccepted(transfer_id=transfer_id, rail_reference=reference)


def _refused(transfer_id: UUID, code: str, detail: str) -> RailRefused:
    return RailRefused(transfer_id=transfer_id, code=code, detail=detail)


def _unaware(transfer_id: UUID) -> RailUnaware:
    return RailUnaware(transfer_id=transfer_id)


SIDE = Side(
    system=IMPS,
    prefix="IMPS",
    orders=(SubmitTransfer, InquireTransfer),
    answers=(RailAccepted, RailRefused, RailUnaware),
    accepted=_accepted,
    refused=_refused,
    unaware=_unaware,
)
