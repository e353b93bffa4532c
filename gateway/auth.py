"""Who calls: a bearer token becomes a Subject.

A token counts while its signature, issuer, audience, type and times are right **and** its session
was not ended. The signature is checked once per token, the session on every call. What was ended is
heard as an event and, because an event may pass while we are away, read from auth in full as well.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import jwt
import structlog
from jwt import PyJWK
from pydantic import ValidationError

from contracts.auth import (
    ACCESS_SECONDS,
    AUDIENCE,
    ISSUER,
    TOKEN_TYPE,
    GetKeys,
    Keys,
    ListRevokedSessions,
    RevokedSessions,
)
from contracts.envelope import Refused, Role, Subject
from gateway.asker import EDGE, Asker
from gateway.problems import Problem, unavailable
from infra.bus.ask import NoAnswer, Unavailable

log = structlog.get_logger()

TOKEN_BYTES_MAX = 4_096
CLAIMS = ["exp", "iat", "iss", "aud", "sub", "sid", "role"]
LEEWAY_SECONDS = 5  # between auth's clock and ours
REMEMBERED_MAX = 4_096  # verified tokens; the oldest makes room
KEY_PAUSE_SECONDS = 5.0  # at most one look for an unknown key in this time
REREAD_SECONDS = 30.0
RETRY_SECONDS = 1.0
ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Verified:
    subject: Subject
    session_id: str
    ends_at: float


class Authenticator:
    """The signing keys, the ended sessions, and the tokens seen so far."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._keys: dict[str, PyJWK] = {}
        self._keys_asked_at = -KEY_PAUSE_SECONDS
        self._keys_are_heard = False
        self._reading_keys = asyncio.Lock()
        self._verified: dict[bytes, _Verified] = {}
        self._ended: dict[str, float] = {}  # session id -> when its tokens are over anyway
        self._is_current = False
        self._rereading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._rereading = asyncio.create_task(self._reread())

    async def stop(self) -> None:
        if self._rereading is not None:
            self._rereading.cancel()
            await asyncio.gather(self._rereading, return_exceptions=True)

    @property
    def is_current(self) -> bool:
        """False until the ended sessions were read once; before that no token is believed."""
        return self._is_current

    def end_session(self, session_id: str) -> None:
        self._ended[session_id] = time.time() + ACCESS_SECONDS + LEEWAY_SECONDS

    async def subject_of(self, authorization: bytes | None) -> Subject:
        """The bearer of the `Authorization` header.

        Raises:
            Problem: 401, no token or one that does not count; 503 while auth is unheard of.
        """
        if authorization is None:
            raise Problem(
                401, "unauthenticated", "Sign in first.", headers={"WWW-Authenticate": "Bearer"}
            )
        if not self._is_current:
            raise unavailable()
        known = self._verified.get(authorization)
        if known is None or known.ends_at < time.time():
            known = await self._verify(authorization)
        if known.session_id in self._ended:
            _refuse("The session has ended.")
        return known.subject

    async def _verify(self, authorization: bytes) -> _Verified:
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not 0 < len(token) <= TOKEN_BYTES_MAX:
            _refuse("The Authorization header holds no bearer token.")
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("kid")))
            if header.get("typ") != TOKEN_TYPE or key is None:
                _refuse("The token is of another kind or by another signer.")
            claims = jwt.decode(
                token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER,
                leeway=LEEWAY_SECONDS, options={"require": CLAIMS},
            )  # fmt: skip
            verified = _verified(claims)
        except jwt.ExpiredSignatureError:
            _refuse("The token has expired.", "token-expired")
        except (jwt.PyJWTError, ValidationError, ValueError):
            _refuse("The token is not valid.")
        while len(self._verified) >= REMEMBERED_MAX:
            del self._verified[next(iter(self._verified))]
        self._verified[authorization] = verified
        return verified

    async def _key(self, kid: str) -> PyJWK | None:
        if kid not in self._keys:
            async with self._reading_keys:
                if time.monotonic() - self._keys_asked_at >= KEY_PAUSE_SECONDS:
                    await self._read_keys()
                elif not self._keys_are_heard:
                    raise unavailable()
        return self._keys.get(kid)

    async def _read_keys(self) -> None:
        """Take over auth's present keys; tokens of a key that is gone are verified no more.

        Raises:
            Problem: 503, auth did not answer, or has no key yet.
        """
        self._keys_asked_at = time.monotonic()
        self._keys_are_heard = False
        answer = await self._ask(GetKeys())
        assert isinstance(answer, Keys)
        if not answer.keys:
            # It makes its first key a moment after its first start.
            raise unavailable()
        self._keys_are_heard = True
        keys = {key["kid"]: PyJWK(dict(key), algorithm="ES256") for key in answer.keys}
        if keys.keys() != self._keys.keys():
            self._verified.clear()
        self._keys = keys

    async def _read_ended(self) -> None:
        after = None
        is_complete = False
        while not is_complete:
            answer = await self._ask(ListRevokedSessions(after=after))
            assert isinstance(answer, RevokedSessions)
            for session_id in answer.session_ids:
                self._ended.setdefault(str(session_id), time.time() + ACCESS_SECONDS)
                after = session_id
            is_complete = answer.is_complete
        now = time.time()
        self._ended = {session: over for session, over in self._ended.items() if over > now}
        self._is_current = True

    async def _reread(self) -> None:
        while True:
            try:
                await self._read_keys()
                await self._read_ended()
            except Exception as error:
                # Whatever it is, the next reading may succeed, and nobody else does it.
                log.warning("auth_unheard", is_current=self._is_current, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await asyncio.sleep(REREAD_SECONDS)

    async def _ask(self, query: GetKeys | ListRevokedSessions) -> Any:
        try:
            reply = await self._asker.ask(query, subject=EDGE, wait_seconds=ASK_SECONDS)
        except (Unavailable, NoAnswer) as error:
            raise unavailable() from error
        if isinstance(reply.message, Refused):
            raise unavailable()
        return reply.message


def _verified(claims: dict[str, Any]) -> _Verified:
    session_id = str(claims["sid"])
    subject = Subject(
        id=claims["sub"],
        role=Role(claims["role"]),
        customer_id=claims.get("customer_id"),
        branch_code=claims.get("branch_code"),
        session_id=session_id,
    )
    return _Verified(subject, session_id, float(claims["exp"]) + LEEWAY_SECONDS)


def _refuse(detail: str, code: str = "invalid-token") -> NoReturn:
    raise Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
