"""The other banks behind RTGS."""

from uuid import UUID

from contracts.rail.rtgs import (
    InquireRtgsTransfer,
    RtgsAccepted,
    RtgsRefused,
    RtgsUnaware,
    SubmitRtgsTransfer,
)
from contracts.topology import RTGS
from demo.rails.side import Side


def _accepted(transfer_id: UUID, reference: str) -> RtgsAccepted:
    return RtgsAccepted(transfer_id=transfer_id, rail_reference=reference)


def _refused(transfer_id: UUID, code: str, detail: str) -> RtgsRefused:
    return RtgsRefused(transfer_id=transfer_id, code=code, detail=detail)


def _unaware(transfer_id: UUID) -> RtgsUnaware:
    return RtgsUnaware(transfer_id=transfer_id)


SIDE = Side(
    system=RTGS,
    prefix="RTGS",
    orders=(SubmitRtgsTransfer, InquireRtgsTransfer),
    answers=(RtgsAccepted, RtgsRefused, RtgsUnaware),
    accepted=_accepted,
    refused=_refused,
    unaware=_unaware,
)
