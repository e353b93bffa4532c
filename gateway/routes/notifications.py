"""What was sent to customers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from contracts.notification import (
    ListNotifications,
    Notification,
    Notifications,
)
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, Limit, Page, RowFilter, example
from gateway.states import DELIVERY_WORDS, DeliveryState
from gateway.telling import From

router = EdgeRouter("/api/notifications", "notifications")


class NotificationAnswer(Answer):
    """A message to a customer, and whether it left."""

    tells = Notification

    notification_id: UUID
    customer_id: int
    channel: str
    subject: str
    state: Annotated[DeliveryState, From("state", DELIVERY_WORDS.told)]
    attempts: int
    created_at: datetime
    sent_at: datetime | None


class NotificationsAnswer(Page[NotificationAnswer]):
    """Messages to customers, newest first."""

    model_config = example(
        items=[
            {
                "notification_id": "01941f29-7c00-7000-8000-000000000009", "customer_id": 1,
                "channel": "email", "subject": "INR 500.00 credited", "state": "sent",
                "attempts": 1, "created_at": "2026-01-01T10:00:00Z",
                "sent_at": "2026-01-01T10:00:01Z",
            }
        ],
        next_cursor=None,
    )  # fmt: skip
    tells = Notifications


@router.asks(ListNotifications, "GET ", answers=NotificationsAnswer)
def list_notifications(
    customer_id: RowFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListNotifications:
    """The delivery log, newest first; a customer sees his own."""
    return ListNotifications(customer_id=customer_id, limit=limit, cursor=cursor)
