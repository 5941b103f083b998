"""What the gateway is asked of its own tables: who is behind a cookie, and who holds which rights."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.identity import Grant, Identity
from gateway.actions import token_hash
from gateway.tables import accounts, sessions


async def behind(db: AsyncConnection, token: str) -> Identity | None:
    """Give the identity of a session cookie, with the grants of this very moment; None when it is over."""
    row = (
        await db.execute(
            select(accounts.c.account, accounts.c.post, accounts.c.grants)
            .join(sessions, sessions.c.account == accounts.c.account)
            .where(sessions.c.token == token_hash(token), sessions.c.expires_at > datetime.now(UTC))
        )
    ).one_or_none()
    if row is None:
        return None
    return Identity(account=row.account, post=row.post, grants=tuple(Grant.model_validate(each) for each in row.grants))


async def posts_of(db: AsyncConnection, scopes: Collection[str]) -> list[str]:
    """Name the posts that hold a right in one of these units or blocks."""
    held = or_(False, *[accounts.c.grants.contains([{"scope": scope}]) for scope in scopes])
    return list((await db.execute(select(accounts.c.post).where(held).order_by(accounts.c.post))).scalars())


async def list_accounts(db: AsyncConnection, *, after: str, limit: int) -> list[dict[str, Any]]:
    """Give one page of the accounts by name, each with its post and grants and without its password."""
    shown = select(accounts.c.account, accounts.c.post, accounts.c.grants)
    page = shown.where(accounts.c.account > after).order_by(accounts.c.account).limit(limit)
    return [dict(row) for row in (await db.execute(page)).mappings()]
