"""The gateway, put together: the only place where its objects are built."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.identity import Signer, load_key
from chassis.service import Service
from gateway import actions, api, pages
from gateway.heads import Headships
from gateway.live import Watchers
from gateway.presence import Presence
from gateway.services import Upstreams
from gateway.settings import Settings


def build(settings: Settings) -> Service:
    """Give the gateway, ready to be served."""
    upstreams = Upstreams(settings.upstreams(), Signer(load_key(settings.identity_key)))
    heads = Headships(upstreams)
    watchers, presence = Watchers(heads.hear), Presence()

    @asynccontextmanager
    async def around(service: Service) -> AsyncIterator[None]:
        if settings.accounts_file:
            async with service.engine.begin() as db:
                await actions.take_in(db, actions.ACCOUNTS_FILE.validate_json(settings.accounts_file.read_bytes()))
        yield
        await watchers.stop()
        await presence.stop()
        await upstreams.close()

    follow = (watchers.follow, presence.follow)
    service = Service("gateway", settings, routers=(api.router, pages.router), around=around, on_bus=follow)
    service.app.state.upstreams = upstreams
    service.app.state.watchers = watchers
    service.app.state.presence = presence
    service.app.state.heads = heads
    service.app.add_middleware(api.BodyLimit)
    pages.mount(service.app, settings.assets_dir)
    return service
