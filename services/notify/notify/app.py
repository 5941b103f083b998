"""Notify, put together: the only place where its objects are built."""

from chassis.service import Service
from notify import api
from notify.consumers import consumers
from notify.settings import Settings


def build(settings: Settings) -> Service:
    """Give notify, ready to be served."""
    return Service("notify", settings, routers=(api.router,), consumers=consumers)
