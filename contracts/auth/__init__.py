"""What the auth service can be asked and what it tells: users, sessions, signing keys.

Commands that carry a password or a token are not remembered: they travel in memory only and
their answers are never stored.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, field_serializer

from contracts.envelope import EVERYONE, Command, Event, Message, Query, Role
from contracts.words import BranchCode, Cursor, PageSize

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@-]{3,64}$")]
ISSUER = "bank.auth"
AUDIENCE = "bank"
TOKEN_TYPE = "at+jwt"  # RFC 9068: an access token, and good for nothing else
ACCESS_SECONDS = 600  # life of an access token


class _Secret(Command):
    remembered = False

    @field_serializer("*", when_used="json")
    def _reveal(self, value: Any) -> Any:
        return value.get_secret_value() if isinstance(value, SecretStr) else value


SecretText = Annotated[SecretStr, Field(min_length=1, max_length=128)]


class User(Message):
    id: int
    uuid: UUID
    username: str
    role: Role
    customer_id: int | None
    branch_code: str | None
    is_active: bool
    created_at: datetime


class LoggedIn(Message):
    """A token pair: an ES256 access token and a single-use refresh token."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds


class LogIn(_Secret):
    """Trade user name and password for a token pair; refused for a while after many failures."""

    reply = LoggedIn
    roles = frozenset()  # nobody is signed in yet
    throttled = True
    about = "session"

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: SecretText


class RefreshSession(_Secret):
    """Trade a refresh token for a new pair; used twice, its whole family is revoked."""

    reply = LoggedIn
    roles = frozenset()
    about = "session"

    refresh_token: SecretText


class LoggedOut(Message):
    """Reply to LogOut."""

    session_id: UUID


class LogOut(Command):
    """End the caller's session: its access and refresh tokens stop working."""

    reply = LoggedOut
    roles = EVERYONE | {Role.SYSTEM}
    about = "session:{session_id}"

    session_id: UUID


class UserCreated(User):
    """Reply to CreateUser."""


class CreateUser(_Secret):
    """Add a person or system that may sign in; a CUSTOMER belongs to a customer."""

    reply = UserCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})
    about = ("user:{reply.id}", "user")

    username: Username
    password: SecretText
    role: Role
    customer_id: Annotated[int, Field(ge=1)] | None = None
    branch_code: BranchCode | None = None
    is_demo: bool = False  # its password is not judged; only the operator may say so


class UserUpdated(User):
    """Reply to UpdateUser."""


class UpdateUser(Command):
    """Change a user's role or switch him off; his sessions end at once."""

    reply = UserUpdated
    roles = frozenset({Role.ADMIN})
    about = "user:{id}"

    id: Annotated[int, Field(ge=1)]
    role: Role | None = None
    is_active: bool | None = None


class PasswordChanged(Message):
    """Reply to ChangePassword."""

    user_id: int


class ChangePassword(_Secret):
    """Needs the current password; ends all sessions of the user but the caller's."""

    reply = PasswordChanged
    roles = EVERYONE
    throttled = True
    about = ("user:{reply.user_id}", "user")

    current_password: SecretText
    new_password: SecretText


class Me(Message):
    """The signed-in user and what his role may do."""

    id: int
    uuid: UUID
    username: str
    role: Role
    customer_id: int | None
    branch_code: str | None
    permissions: tuple[str, ...]  # the commands and queries the role may send


class GetMe(Query):
    """Who am I?"""

    reply = Me
    roles = EVERYONE


class Users(Message):
    """A page of users; `next_cursor` is None on the last one."""

    items: tuple[User, ...]
    next_cursor: str | None


class ListUsers(Query):
    """All users, newest first."""

    reply = Users
    roles = frozenset({Role.ADMIN, Role.AUDITOR})

    limit: PageSize = 25
    cursor: Cursor | None = None


class Keys(Message):
    """The public signing keys as a JWK set."""

    keys: tuple[dict[str, str], ...]


class GetKeys(Query):
    """The keys by which access tokens are checked; anybody may know them."""

    reply = Keys
    roles = frozenset()


class RevokedSessions(Message):
    """Sessions whose access tokens must be refused although they have not expired."""

    session_ids: tuple[UUID, ...]
    is_complete: bool = True  # False: there are more after the last of these


class ListRevokedSessions(Query):
    """Sessions revoked within the life of an access token: what a starting edge must know.

    In order of id; for more, ask again with `after` the last one.
    """

    reply = RevokedSessions
    roles = frozenset()  # the edge asks for itself; no route leads here

    after: UUID | None = None


class SessionRevoked(Event):
    """Heard by the edges that are up; one that starts asks ListRevokedSessions."""

    must_be_heard = False

    session_id: UUID
    revoked_at: datetime

    @property
    def aggregate(self) -> str:
        return f"session:{self.session_id}"
