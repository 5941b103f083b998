"""What the gateway can do itself: open and close sessions, and take the first accounts in."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated

import anyio.to_thread
from pwdlib import PasswordHash
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Unauthenticated
from chassis.identity import Grant
from gateway.tables import accounts, sessions


class SignInBody(BaseModel):
    """An account and its password, as typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class FirstAccount(BaseModel):
    """One entry of the accounts file."""

    account: str
    post: str
    password: str
    grants: tuple[Grant, ...]


ACCOUNTS_FILE: TypeAdapter[list[FirstAccount]] = TypeAdapter(list[FirstAccount])


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())


def token_hash(token: str) -> bytes:
    """Give what the database knows of a session cookie."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(db: AsyncConnection, body: SignInBody, *, hours: int) -> str:
    """Open a session and give its cookie; raises ``Unauthenticated`` without telling which half was wrong."""
    row = (await db.execute(select(accounts).where(accounts.c.account == body.account.strip()))).one_or_none()
    # An unknown account costs the same time as a wrong password; argon2 must not hold the loop for its 100 ms.
    right = await anyio.to_thread.run_sync(_hasher().verify, body.password, row.password if row else _nobody())
    if row is None or not right:
        raise Unauthenticated("Tài khoản hoặc mật khẩu chưa đúng. Hãy nhập lại; chữ hoa và chữ thường khác nhau.")
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    await db.execute(delete(sessions).where(sessions.c.expires_at < now))
    await db.execute(
        insert(sessions).values(token=token_hash(token), account=row.account, expires_at=now + timedelta(hours=hours))
    )
    return token


async def sign_out(db: AsyncConnection, token: str) -> None:
    """Close a session; closing it twice is as good."""
    await db.execute(delete(sessions).where(sessions.c.token == token_hash(token)))


async def take_in(db: AsyncConnection, first: list[FirstAccount]) -> None:
    """Add the accounts that are not there yet; those that are keep their password and take the grants of the file."""
    known = set((await db.execute(select(accounts.c.account))).scalars())
    for each in first:
        row = {"post": each.post, "grants": [grant.model_dump(mode="json") for grant in each.grants]}
        if each.account in known:
            await db.execute(accounts.update().where(accounts.c.account == each.account).values(**row))
        else:
            password = await anyio.to_thread.run_sync(_hasher().hash, each.password)
            await db.execute(insert(accounts).values(account=each.account, password=password, **row))
