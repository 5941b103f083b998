"""What the registry needs from its environment beside what every service needs."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The registry's settings."""

    evidence_dir: Path
    """The folder where evidence is kept; it is made when the first file comes."""

    clamd_address: str | None = Field(default=None, pattern=r"^.+:[0-9]+$")
    """``host:port`` of ClamAV's daemon; without one every page says of a file that nobody has looked through it."""
