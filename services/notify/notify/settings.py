"""What notify needs from its environment: what every service needs, nothing more."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of notify."""
