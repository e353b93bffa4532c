"""The loan service's messages.

quotes         what a loan would cost
products       loan products and the versions of their terms
applications   loans applied for
deciding       applications approved, rejected, given up
disbursing     loans paid out
moving         what all movements of loans' money have in common
reading        loans found
shown          loans as replies
day            the business day, as heard
"""

from services.loan.handlers import (
    applications,
    day,
    deciding,
    disbursing,
    moving,
    products,
    quotes,
    reading,
)
from services.loan.handlers.registry import service

__all__ = [
    "applications",
    "day",
    "deciding",
    "disbursing",
    "moving",
    "products",
    "quotes",
    "reading",
    "service",
]
