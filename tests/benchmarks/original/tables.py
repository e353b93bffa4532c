"""The original's two tables, as its ORM sees them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, func, insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DATABASE = "original"
DEPOSIT = Decimal("10000000.00")


class Base(DeclarativeBase): ...


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_number: Mapped[str] = mapped_column(unique=True)
    balance: Mapped[Decimal] = mapped_column(Numeric(15, 2))


class Transaction(Base):
    __tablename__ = "transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(15, 2))
    balance_after: Mapped[Decimal] = mapped_column(Numeric(15, 2))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def create(url: str, account_numbers: list[str]) -> None:
    """Both tables, and these accounts with enough in them."""
    engine = create_async_engine(url)
    rows = [{"account_number": number, "balance": DEPOSIT} for number in account_numbers]
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(Account), rows)
    await engine.dispose()
