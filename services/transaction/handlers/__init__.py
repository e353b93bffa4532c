"""The transaction service's messages.

history          what moved, kept and searched
standing_orders  standing orders made, found and ended
ordering         their transfers, made by the job of the day
telling          orders as they are told
day              the business day, as heard
"""

from services.transaction.handlers import day, history, ordering, standing_orders
from services.transaction.handlers.registry import service

__all__ = ["day", "history", "ordering", "service", "standing_orders"]
