"""Who acts, as one service tells another: a short signed token (EdDSA over Ed25519, RFC 8037), checked by each service.

The gateway signs for one service (``aud``) and five minutes at most; a service authorises on role × scope again.
"""

import json
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.errors import Forbidden, Unauthenticated
from chassis.files import write_private

HEADER: Final = "Thidua-Identity"
LIFETIME_SECONDS: Final = 300
_ALGORITHM: Final = "Ed25519"
_LEEWAY_SECONDS: Final = 10
_NOT_VALID: Final = "Danh tính không hợp lệ hoặc đã hết hạn. Hãy đăng nhập lại."
_KEPT_SECONDS: Final = 60
_KEPT: Final = 4096
"""A token costs a signature on one side and its check on the other; whoever acts twice in a minute costs them once."""


class Grant(BaseModel):
    """A role within one scope: a unit, a block or the city, by its id."""

    model_config = ConfigDict(frozen=True)

    role: str
    scope: UUID


class Identity(BaseModel):
    """An account, the post it stands for, and what it may do where."""

    model_config = ConfigDict(frozen=True)

    account: str
    post: str
    grants: tuple[Grant, ...] = ()

    def holds(self, role: str, *scope: UUID | None) -> bool:
        """Tell whether this identity has the role: where no scope is named anywhere, else in that one; in None nobody has."""
        return any(grant.role == role and (not scope or grant.scope in scope) for grant in self.grants)

    def require(self, *allowed: str | tuple[str, UUID | None], who_may: str) -> None:
        """Refuse unless a role is held: one that stands alone anywhere, one with a scope there and, where that is None, nowhere.

        ``who_may`` names in words who could do it. Raises ``Forbidden``.
        """
        if not any(self.holds(each) if isinstance(each, str) else self.holds(*each) for each in allowed):
            raise Forbidden(f"{self.post} không làm được việc này. Người làm được: {who_may}.")


def make_key() -> OKPKey:
    """Make a new signing key."""
    return OKPKey.generate_key("Ed25519")


def write_key(key: OKPKey, path: Path, *, private: bool) -> None:
    """Write a key as a JWK, whole or not at all; the private half is for the gateway's eyes only."""
    write_private(path, json.dumps(key.as_dict(private=private)))


def load_key(path: Path) -> OKPKey:
    """Read a JWK from a file."""
    return OKPKey.import_key(json.loads(path.read_text()))


class Signer:
    """The gateway's half."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key
        self._signed = lru_cache(_KEPT)(self._sign)

    def sign(self, identity: Identity, audience: str) -> str:
        """Give a token that only ``audience`` accepts, for four minutes at least and five at most."""
        return self._signed(identity, audience, int(time.time()) // _KEPT_SECONDS)

    def _sign(self, identity: Identity, audience: str, _minute: int) -> str:
        now = int(time.time())
        claims = {**identity.model_dump(mode="json"), "aud": audience, "iat": now, "exp": now + LIFETIME_SECONDS}
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])


class Verifier:
    """A service's half."""

    def __init__(self, key: OKPKey, audience: str) -> None:
        self._key = key
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._proven = lru_cache(_KEPT)(self._prove)

    def verify(self, token: str | None) -> Identity:
        """Give the identity that a token proves; raises ``Unauthenticated``."""
        if not token:
            raise Unauthenticated("Yêu cầu này không mang danh tính. Hãy đi qua cổng.")
        identity, ends = self._proven(token)
        if time.time() > ends + _LEEWAY_SECONDS:
            raise Unauthenticated(_NOT_VALID)
        return identity

    def _prove(self, token: str) -> tuple[Identity, int]:
        """Check a token once; what stays to be checked is that it has not ended."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            self._claims.validate(claims)
            if claims["exp"] - claims["iat"] > LIFETIME_SECONDS:
                raise Unauthenticated("Danh tính có thời hạn quá dài.")
            return Identity.model_validate(claims), claims["exp"]
        except (JoseError, ValidationError, ValueError) as error:
            raise Unauthenticated(_NOT_VALID) from error


def scopes(identity: Identity, role: str) -> Iterable[UUID]:
    """Give the scopes in which the identity holds a role."""
    return (grant.scope for grant in identity.grants if grant.role == role)
