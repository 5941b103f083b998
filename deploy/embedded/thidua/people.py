"""The demo accounts: who they are stands in the data folder, their passwords are made at the first start."""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any, Final

from chassis.files import write_private
from thidua.home import Home

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on a projector: i l o 0 1."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the gateway takes it in: ``grants`` are ``{"role", "scope"}`` with the scope's UUID."""

    account: str
    post: str
    password: str
    grants: tuple[dict[str, str], ...]

    def holds(self, role: str) -> bool:
        """Tell whether it has this role anywhere."""
        return any(grant["role"] == role for grant in self.grants)


def known_accounts(home: Home) -> list[Account]:
    """Read the accounts that were made; empty before the first start."""
    try:
        return [Account(**{**each, "grants": tuple(each["grants"])}) for each in json.loads(home.accounts.read_text())]
    except FileNotFoundError:
        return []


def ensure_accounts(home: Home, wanted: list[dict[str, Any]]) -> list[Account]:
    """Write the accounts file of the gateway; a password that was made once stays."""
    passwords = {each.account: each.password for each in known_accounts(home)}
    accounts = [
        Account(
            account=each["account"],
            post=each["post"],
            password=passwords.get(each["account"]) or _password(),
            grants=tuple(each["grants"]),
        )
        for each in wanted
    ]
    write_private(home.accounts, json.dumps([asdict(each) for each in accounts], ensure_ascii=False, indent=2))
    return accounts


def _password() -> str:
    """Make a password that can be read aloud: three groups of four, 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
