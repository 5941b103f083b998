"""Notify, put together: the only place where its objects are built."""

from notify import api
from notify.consumers import consumers
from notify.settings import Settings
from chassis.service import Service


def build(settings: Settings) -> Service:
    """Give notify, ready to be served."""
    return Service("notify", settings, routers=(api.router,), consumers=consumers)
