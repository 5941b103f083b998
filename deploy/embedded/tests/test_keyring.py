"""Does a house whose parts run apart come to its keys, and do those keys open what is prepared for them?"""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from contracts.catalog import SERVICES
from thidua import keyring, prepare
from thidua.home import Home
from thidua.nats_server import NatsServer
from thidua.postgres import PostgresServer

DATA = Path(__file__).parents[3] / "data" / "lai-chau-2023"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "house")
    made.ensure()
    return made


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_handing_out_again_changes_nothing(home: Home, tmp_path: Path) -> None:
    keyring.hand_out(home, DATA, tmp_path / "keys")
    first = contents(tmp_path / "keys")
    keyring.hand_out(home, DATA, tmp_path / "keys")
    assert contents(tmp_path / "keys") == first


def test_only_the_gateway_can_sign_and_knows_the_accounts(home: Home, tmp_path: Path) -> None:
    keyring.hand_out(home, DATA, tmp_path / "keys")
    handed = contents(tmp_path / "keys")
    assert [service for service in SERVICES if '"d"' in handed[f"{service}/identity.json"]] == ["gateway"]
    assert [name for name in handed if name.endswith("accounts.json")] == ["gateway/accounts.json"]
    assert len({handed[f"{service}/nats.seed"] for service in SERVICES}) == len(SERVICES)


def test_secrets_are_for_their_owner_alone(home: Home, tmp_path: Path) -> None:
    keyring.hand_out(home, DATA, tmp_path / "keys")
    open_to_all = [
        path.name for path in (tmp_path / "keys").rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert open_to_all == ["authorization.conf"]
    assert "SU" not in [
        word[:2] for word in (tmp_path / "keys" / "nats" / "authorization.conf").read_text().split() if len(word) > 50
    ]


async def test_each_key_opens_its_own_database_after_the_preparation(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    keyring.hand_out(home, DATA, keys)
    rights = (keys / "nats" / "authorization.conf").read_text()
    with NatsServer(tmp_path / "nats", config_extra=rights) as bus, PostgresServer(tmp_path / "postgres") as database:
        await asyncio.to_thread(
            prepare.run,
            home=home,
            data=DATA,
            database_url=database.url,
            nats_url=bus.url,
            nats_keys=home.nats_keys,
            demo_date=None,
        )
        place = database.url.partition("?")[2]
        for service in SERVICES:
            monkeypatch.setenv("PGPASSFILE", str(keys / service / "pgpass"))
            own = await asyncpg.connect(f"postgresql://thidua_{service}@/thidua_{service}?{place}")
            assert (await own.fetchval("SELECT ahead FROM business_clock")).total_seconds() == 0
            await own.close()
        with pytest.raises(asyncpg.PostgresError):
            await asyncpg.connect(f"postgresql://thidua_registry@/thidua_registry?{place}")
