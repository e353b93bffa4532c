"""Every SQL statement about customers, each named for what it answers or records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.customer import (
    CreateCustomer,
    Customer,
    CustomerStatus,
    Gender,
    KycStatus,
    UpdateCustomer,
)
from infra.data.store import Store
from services.customer.domain.customers import CustomerExists, customer_number
from services.customer.domain.identity import masked
from services.customer.sealing import vault


@dataclass(frozen=True, slots=True)
class Change:
    """Why a customer is as he is since `changed_at`, and by whom."""

    reason: str
    changed_by: str
    changed_at: datetime


class CustomerStore(Store):
    async def add(
        self,
        command: CreateCustomer,
        *,
        uuid: UUID,
        pan: str | None,
        aadhaar: str | None,
        now: datetime,
    ) -> Customer:
        """Raises CustomerExists when another one has the e-mail, phone or identity number."""
        row = await self.db.fetchrow(
            "insert into customers (uuid, first_name, middle_name, last_name, date_of_birth,"
            " gender, email, phone, address_line1, address_line2, city, state, postal_code,"
            " country, occupation, pan_sealed, pan_digest, aadhaar_sealed, aadhaar_digest,"
            " created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
            " $13, $14, $15, $16, $17, $18, $19, $20, $20) on conflict do nothing returning *",
            uuid,
            *_details(command),
            *_kept(pan, "pan_sealed", uuid),
            *_kept(aadhaar, "aadhaar_sealed", uuid),
            now,
        )
        if row is None:
            raise CustomerExists
        return _customer(row)

    async def replace_details(self, command: UpdateCustomer, now: datetime) -> Customer:
        """Raises CustomerExists when another one has the e-mail or phone."""
        try:
            row = await self.db.fetchrow(
                "update customers set first_name = $2, middle_name = $3, last_name = $4,"
                " date_of_birth = $5, gender = $6, email = $7, phone = $8, address_line1 = $9,"
                " address_line2 = $10, city = $11, state = $12, postal_code = $13, country = $14,"
                " occupation = $15, version = version + 1, updated_at = $16"
                " where id = $1 returning *",
                command.id,
                *_details(command),
                now,
            )
        except asyncpg.UniqueViolationError as error:
            raise CustomerExists from error
        assert row is not None
        return _customer(row)

    async def set_numbers(
        self, customer: Customer, *, pan: str | None, aadhaar: str | None, now: datetime
    ) -> Customer:
        """What is None stays. Raises CustomerExists when another one has the number."""
        try:
            row = await self.db.fetchrow(
                "update customers set pan_sealed = coalesce($2, pan_sealed),"
                " pan_digest = coalesce($3, pan_digest),"
                " aadhaar_sealed = coalesce($4, aadhaar_sealed),"
                " aadhaar_digest = coalesce($5, aadhaar_digest),"
                " version = version + 1, updated_at = $6 where id = $1 returning *",
                customer.id,
                *_kept(pan, "pan_sealed", customer.uuid),
                *_kept(aadhaar, "aadhaar_sealed", customer.uuid),
                now,
            )
        except asyncpg.UniqueViolationError as error:
            raise CustomerExists from error
        assert row is not None
        return _customer(row)

    async def set_status(self, id_: int, status: CustomerStatus, now: datetime) -> Customer:
        row = await self.db.fetchrow(
            "update customers set status = $2, version = version + 1, updated_at = $3"
            " where id = $1 returning *",
            id_,
            status,
            now,
        )
        assert row is not None
        return _customer(row)

    async def set_kyc_status(self, id_: int, status: KycStatus, now: datetime) -> Customer:
        row = await self.db.fetchrow(
            "update customers set kyc_status = $2, version = version + 1, updated_at = $3"
            " where id = $1 returning *",
            id_,
            status,
            now,
        )
        assert row is not None
        return _customer(row)

    async def log(self, customer: Customer, change: Change) -> None:
        """Rows of this log are never changed; each belongs to one version of the customer."""
        await self.db.execute(
            "insert into changes (customer_id, version, status, kyc_status, reason, changed_by,"
            " changed_at) values ($1, $2, $3, $4, $5, $6, $7)",
            customer.id,
            customer.version,
            customer.status,
            customer.kyc_status,
            change.reason,
            change.changed_by,
            change.changed_at,
        )

    async def take_retellings(self, limit: int) -> Sequence[Customer]:
        """Customers still to be told about once more, who are then off the list; locked."""
        rows = await self.db.fetch(
            "select c.* from customers c join retellings r on r.customer_id = c.id"
            " order by c.id limit $1 for no key update of c",
            limit,
        )
        told = [_customer(row) for row in rows]
        await self.db.execute(
            "delete from retellings where customer_id = any($1)", [each.id for each in told]
        )
        return told

    async def lock(self, id_: int) -> Customer | None:
        row = await self.db.fetchrow("select * from customers where id = $1 for no key update", id_)
        return _customer(row) if row else None

    async def find(self, id_: int) -> Customer | None:
        row = await self.db.fetchrow("select * from customers where id = $1", id_)
        return _customer(row) if row else None

    async def newest(
        self, status: CustomerStatus | None, before_id: int, limit: int
    ) -> Sequence[Customer]:
        rows = await self.db.fetch(
            "select * from customers where id < $1 and ($2::text is null or status = $2)"
            " order by id desc limit $3",
            before_id,
            status,
            limit,
        )
        return [_customer(row) for row in rows]

    async def matching(
        self, search: str, status: CustomerStatus | None, before_id: int, limit: int
    ) -> Sequence[Customer]:
        """The newest who have, for each word of `search`, a word that begins with it; without a
        word, nobody."""
        # Materialized, because the planner takes any word for a frequent one and would rather read
        # all customers from the newest down than ask the index for the one who is meant. Each word
        # is quoted, so that whatever people type is only text; folding leaves no quote in it.
        rows = await self.db.fetch(
            "with asked as (select string_agg("
            "'''' || replace(word, '\\', '\\\\') || ''':*', ' & ')::tsquery as words"
            " from unnest(string_to_array(folded($1), ' ')) as word where word <> ''),"
            " found as materialized (select id from customers"
            " where search_words @@ (select words from asked)"
            " and id < $2 and ($3::text is null or status = $3))"
            " select * from customers"
            " where id in (select id from found order by id desc limit $4) order by id desc",
            search,
            before_id,
            status,
            limit,
        )
        return [_customer(row) for row in rows]


def _details(command: CreateCustomer | UpdateCustomer) -> tuple[object, ...]:
    """The fields that both commands have, in the order of the columns."""
    return (
        command.first_name,
        command.middle_name,
        command.last_name,
        command.date_of_birth,
        command.gender,
        command.email,
        command.phone,
        command.address_line1,
        command.address_line2,
        command.city,
        command.state,
        command.postal_code,
        command.country,
        command.occupation,
    )


def _kept(number: str | None, column: str, uuid: UUID) -> tuple[bytes | None, bytes | None]:
    """An identity number as it is stored: sealed, and digested for the unique index."""
    if number is None:
        return None, None
    return vault().seal(number, column, uuid), vault().digest(number, column)


def _shown(row: asyncpg.Record, column: str) -> str | None:
    sealed = row[column]
    return masked(vault().open(sealed, column, row["uuid"])) if sealed else None


def _customer(row: asyncpg.Record) -> Customer:
    return Customer(
        id=row["id"],
        uuid=row["uuid"],
        customer_number=customer_number(row["id"]),
        first_name=row["first_name"],
        middle_name=row["middle_name"],
        last_name=row["last_name"],
        date_of_birth=row["date_of_birth"],
        gender=Gender(row["gender"]),
        email=row["email"],
        phone=row["phone"],
        address_line1=row["address_line1"],
        address_line2=row["address_line2"],
        city=row["city"],
        state=row["state"],
        postal_code=row["postal_code"],
        country=row["country"],
        occupation=row["occupation"],
        pan=_shown(row, "pan_sealed"),
        aadhaar=_shown(row, "aadhaar_sealed"),
        status=CustomerStatus(row["status"]),
        kyc_status=KycStatus(row["kyc_status"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
