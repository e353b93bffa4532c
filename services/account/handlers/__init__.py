"""The account service's messages.

movements   every command that moves, holds or blocks money, decided in batches
bulk        files of transfers, kept and run in parts
opening     OpenAccount
customers   changes of customers' standing
products    branches and products
questions   accounts, balances, postings, entries, holds, the trial balance
receipts    of entries, for their parties and for whoever is shown one
sweeping    holds whose time has passed
weighing    which cash and transfers by staff wait for a second person
day         the business day, and how it turns
end_of_day  what is kept of a day that is over
"""

from services.account.handlers import (
    bulk,
    customers,
    day,
    end_of_day,
    movements,
    opening,
    products,
    questions,
    receipts,
    sweeping,
    weighing,
)
from services.account.handlers.registry import service

__all__ = [
    "bulk",
    "customers",
    "day",
    "end_of_day",
    "movements",
    "opening",
    "products",
    "questions",
    "receipts",
    "service",
    "sweeping",
    "weighing",
]
