"""Statements about partners and their keys."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from contracts.auth.partners import (
    CreatePartner,
    Lane,
    Partner,
    PartnerKey,
    PartnerState,
    Suspension,
)
from contracts.ingress import Offer
from contracts.money import Currency
from contracts.partner_events import Heard
from infra.data.store import Store

_PARTNERS = """
select p.*, array(select key_id from partner_keys k
    where k.partner = p.name and k.revoked_at is null order by number) as key_ids,
    array(select public_key from partner_keys k
    where k.partner = p.name and k.revoked_at is null order by number) as public_keys
from partners p
"""
_ONE = _PARTNERS + "where p.name = $1"
_LOCKED = _ONE + " for no key update of p"
_PAGE = _PARTNERS + "where p.name > $1 order by p.name limit $2"


class PartnerStatements(Store):
    async def add_partner(self, command: CreatePartner, password_hash: str, now: datetime) -> bool:
        """False when the name is taken."""
        added = await self.db.fetchval(
            "insert into partners (name, state, allowed_types, accounts, currency,"
            " command_limit_minor, daily_limit_minor, per_minute, password_hash, version,"
            " created_at, updated_at, event_accounts, event_types)"
            " values ($1, 'open', $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11)"
            " on conflict (name) do nothing returning name",
            command.name,
            list(command.allowed_types),
            list(command.accounts),
            command.command_limit.currency,
            command.command_limit.minor,
            command.daily_limit.minor,
            command.per_minute,
            password_hash,
            now,
            list(command.event_accounts),
            list(command.event_types),
        )
        if added is None:
            return False
        for key in command.keys:
            await self.add_partner_key(command.name, key, now)
        return True

    async def add_partner_key(self, name: str, key: PartnerKey, now: datetime) -> bool:
        """False when this partner has or had a key of this id."""
        added = await self.db.fetchval(
            "insert into partner_keys (partner, key_id, public_key, added_at)"
            " values ($1, $2, $3, $4) on conflict (partner, key_id) do nothing returning key_id",
            name,
            key.key_id,
            key.public_key,
            now,
        )
        return added is not None

    async def revoke_partner_key(self, name: str, key_id: str, now: datetime) -> None:
        await self.db.execute(
            "update partner_keys set revoked_at = $3"
            " where partner = $1 and key_id = $2 and revoked_at is null",
            name,
            key_id,
            now,
        )

    async def lock_partner(self, name: str) -> Partner | None:
        """Nobody changes it before this transaction ends."""
        row = await self.db.fetchrow(_LOCKED, name)
        return _partner(row) if row else None

    async def partner(self, name: str) -> Partner | None:
        row = await self.db.fetchrow(_ONE, name)
        return _partner(row) if row else None

    async def partners_after(self, name: str, limit: int) -> Sequence[Partner]:
        """In order of name."""
        return [_partner(row) for row in await self.db.fetch(_PAGE, name, limit)]

    async def save_partner(self, partner: Partner, now: datetime) -> None:
        """Its state and its terms; keys are kept by themselves."""
        await self.db.execute(
            "update partners set state = $2, version = $3, updated_at = $4, allowed_types = $5,"
            " accounts = $6, command_limit_minor = $7, daily_limit_minor = $8, per_minute = $9,"
            " suspended_because = $10, event_accounts = $11, event_types = $12 where name = $1",
            partner.name,
            partner.state,
            partner.version,
            now,
            list(partner.allowed_types),
            list(partner.accounts),
            partner.command_limit_minor,
            partner.daily_limit_minor,
            partner.per_minute,
            partner.suspended_because,
            list(partner.event_accounts),
            list(partner.event_types),
        )

    async def set_partner_password(self, name: str, password_hash: str, now: datetime) -> None:
        await self.db.execute(
            "update partners set password_hash = $2, updated_at = $3 where name = $1",
            name,
            password_hash,
            now,
        )

    async def lanes_after(self, name: str, limit: int) -> Sequence[Lane]:
        """In order of name."""
        rows = await self.db.fetch(
            "select name, password_hash, state <> 'closed' as is_open from partners"
            " where name > $1 order by name limit $2",
            name,
            limit,
        )
        return [Lane(**dict(row)) for row in rows]


def _partner(row: asyncpg.Record) -> Partner:
    return Partner(
        name=row["name"],
        state=PartnerState(row["state"]),
        suspended_because=Suspension(why) if (why := row["suspended_because"]) else None,
        allowed_types=tuple(Offer(each) for each in row["allowed_types"]),
        accounts=tuple(row["accounts"]),
        event_accounts=tuple(row["event_accounts"]),
        event_types=tuple(Heard(each) for each in row["event_types"]),
        currency=Currency(row["currency"]),
        command_limit_minor=row["command_limit_minor"],
        daily_limit_minor=row["daily_limit_minor"],
        per_minute=row["per_minute"],
        keys=tuple(
            PartnerKey(key_id=key_id, public_key=public_key)
            for key_id, public_key in zip(row["key_ids"], row["public_keys"], strict=True)
        ),
        version=row["version"],
        created_at=row["created_at"],
    )
