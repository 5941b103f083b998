"""The registry, put together: the only place where its objects are built."""

from functools import partial

from chassis.bucket import BucketStore
from chassis.scanner import Clamd, NoScanner
from chassis.service import Service
from chassis.store import FolderStore, Store
from chassis.ticking import every
from registry import actions, api
from registry.consumers import consumers
from registry.settings import Settings


def build(settings: Settings) -> Service:
    """Give the registry, ready to be served."""
    due = partial(actions.remind_of_due, days=settings.remind_days, from_hour=settings.remind_from_hour)
    service = Service(
        "registry",
        settings,
        routers=(api.router,),
        consumers=consumers,
        around=every(settings.remind_seconds, due),
        store=_store(settings),
    )
    service.app.state.scanner = Clamd(settings.clamd_address) if settings.clamd_address else NoScanner()
    return service


def _store(settings: Settings) -> Store:
    if settings.evidence_store is None:
        return FolderStore(settings.evidence_dir)
    return BucketStore(
        settings.evidence_store,
        settings.evidence_dir / "incoming",
        endpoint=settings.aws_endpoint_url,
        region=settings.aws_region,
    )
