"""What every service needs from its environment. Names are read without a prefix, in capitals."""

from pathlib import Path

import nkeys
from pydantic import Field, FilePath, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.db import asyncpg_url
from chassis.identity import load_key


def nats_servers(url: str) -> list[str]:
    """Take ``NATS_URL`` apart; the client itself would read several addresses as one."""
    return [each.strip() for each in url.split(",") if each.strip()]


class ServiceSettings(BaseSettings):
    """The part of the environment that all services share; each service adds its own in its ``settings.py``."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str
    """``postgresql://role:password@host:port/database``, or with ``?host=/socket/folder``: this service's own database."""

    nats_url: str
    """``nats://host:port``; the servers of a cluster with commas between them."""

    nats_nkey_seed: FilePath | None = None
    """The file with this service's NKey seed; without one the connection is anonymous."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65535)
    """0 takes a free port, which only tests want."""

    identity_key: FilePath
    """The key that identities are checked with: the gateway's public key (the private one for the gateway itself)."""

    agency_code: str = Field(default="000.00.00.H35", pattern=r"^[A-Za-z0-9.]+$")
    """QCVN 102:2016/BTTTT; it stands in the ``source`` of every event. H35 = Lai Châu, unconfirmed."""

    otel_exporter_otlp_endpoint: str | None = None
    """Traces leave the process only when this is set."""

    trace_share: float = Field(default=1.0, ge=0, le=1)
    """The share of the traces beginning here that is recorded."""

    relay_poll_seconds: float = Field(default=0.5, gt=0)
    """How long a pending event may wait when nobody woke the relay (a crash between commit and wake-up)."""

    redelivery_seconds: float = Field(default=1.0, gt=0)
    """The first delay after a failed delivery; it doubles, with jitter, up to a minute."""

    redelivery_attempts: int = Field(default=8, ge=1)
    """How often an event is tried before it is parked in the dead-letter table."""

    @property
    def nats_servers(self) -> list[str]:
        """Give every server that ``nats_url`` names."""
        return nats_servers(self.nats_url)

    @field_validator("database_url")
    @classmethod
    def _asyncpg(cls, url: str) -> str:
        return asyncpg_url(url)

    @field_validator("identity_key")
    @classmethod
    def _readable_key(cls, path: Path) -> Path:
        try:
            load_key(path)
        except Exception as error:
            raise ValueError(f"{path} không phải tệp khóa JWK ({type(error).__name__}: {error})") from error
        return path

    @field_validator("nats_nkey_seed")
    @classmethod
    def _readable_seed(cls, path: Path | None) -> Path | None:
        try:
            if path:
                nkeys.from_seed(bytearray(path.read_bytes().strip()))
        except Exception as error:
            # Never the text of the error: it might quote the seed.
            raise ValueError(f"{path} không phải tệp khóa NKey ({type(error).__name__})") from error
        return path
