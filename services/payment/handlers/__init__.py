"""The payment service's messages.

payments    payments accepted and found
moving      the sagas: how they begin, and what is learnt of their answers
steering    what people may do about a payment under way
resolving   how two managers end a payment that the rail has contradicted
settling    what is booked over a rail in a window, settled between the banks
reconciling statements of the central bank, held against the ledger
matching    the rules by which they are matched, and how another is added
breaks      who deals with what differs from a statement, and how two managers end it
beneficiaries   payees on customers' lists, and the rules of what is paid to them
payees      who a payee is, asked from his bank
incoming    money from other banks, taken in and found
returning   money that other banks give back, placed and found
compensating    how long a payment may be without an answer, and what is paid for longer
recalling   payments that are asked back from other banks
giving_back what other banks ask for that they have paid to our customers
rails       the rules of rails, and how another is added
screening   the list of names, its rules, and payments that it stopped
bounds      how much may leave an account, and go to one payee on a list, at once
day         the business day, as heard
"""

from services.payment.handlers import (
    beneficiaries,
    breaks,
    compensating,
    day,
    giving_back,
    incoming,
    matching,
    moving,
    payees,
    payments,
    rails,
    recalling,
    reconciling,
    resolving,
    returning,
    screening,
    settling,
    steering,
)
from services.payment.handlers.registry import service

__all__ = [
    "beneficiaries",
    "breaks",
    "compensating",
    "day",
    "giving_back",
    "incoming",
    "matching",
    "moving",
    "payees",
    "payments",
    "rails",
    "recalling",
    "reconciling",
    "resolving",
    "returning",
    "screening",
    "service",
    "settling",
    "steering",
]
