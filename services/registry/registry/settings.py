"""What the registry needs from its environment beside what every service needs."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The registry's settings."""

    evidence_dir: Path
    """The folder where evidence is kept. With ``evidence_store`` files only arrive there, before they are looked through."""

    evidence_store: str | None = Field(default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[A-Za-z0-9._/-]*)?$")
    """``s3://bucket`` or ``s3://bucket/prefix``: evidence is kept there and not in the folder.

    Credentials come by the standard names ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and ``AWS_SESSION_TOKEN``,
    or by the role of the machine; no setting of ours repeats them.
    """

    aws_endpoint_url: str | None = Field(default=None, pattern=r"^https?://[^/]+/?$")
    """``https://host:port`` of a server that speaks S3 where it is not Amazon's; ``http://`` is taken at its word."""

    aws_region: str | None = None
    """The region of the bucket; without one it is ``us-east-1``, and servers of one's own mostly ask for none."""

    clamd_address: str | None = Field(default=None, pattern=r"^.+:[0-9]+$")
    """``host:port`` of ClamAV's daemon; without one every page says of a file that nobody has looked through it."""

    remind_days: list[Annotated[int, Field(ge=0, le=60)]] = Field(default=[3, 1])
    """So many days before a report is due, units that have not sent it are reminded; ``[]`` = never by the clock."""

    remind_from_hour: int = Field(default=8, ge=0, le=23)
    """Not before this hour of such a day, in Vietnam."""

    remind_seconds: float = Field(default=60.0, gt=0)
    """How often it is looked whether such a day has come."""
