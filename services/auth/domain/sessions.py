"""Sessions: how long they and their tokens live, and what a refresh token is worth.

A session begins with a log-in and lives 12 hours at most. Its refresh tokens are a family: each
works once, within an hour, and gives the next one. One that comes a second time was stolen, from us
or from the thief, and ends the whole family.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from contracts.auth import ACCESS_SECONDS, AUDIENCE, ISSUER, User
from contracts.envelope import DomainError, Kind, NotFound

SESSION_LIFE = timedelta(hours=12)
REFRESH_LIFE = timedelta(hours=1)  # unused for so long, the session is over
ACCESS_LIFE = timedelta(seconds=ACCESS_SECONDS)


class InvalidCredentials(DomainError):
    """Wrong username or password."""

    kind = Kind.UNAUTHENTICATED


class InvalidToken(DomainError):
    """The token is not valid; sign in again."""

    kind = Kind.UNAUTHENTICATED


class UnknownSession(NotFound):
    """There is no such session of yours."""


class Worth(Enum):
    """What a refresh token is worth when it is shown."""

    NEW_PAIR = auto()
    NOTHING = auto()
    REVOCATION = auto()  # used before


@dataclass(frozen=True, slots=True)
class Session:
    session_id: UUID
    user_id: int
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class RefreshToken:
    expires_at: datetime
    used_by: UUID | None = None  # the message that traded it


def open_session(session_id: UUID, user: User, now: datetime) -> Session:
    return Session(session_id, user.id, now + SESSION_LIFE)


def judge(session: Session, token: RefreshToken, message_id: UUID, now: datetime) -> Worth:
    """The same message may come twice, after a crash of ours: that is no second use."""
    if not session.is_open(now):
        return Worth.NOTHING
    if token.used_by not in (None, message_id):
        return Worth.REVOCATION
    return Worth.NEW_PAIR if now < token.expires_at else Worth.NOTHING


def refresh_end(session: Session, now: datetime) -> datetime:
    return min(now + REFRESH_LIFE, session.expires_at)


def access_end(session: Session, now: datetime) -> datetime:
    return min(now + ACCESS_LIFE, session.expires_at)


def access_claims(
    user: User, session: Session, now: datetime, ends_at: datetime, token_id: UUID
) -> dict[str, Any]:
    """What an access token says about its bearer."""
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.uuid),
        "uid": user.id,
        "role": user.role.value,
        "customer_id": user.customer_id,
        "branch_code": user.branch_code,
        "sid": str(session.session_id),
        "jti": str(token_id),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int(ends_at.timestamp()),
    }
