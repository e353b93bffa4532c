"""Signing in and out, users, and the keys that verify tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field, SecretStr, StrictBool

from contracts.auth import (
    ChangePassword,
    CreateUser,
    GetKeys,
    GetMe,
    Keys,
    ListUsers,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogOut,
    Me,
    RefreshSession,
    UpdateUser,
    User,
    Username,
    Users,
)
from contracts.envelope import Role
from contracts.words import BranchCode
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.problems import missing
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import After, Answer, Body, Limit, Page, RowId, RowPath, example

router = EdgeRouter("/api/auth", "auth")

SecretText = Annotated[SecretStr, Field(min_length=1, max_length=128)]
A_USER = {
    "id": 7, "uuid": "01941f29-7c00-7000-8000-000000000006", "username": "teller.mumbai",
    "role": "TELLER", "customer_id": None, "branch_code": "BR001", "is_active": True,
    "created_at": "2026-01-01T10:00:00Z",
}  # fmt: skip


class LogInRequest(Body):
    """A name and its password."""

    model_config = example(username="admin", password="password")

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: SecretText


class RefreshRequest(Body):
    """A refresh token, which is spent by it."""

    model_config = example(refresh_token="c2luZ2xlIHVzZSByZWZyZXNoIHRva2Vu")

    refresh_token: SecretText


class UserRequest(Body):
    """A new user."""

    model_config = example(
        username="teller.mumbai", password="a long pass phrase", role="TELLER", branch_code="BR001"
    )

    username: Username
    password: SecretText
    role: Role
    customer_id: RowId | None = None
    branch_code: BranchCode | None = None


class UserChange(Body):
    """What is to be changed of a user; what is left out stays as it is."""

    model_config = example(is_active=False)

    role: Role | None = None
    is_active: StrictBool | None = None


class PasswordRequest(Body):
    """The password of before and the one from now on."""

    model_config = example(
        current_password="a long pass phrase", new_password="another long pass phrase"
    )

    current_password: SecretText
    new_password: SecretText


class TokensAnswer(Answer):
    """An access token for `Authorization: Bearer …`, and a refresh token that works once."""

    model_config = example(
        access_token="eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl",
        refresh_token="c2luZ2xlIHVzZSByZWZyZXNoIHRva2Vu", token_type="bearer", expires_in=600,
    )  # fmt: skip
    tells = LoggedIn

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class MeAnswer(Answer):
    """Who you are, and what you may send."""

    model_config = example(
        id=1, uuid="01941f29-7c00-7000-8000-000000000007", username="admin", role="ADMIN",
        customer_id=None, branch_code=None, permissions=["CreateUser", "GetAccount"],
    )  # fmt: skip
    tells = Me

    id: int
    uuid: UUID
    username: str
    role: Role
    customer_id: int | None
    branch_code: str | None
    permissions: tuple[str, ...]


class UserAnswer(Answer):
    """Somebody who can sign in."""

    model_config = example(**A_USER)
    tells = User

    id: int
    uuid: UUID
    username: str
    role: Role
    customer_id: int | None
    branch_code: str | None
    is_active: bool
    created_at: datetime


class UsersAnswer(Page[UserAnswer]):
    """Users, newest first."""

    model_config = example(items=[A_USER], next_cursor=None)
    tells = Users


A_KEY = {
    "kty": "EC", "crv": "P-256", "x": "f9TjPzTZGzMmHdEzntDu5W6nmOcuJRIkMF99Z22G6zo",
    "y": "enzdr8FGHkbSA76uU2xvwzoe4hxHbFbtki3txqKb1zM", "use": "sig", "alg": "ES256",
    "kid": "rqqm3gQ9Xe4ekCVdy1NnpYEtGyo0okZmKH0JId1-KuQ",
}  # fmt: skip


class KeysAnswer(Answer):
    """The public keys as a JWK set (RFC 7517)."""

    model_config = example(keys=[A_KEY])
    tells = Keys

    keys: tuple[dict[str, Any], ...]


@router.sends(LogIn, "POST /login", answers=TokensAnswer, status=200, key=Key.NONE)
def log_in(body: LogInRequest) -> LogIn:
    """A token pair; after five wrong passwords from one address the next have to wait."""
    return LogIn(username=body.username, password=body.password)


@router.sends(RefreshSession, "POST /refresh", answers=TokensAnswer, status=200, key=Key.NONE)
def refresh_session(body: RefreshRequest) -> RefreshSession:
    """A new pair of tokens for a refresh token, which works once.

    Shown twice, it ends the session; but not within 10 seconds from the same address (409).
    """
    return RefreshSession(refresh_token=body.refresh_token)


@router.calls(
    LogOut,
    "POST /logout",
    gives=None,
    status=204,
    later=Rendering(204, None, LoggedOut),
)
async def log_out(call: Call) -> Response:
    """End this session: its access and refresh tokens stop working at once."""
    session_id = call.subject.session_id
    assert session_id is not None, "an authenticated caller has a session"
    await call.send(LogOut(session_id=UUID(session_id)))
    call.edge.authenticator.end_session(session_id)
    return Response(None, 204)


@router.asks(GetMe, "GET /me", answers=MeAnswer)
def get_me() -> GetMe:
    """Who you are and what you may send."""
    return GetMe()


@router.sends(CreateUser, "POST /users", answers=UserAnswer, key=Key.NONE)
def create_user(body: UserRequest) -> CreateUser:
    """A user who can sign in; a CUSTOMER is tied to a customer, staff to a branch."""
    return CreateUser(
        username=body.username,
        password=body.password,
        role=body.role,
        customer_id=body.customer_id,
        branch_code=body.branch_code,
    )


@router.asks(ListUsers, "GET /users", answers=UsersAnswer)
def list_users(limit: Limit = 25, cursor: After = None) -> ListUsers:
    """All users, newest first."""
    return ListUsers(limit=limit, cursor=cursor)


@router.sends(UpdateUser, "PATCH /users/{user_id}", answers=UserAnswer, status=200)
def update_user(user_id: RowPath, body: UserChange) -> UpdateUser:
    """Change a role or switch a user off; his sessions end at once."""
    changes = body.model_dump(exclude_unset=True)
    if not changes or None in changes.values():
        raise missing("role", "is_active")
    return UpdateUser(id=user_id, **changes)


@router.sends(ChangePassword, "POST /password", answers=None, status=204, key=Key.NONE)
def change_password(body: PasswordRequest) -> ChangePassword:
    """A new password; all your other sessions end."""
    return ChangePassword(current_password=body.current_password, new_password=body.new_password)


@router.asks(GetKeys, "GET /jwks", answers=KeysAnswer)
def get_keys() -> GetKeys:
    """The public keys that verify access tokens."""
    return GetKeys()
