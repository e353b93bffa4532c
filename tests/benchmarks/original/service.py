"""The original's service: one transfer is two locked balances and two rows, in one commit."""

import os
from decimal import Decimal
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from tests.benchmarks.original.tables import Account, Transaction

app = FastAPI()
engine = create_async_engine(os.environ["ORIGINAL_DATABASE_URL"], pool_size=20, max_overflow=0)
_sessions = async_sessionmaker(engine, expire_on_commit=False)


class TransferBody(BaseModel):
    from_account: str
    to_account: str
    amount: Decimal = Field(gt=0, decimal_places=2)


class TransferMade(BaseModel):
    transaction_id: int
    status: str
    amount: Decimal
    balance: Decimal


def caller(authorization: Annotated[str, Header()]) -> str:
    token = authorization.removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, os.environ["ORIGINAL_SECRET"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    return str(claims["sub"])


@app.post("/transfers", status_code=201, dependencies=[Depends(caller)])
async def transfer(body: TransferBody) -> TransferMade:
    async with _sessions.begin() as session:
        source, target = await _locked(session, body.from_account, body.to_account)
        if source.balance < body.amount:
            raise HTTPException(422, "insufficient funds")
        source.balance -= body.amount
        target.balance += body.amount
        debit = _row(source, "DEBIT", body.amount)
        session.add_all([debit, _row(target, "CREDIT", body.amount)])
    return TransferMade(
        transaction_id=debit.id, status="COMPLETED", amount=body.amount, balance=source.balance
    )


async def _locked(session: AsyncSession, source: str, target: str) -> tuple[Account, Account]:
    """Both, in one fixed order so that opposite transfers cannot deadlock."""
    wanted = select(Account).where(Account.account_number.in_([source, target]))
    rows = await session.scalars(wanted.order_by(Account.id).with_for_update())
    found = {account.account_number: account for account in rows}
    if len(found) < 2:
        raise HTTPException(404)
    return found[source], found[target]


def _row(account: Account, kind: str, amount: Decimal) -> Transaction:
    return Transaction(
        account_id=account.id, kind=kind, amount=amount, balance_after=account.balance
    )
