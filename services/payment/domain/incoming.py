"""Reasons for a no about money from other banks."""

from contracts.envelope import Conflict, NotFound


class IncomingPaymentNotFound(NotFound):
    """There is no such payment from another bank, or not for you."""


class TransferIdReused(Conflict):
    """Another transfer, of another amount or to another account, came under this id before."""
