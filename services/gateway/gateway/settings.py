"""What the gateway needs from its environment beside what every service needs."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """``identity_key`` is the private key here: the gateway signs, the services check."""

    registry_url: str
    scoring_url: str
    awards_url: str
    notify_url: str

    assets_dir: Path
    """The folder that set-up filled: htmx, the typeface and its tabular figures."""

    accounts_file: Path | None = None
    """JSON with the first accounts (account, post, password, grants); accounts that exist keep their password."""

    cookie_secure: bool = False
    """True wherever the browser comes over HTTPS; false only on one's own machine."""

    session_hours: int = Field(default=12, ge=1)

    def upstreams(self) -> dict[str, str]:
        """Give the address of each service behind the gateway."""
        return {
            "registry": self.registry_url,
            "scoring": self.scoring_url,
            "awards": self.awards_url,
            "notify": self.notify_url,
        }
