"""What the notification service can be asked: the log of what was sent to customers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import Message, Query
from contracts.words import Cursor, CustomerId, PageSize


class DeliveryState(StrEnum):
    WAITING = "waiting"  # for an address, or for its turn
    SENT = "sent"
    FAILED = "failed"  # given up after the last attempt


class Notification(Message):
    notification_id: UUID  # the id of the event it tells about
    customer_id: int
    channel: str  # "email"
    subject: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    sent_at: datetime | None


class Notifications(Message):
    """A page of notifications; `next_cursor` is None on the last one."""

    items: tuple[Notification, ...]
    next_cursor: str | None


class ListNotifications(Query):
    """Newest first; a customer sees his own only."""

    reply = Notifications

    customer_id: CustomerId | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
