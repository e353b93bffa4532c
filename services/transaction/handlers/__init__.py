"""The transaction service's messages.

history   what moved, kept and searched
day       the business day, as heard
"""

from services.transaction.handlers import day, history
from services.transaction.handlers.registry import service

__all__ = ["day", "history", "service"]
