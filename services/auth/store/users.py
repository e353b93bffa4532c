"""Statements about users and their password hashes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.auth import CreateUser, User
from contracts.envelope import Role
from infra.data.store import Store
from services.auth.domain.patience import can_be_username
from services.auth.domain.users import Credentials


class UserStatements(Store):
    async def add_user(
        self, command: CreateUser, uuid: UUID, password_hash: str, now: datetime
    ) -> User | None:
        """The new user, or None when the username is taken, in whatever case."""
        row = await self.db.fetchrow(
            "insert into users (uuid, username, password_hash, password_set_at, role,"
            " customer_id, branch_code, created_at, updated_at)"
            " values ($1, $2, $3, $7, $4, $5, $6, $7, $7)"
            " on conflict (lower(username)) do nothing returning *",
            uuid,
            command.username,
            password_hash,
            command.role,
            command.customer_id,
            command.branch_code,
            now,
        )
        return _user(row) if row else None

    async def user_of_session(self, session_id: UUID) -> User:
        row = await self.db.fetchrow(
            "select u.* from users u join sessions s on s.user_id = u.id where s.session_id = $1",
            session_id,
        )
        assert row is not None
        return _user(row)

    async def find_credentials(self, username: str) -> Credentials | None:
        """By username in any case; not locked."""
        if not can_be_username(username):
            return None
        row = await self.db.fetchrow(
            "select * from users where lower(username) = lower($1)", username
        )
        return _credentials(row) if row else None

    async def find_credentials_of(self, uuid: UUID) -> Credentials | None:
        row = await self.db.fetchrow("select * from users where uuid = $1", uuid)
        return _credentials(row) if row else None

    async def lock_credentials(self, user_id: int) -> Credentials:
        """As they are now; nobody changes the user before this transaction ends."""
        row = await self.db.fetchrow("select * from users where id = $1 for no key update", user_id)
        assert row is not None
        return _credentials(row)

    async def lock_user(self, user_id: int) -> User | None:
        row = await self.db.fetchrow("select * from users where id = $1 for no key update", user_id)
        return _user(row) if row else None

    async def lock_active_admins(self) -> int:
        """How many there are; locked in one order, so that two cannot switch off each other."""
        rows = await self.db.fetch(
            "select id from users where role = 'ADMIN' and is_active order by id for no key update"
        )
        return len(rows)

    async def save_user(self, user: User, now: datetime) -> None:
        await self.db.execute(
            "update users set role = $2, is_active = $3, updated_at = $4 where id = $1",
            user.id,
            user.role,
            user.is_active,
            now,
        )

    async def set_password(self, user_id: int, password_hash: str, now: datetime) -> None:
        await self.db.execute(
            "update users set password_hash = $2, password_set_at = $3, updated_at = $3"
            " where id = $1",
            user_id,
            password_hash,
            now,
        )

    async def upgrade_hash(self, user_id: int, password_hash: str) -> None:
        """Another hash of the same password."""
        await self.db.execute(
            "update users set password_hash = $2 where id = $1", user_id, password_hash
        )

    async def users_before(self, before_id: int, limit: int) -> Sequence[User]:
        """The newest users with an id below `before_id`."""
        rows = await self.db.fetch(
            "select * from users where id < $1 order by id desc limit $2", before_id, limit
        )
        return [_user(row) for row in rows]


def _user(row: asyncpg.Record) -> User:
    return User(
        id=row["id"],
        uuid=row["uuid"],
        username=row["username"],
        role=Role(row["role"]),
        customer_id=row["customer_id"],
        branch_code=row["branch_code"],
        is_active=row["is_active"],
        created_at=row["created_at"],
    )


def _credentials(row: asyncpg.Record) -> Credentials:
    return Credentials(
        user=_user(row),
        password_hash=row["password_hash"],
        password_set_at=row["password_set_at"],
    )
