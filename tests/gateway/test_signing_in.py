"""Who calls: tokens that count, tokens that do not, sessions that have ended."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from contracts.audit import SearchAudit
from contracts.auth import GetKeys, Keys, LogIn, LogOut, RefreshSession, SessionRevoked
from contracts.catalogue import ABOUT_APPROVALS, ABOUT_JOBS, ABOUT_SAGAS, commands, queries
from contracts.envelope import Command, GetOutcome, Kind, Query, Refused, Role
from contracts.topology import routing_key
from gateway import auth
from gateway.auth import Authenticator
from gateway.edge import WAIT_SECONDS
from gateway.problems import Problem
from infra.bus.ask import Reply, Unavailable
from infra.runtime.clock import utc_now
from tests.fixtures.waiting import until
from tests.gateway.bank import NO_ANSWER, USER, FakeBank
from tests.gateway.conftest import client_of, serving

ME = "/api/auth/me"


async def status_with(app: FastAPI, token: str | None) -> tuple[int, str | None]:
    async with client_of(app, token) as client:
        answer = await client.get(ME)
    return answer.status_code, answer.json().get("code")


async def test_a_token_names_the_subject_of_the_message(app: FastAPI, bank: FakeBank) -> None:
    session = uuid4()
    token = bank.token(Role.CUSTOMER, session=session, customer_id=7)

    assert await status_with(app, token) == (200, None)
    subject = bank.sent[0].subject
    assert (subject.id, subject.role, subject.customer_id) == (USER, Role.CUSTOMER, 7)
    assert subject.session_id == str(session)


async def test_without_a_token_nobody_is_let_in(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app) as client:
        answer = await client.get(ME)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert bank.sent == []


async def test_nobody_is_believed_before_auth_has_its_first_key(
    bank: FakeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first tokens must not be taken for forged: the edge asks again until there is a key."""
    monkeypatch.setattr(auth, "RETRY_SECONDS", 0.01)
    bank.replies[GetKeys] = Keys(keys=())
    authenticator = Authenticator(bank)
    await authenticator.start()
    try:
        await asyncio.sleep(0.05)
        assert not authenticator.is_current

        del bank.replies[GetKeys]
        await until(lambda: authenticator.is_current)
        subject = await authenticator.subject_of(f"Bearer {bank.token()}".encode())
    finally:
        await authenticator.stop()

    assert subject.id == USER


async def test_an_expired_token_says_so(app: FastAPI, bank: FakeBank) -> None:
    assert await status_with(app, bank.token(expires_in=-60)) == (401, "token-expired")


async def test_a_token_expires_though_it_was_seen_before(
    app: FastAPI, bank: FakeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "LEEWAY_SECONDS", 0)
    token = bank.token(expires_in=2)

    assert await status_with(app, token) == (200, None)

    async def refused() -> tuple[int, str | None] | None:
        seen = await status_with(app, token)
        return None if seen == (200, None) else seen

    assert await until(refused) == (401, "token-expired")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another bank"},
        {"iss": "somebody"},
        {"typ": "JWT"},
        {"typ": "refresh"},
        {"role": "EMPEROR"},
        {"sub": None},
        {"sid": None},
        {"nbf": 2**33},
    ],
)
async def test_a_token_for_another_purpose_does_not_count(
    app: FastAPI, bank: FakeBank, changes: dict[str, str]
) -> None:
    assert await status_with(app, bank.token(**changes)) == (401, "invalid-token")  # type: ignore[arg-type]


async def test_a_token_by_another_key_does_not_count(app: FastAPI, bank: FakeBank) -> None:
    forger = FakeBank()

    assert await status_with(app, forger.token()) == (401, "invalid-token")


async def test_a_token_without_or_with_a_symmetric_signature_does_not_count(
    app: FastAPI, bank: FakeBank
) -> None:
    claims = jwt.decode(bank.token(), options={"verify_signature": False})
    headers = {"typ": "at+jwt", "kid": "1"}
    unsigned = jwt.encode(claims, "", algorithm="none", headers=headers)
    symmetric = jwt.encode(claims, "x" * 64, algorithm="HS256", headers=headers)

    for token in (unsigned, symmetric):
        assert await status_with(app, token) == (401, "invalid-token")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", "Bearer " + "x" * 5_000, "é"]
)
async def test_a_header_that_holds_no_token_does_not_count(
    anybody: httpx.AsyncClient, header: str
) -> None:
    answer = await anybody.get(ME, headers=[(b"Authorization", header.encode())])

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")


async def test_a_session_ended_before_the_start_stays_ended(bank: FakeBank) -> None:
    session = uuid4()
    bank.ended_sessions = (session,)

    async with serving(bank) as app:
        assert await status_with(app, bank.token(session=session)) == (401, "invalid-token")


async def test_a_session_that_ends_is_out_at_once_though_its_token_was_seen(
    app: FastAPI, bank: FakeBank
) -> None:
    session = uuid4()
    token = bank.token(session=session)
    assert await status_with(app, token) == (200, None)

    app.state.edge.on_event(SessionRevoked(session_id=session, revoked_at=utc_now()))

    assert await status_with(app, token) == (401, "invalid-token")


async def test_logging_out_ends_the_callers_own_session(app: FastAPI, bank: FakeBank) -> None:
    session = uuid4()
    async with client_of(app, bank.token(session=session)) as client:
        first = await client.post("/api/auth/logout")
        second = await client.post("/api/auth/logout")

    assert (first.status_code, first.content) == (204, b"")
    assert second.status_code == 401
    assert bank.messages(LogOut) == [LogOut(session_id=session)]


