"""Scoring, put together: the only place where its objects are built."""

from chassis.service import Service
from scoring import api
from scoring.consumers import consumers
from scoring.settings import Settings


def build(settings: Settings) -> Service:
    """Give scoring, ready to be served."""
    return Service("scoring", settings, routers=(api.router,), consumers=consumers)
