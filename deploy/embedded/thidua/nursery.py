"""Imported once, in the fork server, for all five services: each is then a fork of it, in milliseconds and few pages.

Nothing here may start a thread or an event loop: a fork would take a copy that does not run.
"""

import gc
import importlib

from contracts.catalog import SERVICES

PRELOADED = tuple(
    importlib.import_module(name)
    for name in ("chassis.service", *(f"{service}.app" for service in SERVICES), "thidua.prepare", "thidua.load")
)

# What was imported never dies. Frozen, its pages are not touched by the collector, and so not copied.
gc.collect()
gc.freeze()