async def test_logging_out_takes_no_key_for_its_repeat_is_nobodys(
    app: FastAPI, bank: FakeBank
) -> None:
    for _ in range(2):
        async with client_of(app, bank.token(session=uuid4())) as client:
            answer = await client.post("/api/auth/logout", headers={"Idempotency-Key": "k-1"})
            assert answer.status_code == 204

    assert len({sent.message_id for sent in bank.sent}) == 2


async def test_wrong_credentials_and_slowed_ones_are_answered_as_auth_says(
    anybody: httpx.AsyncClient, bank: FakeBank
) -> None:
    body = {"username": "admin", "password": "wrong"}
    bank.refuses(LogIn, "invalid-credentials", Kind.UNAUTHENTICATED)
    wrong = await anybody.post("/api/auth/login", json=body)
    bank.replies[LogIn] = Refused(
        code="too-many-attempts", detail="Wait.", kind=Kind.TOO_MANY, retry_after_seconds=40
    )
    slowed = await anybody.post("/api/auth/login", json=body)

    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid-credentials")
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "40")


@pytest.mark.parametrize("prefer", ["wait=0", "wait=30", "respond-async"])
async def test_what_is_not_remembered_is_over_when_its_caller_is_told_that_it_was_not_heard(
    anybody: httpx.AsyncClient, bank: FakeBank, prefer: str
) -> None:
    """A refresh token spent after a 503 would make the next try look like a theft."""
    bank.replies[RefreshSession] = NO_ANSWER

    body, headers = {"refresh_token": "r-1"}, {"Prefer": prefer}
    answer = await anybody.post("/api/auth/refresh", json=body, headers=headers)

    [sent] = bank.sent
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert sent.wait_seconds == WAIT_SECONDS
    assert sent.deadline_seconds is not None
    assert sent.deadline_seconds < sent.wait_seconds


async def test_before_the_ended_sessions_are_known_no_token_is_believed(bank: FakeBank) -> None:
    authenticator = Authenticator(bank)

    with pytest.raises(Problem) as refused:
        await authenticator.subject_of(f"Bearer {bank.token()}".encode())

    assert refused.value.status_code == 503


class _Watched(FakeBank):
    """Counts the looks for keys, and changes its key when told."""

    looks = 0

    async def ask(self, message: Command | Query, **rest: Any) -> Reply:
        self.looks += isinstance(message, GetKeys)
        return await super().ask(message, **rest)


async def test_tokens_of_unknown_keys_make_one_look_in_five_seconds() -> None:
    bank = _Watched()
    async with serving(bank) as app:
        before = bank.looks
        for number in range(50):
            status = await status_with(app, bank.token(kid=f"unknown-{number}"))
            assert status == (401, "invalid-token")

        assert bank.looks - before <= 1


async def test_while_auth_is_away_a_token_of_an_unknown_key_is_not_called_wrong(
    bank: FakeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(bank) as app:
        bank.replies[GetKeys] = Unavailable("the broker is away")
        monkeypatch.setattr(auth, "KEY_PAUSE_SECONDS", 0.0)
        first = await status_with(app, bank.token(kid="2"))
        monkeypatch.setattr(auth, "KEY_PAUSE_SECONDS", 60.0)
        second = await status_with(app, bank.token(kid="2"))

    assert first == second == (503, "unavailable")


async def test_a_new_key_is_looked_for_and_the_old_one_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "KEY_PAUSE_SECONDS", 0.0)
    bank = FakeBank()
    async with serving(bank) as app:
        old = bank.token()
        assert await status_with(app, old) == (200, None)

        bank.key, bank.kid = ec.generate_private_key(ec.SECP256R1()), "2"

        assert await status_with(app, bank.token(kid="2")) == (200, None)
        assert await status_with(app, old) == (401, "invalid-token")


async def test_many_pages_of_ended_sessions_are_read_to_the_end(bank: FakeBank) -> None:
    bank.ended_sessions = tuple(UUID(int=number) for number in range(1, 26))
    bank.page = 10

    async with serving(bank) as app:
        tokens = [bank.token(session=UUID(int=number)) for number in (1, 11, 25, 26)]
        statuses = await asyncio.gather(*(status_with(app, token) for token in tokens))

    assert [status for status, _ in statuses] == [401, 401, 401, 200]


async def test_every_route_lets_in_the_roles_of_its_message_and_no_other(
    app: FastAPI, bank: FakeBank
) -> None:
    alike = GetOutcome, SearchAudit, *ABOUT_APPROVALS, *ABOUT_JOBS, *ABOUT_SAGAS
    asked: list[type[Command] | type[Query]] = [*commands(), *queries(), *alike]
    kinds = {routing_key(kind): kind for kind in asked}
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if "x-message" not in operation:
                continue
            roles = kinds[operation["x-message"]].roles
            for role in Role:
                async with client_of(app, bank.token(role)) as client:
                    answer = await client.request(method, path)
                is_let_in = answer.status_code not in (401, 403)
                assert is_let_in == (not roles or role in roles), (method, path, role)


@pytest.mark.parametrize(
    "body", [{}, {"role": None}, {"is_active": None}, {"role": None, "is_active": False}]
)
async def test_a_change_of_a_user_that_names_nothing_is_refused(
    app: FastAPI, bank: FakeBank, body: dict[str, object]
) -> None:
    async with client_of(app, bank.token(Role.ADMIN)) as admin:
        answer = await admin.patch("/api/auth/users/1", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert bank.sent == []
