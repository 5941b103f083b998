"""The registry, put together: the only place where its objects are built."""

from chassis.scanner import Clamd, NoScanner
from chassis.service import Service
from chassis.store import FolderStore
from registry import api
from registry.consumers import consumers
from registry.settings import Settings


def build(settings: Settings) -> Service:
    """Give the registry, ready to be served."""
    service = Service("registry", settings, routers=(api.router,), consumers=consumers)
    service.app.state.store = FolderStore(settings.evidence_dir)
    service.app.state.scanner = Clamd(settings.clamd_address) if settings.clamd_address else NoScanner()
    return service
