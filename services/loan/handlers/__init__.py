"""The loan service's messages.

quotes   what a loan would cost
day      the business day, as heard
"""

from services.loan.handlers import day, quotes
from services.loan.handlers.registry import service

__all__ = ["day", "quotes", "service"]
