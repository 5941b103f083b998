"""What the gateway is asked of its own tables: who is behind a cookie."""

from datetime import UTC, datetime

from sqlalchemy import select
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
