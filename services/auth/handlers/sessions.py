"""Signing in, staying in, signing out.

A refused log-in and a refresh token shown twice leave something behind: a counted failure, an ended
session. Their refusals are therefore returned, which keeps the transaction, and not raised.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from contracts.auth import (
    ACCESS_SECONDS,
    ListRevokedSessions,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogOut,
    RefreshSession,
    RevokedSessions,
    SessionRevoked,
    User,
)
from contracts.envelope import ITEMS_MAX, Refused
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from services.auth import passwords
from services.auth.domain import sessions
from services.auth.domain.customers import CustomerStopped
from services.auth.domain.patience import (
    FORGOTTEN_AFTER,
    KNOWN_FOR,
    Counter,
    pair_counter,
    require_patience,
    wait_after,
    wide_counters,
)
from services.auth.domain.sessions import (
    InvalidCredentials,
    InvalidToken,
    Session,
    TokenJustUsed,
    UnknownSession,
    Use,
    Worth,
)
from services.auth.domain.users import Credentials
from services.auth.handlers.keys import active_key
from services.auth.handlers.registry import HASHING, service
from services.auth.store import AuthStore
from services.auth.tokens import new_refresh_token, refresh_digest, sign

HOUSEKEEPING_SECONDS = 300
DROPPED_MAX = 5_000  # rows of a kind per housekeeping
KEPT_AFTER_END = timedelta(days=1)  # so that a late reuse is still known as one
CLOCK_SLACK = timedelta(minutes=1)  # between our clocks and the edges'


@service.handles(LogIn, alone=True, room=HASHING)
async def log_in(command: LogIn, store: AuthStore, context: Context) -> Told[LoggedIn | Refused]:
    """A token pair for the right password.

    Unknown users, switched-off users and wrong passwords get the same answer after the same time.
    That a customer is stopped is told to whoever knows the password.
    """
    pair = pair_counter(command.username, context.source)
    wide = wide_counters(command.username, context.source)
    require_patience(await _refused_until(pair, wide, store, context), context.now)
    found = await store.find_credentials(command.username)
    verdict = await passwords.verify(command.password, found.password_hash if found else None)
    user = await still_proven(found, store) if found and verdict.is_right else None
    about = f"user:{found.user.id}" if found else None
    if user is None:
        await count_failure([pair, *wide], store, context)
        return Told(InvalidCredentials().refusal(), about=about)
    await store.forget_failures(pair.digest)
    await store.know_source(pair.digest, context.now)
    if user.customer_id is not None and not await store.may_customer_sign_in(user.customer_id):
        return Told(CustomerStopped().refusal(), about=about)
    if verdict.upgraded_hash:
        await store.upgrade_hash(user.id, verdict.upgraded_hash)
    session = sessions.open_session(new_id(), user, context.now)
    await store.add_session(session, context.now)
    return Told(await _token_pair(user, session, store, context), about=about)


@service.handles(RefreshSession, alone=True)
async def refresh_session(
    command: RefreshSession, store: AuthStore, context: Context
) -> Told[LoggedIn | Refused]:
    """The next token pair of a session; a token shown twice ends the session.

    Shown again within ten seconds from the same source it is refused only: never a second pair.
    """
    digest = refresh_digest(command.refresh_token.get_secret_value())
    session = await store.lock_session_of(digest)
    if session is None:
        raise InvalidToken
    token = await store.refresh_token(digest)
    use = Use(context.message_id, context.source, context.now)
    match sessions.judge(session, token, use):
        case Worth.NOTHING:
            raise InvalidToken
        case Worth.WORDS:
            raise TokenJustUsed
        case Worth.REVOCATION:
            await store.revoke_session(session.session_id, context.now)
            told = _revoked(session.session_id, context)
            return Told(InvalidToken().refusal(), told, about=f"session:{session.session_id}")
        case Worth.NEW_PAIR:
            user = await store.user_of_session(session.session_id)
            if not user.is_active:
                raise InvalidToken
            await store.spend(digest, use)
            pair = await _token_pair(user, session, store, context)
            return Told(pair, about=f"user:{user.id}")


@service.handles(LogOut)
async def log_out(command: LogOut, store: AuthStore, context: Context) -> Told[LoggedOut]:
    """End the caller's own session; ending it twice is no fault."""
    session = await store.lock_session(command.session_id)
    if session is None or str(command.session_id) != context.subject.session_id:
        raise UnknownSession
    reply = LoggedOut(session_id=session.session_id)
    if not session.is_open(context.now):
        return Told(reply)
    await store.revoke_session(session.session_id, context.now)
    return Told(reply, _revoked(session.session_id, context))


