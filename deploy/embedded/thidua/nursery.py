"""Imported once, in the fork server, for all five services: each is then a fork of it, in milliseconds and few pages.

Nothing here may start a thread or an event loop: a fork would take a copy that does not run.
"""

import gc
import importlib

from contracts.catalog import SERVICES

PRELOADED = tuple(
    importlib.import_module(name)
    for name in (
        *(f"{service}.{part}" for service in SERVICES for part in ("settings", "app")),
        "thidua.prepare",
        "thidua.load",
        # What these import at the last moment, and each service would import again for itself.
        "fastapi.telemetry._runtime",
        "uvicorn.lifespan.on",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
    )
)

# What was imported never dies. Frozen, its pages are not touched by the collector, and so not copied.
gc.collect()
gc.freeze()
