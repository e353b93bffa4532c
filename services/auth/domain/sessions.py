"""Sessions: how long they and their tokens live, and what a refresh token is worth.

A session begins with a log-in and lives 12 hours at most. Its refresh tokens are a family: each
works once, within an hour, and gives the next one. One that comes a second time was stolen, from us
or from the thief, and ends the whole family; unless it comes from where it was used, a moment
later: two windows of one client ask at the same time. That is refused and ends nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from contracts.auth import ACCESS_SECONDS, AUDIENCE, ISSUER, User
from contracts.envelope import Conflict, DomainError, Kind, NotFound

SESSION_LIFE = timedelta(hours=12)
REFRESH_LIFE = timedelta(hours=1)  # unused for so long, the session is over
SAME_MOMENT = timedelta(seconds=10)  # a client's windows, and its try again after a lost answer
ACCESS_LIFE = timedelta(seconds=ACCESS_SECONDS)


class InvalidCredentials(DomainError):
    """Wrong username or password."""

    kind = Kind.UNAUTHENTICATED


class InvalidToken(DomainError):
    """The token is not valid; sign in again."""

    kind = Kind.UNAUTHENTICATED


class TokenJustUsed(Conflict):
    """The token was used a moment ago; go on with the pair that it gave."""


class UnknownSession(NotFound):
    """There is no such session of yours."""


class Worth(Enum):
    """What a refresh token is worth when it is shown."""

    NEW_PAIR = auto()
    NOTHING = auto()
    REVOCATION = auto()  # used before
    WORDS = auto()  # used before, a moment ago and from the same source


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
    used_at: datetime | None = None
    used_from: str | None = None  # the source of that message


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody shows a refresh token."""

    message_id: UUID
    source: str | None
    now: datetime


def open_session(session_id: UUID, user: User, now: datetime) -> Session:
    return Session(session_id, user.id, now + SESSION_LIFE)


def judge(session: Session, token: RefreshToken, use: Use) -> Worth:
    """The same message may come twice, after a crash of ours: that is no second use."""
    if not session.is_open(use.now):
        return Worth.NOTHING
    if token.used_by not in (None, use.message_id):
        return Worth.WORDS if _is_same_moment(token, use) else Worth.REVOCATION
    return Worth.NEW_PAIR if use.now < token.expires_at else Worth.NOTHING


def _is_same_moment(token: RefreshToken, use: Use) -> bool:
    assert token.used_at is not None
    return token.used_from == use.source and use.now - token.used_at < SAME_MOMENT


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