@service.answers(ListRevokedSessions)
async def list_revoked_sessions(
    query: ListRevokedSessions, store: AuthStore, context: Context
) -> RevokedSessions:
    """Sessions that ended while an access token of theirs may still be valid."""
    since = context.now - timedelta(seconds=ACCESS_SECONDS) - CLOCK_SLACK
    found = await store.sessions_revoked_since(since, query.after or UUID(int=0), ITEMS_MAX)
    return RevokedSessions(session_ids=tuple(found), is_complete=len(found) < ITEMS_MAX)


@service.every(HOUSEKEEPING_SECONDS)
async def drop_what_is_over(store: AuthStore, context: Context) -> None:
    """Forget sessions past their life and failures of long ago, a bounded number at a time."""
    await store.drop_sessions_ended_before(context.now - KEPT_AFTER_END, DROPPED_MAX)
    await store.drop_failures_before(context.now - FORGOTTEN_AFTER, DROPPED_MAX)
    await store.drop_sources_seen_before(context.now - KNOWN_FOR, DROPPED_MAX)


async def count_failure(counters: Iterable[Counter], store: AuthStore, context: Context) -> None:
    """Remember a wrong password; where its patience is used up, the next attempt has to wait."""
    for counter in counters:
        forgotten_before = context.now - counter.patience.forgotten_after
        failures = await store.count_failure(counter.digest, context.now, forgotten_before)
        wait = wait_after(failures, counter.patience)
        if wait is not None:
            await store.refuse_until(counter.digest, context.now + wait)


async def end_sessions(
    user_id: int, store: AuthStore, context: Context, *, but: UUID | None = None
) -> list[SessionRevoked]:
    """End a user's sessions, except `but`; what is to be told about it."""
    ended = await store.revoke_sessions_of(user_id, context.now, but=but)
    return [_revoked(session_id, context) for session_id in ended]


async def still_proven(found: Credentials, store: AuthStore) -> User | None:
    """The user as he is now, or None when he was switched off or given a new password while we
    hashed. The lock makes whoever does so next wait for us, and then end what we began."""
    current = await store.lock_credentials(found.user.id)
    is_same = current.password_set_at == found.password_set_at
    return current.user if current.user.is_active and is_same else None


async def _refused_until(
    pair: Counter, wide: Iterable[Counter], store: AuthStore, context: Context
) -> datetime | None:
    """Until when this name is refused from this source, which is locked when it has failed."""
    own = await store.lock_refusal(pair.digest)
    if await store.is_known_source(pair.digest, context.now - KNOWN_FOR):
        return own
    shared = await store.last_refusal([counter.digest for counter in wide])
    return max((each for each in (own, shared) if each), default=None)


async def _token_pair(user: User, session: Session, store: AuthStore, context: Context) -> LoggedIn:
    refresh_token = new_refresh_token()
    await store.add_refresh_token(
        refresh_digest(refresh_token),
        session.session_id,
        context.now,
        sessions.refresh_end(session, context.now),
    )
    ends_at = sessions.access_end(session, context.now)
    claims = sessions.access_claims(user, session, context.now, ends_at, new_id())
    return LoggedIn(
        access_token=sign(claims, await active_key(store, context.now)),
        refresh_token=refresh_token,
        expires_in=int((ends_at - context.now).total_seconds()),
    )


def _revoked(session_id: UUID, context: Context) -> SessionRevoked:
    return SessionRevoked(session_id=session_id, revoked_at=context.now)
