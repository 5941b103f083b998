"""The registry, put together: the only place where its objects are built."""

from chassis.service import Service
from registry import api
from registry.consumers import consumers
from registry.settings import Settings


def build(settings: Settings) -> Service:
    """Give the registry, ready to be served."""
    return Service("registry", settings, routers=(api.router,), consumers=consumers)
