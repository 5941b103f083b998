"""Awards, put together: the only place where its objects are built."""

from awards import api
from awards.consumers import consumers
from awards.settings import Settings
from chassis.service import Service


def build(settings: Settings) -> Service:
    """Give awards, ready to be served."""
    return Service("awards", settings, routers=(api.router,), consumers=consumers)
