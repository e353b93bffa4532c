"""Time and ids: aware UTC, the bank's business date, and time-ordered UUIDs."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils

BUSINESS_ZONE = ZoneInfo("Asia/Kolkata")


def utc_now() -> datetime:
    return datetime.now(UTC)


def business_date(moment: datetime) -> date:
    """The bank's calendar day at `moment`."""
    return moment.astimezone(BUSINESS_ZONE).date()


def new_id() -> UUID:
    """A UUIDv7: unique, and in order of time, which keeps indexes compact."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def first_id(moment: datetime) -> UUID:
    """Below every id that `new_id` gives from this moment on, and above those of before."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def new_id_text() -> str:
    """The same as text, for where nothing else is needed: four times as fast."""
    return str(uuid_utils.uuid7())
