"""A service, running: engine first, bus second, HTTP last; left in reverse."""

import asyncio
import contextlib
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import errors, standard_api, surroundings
from chassis.bus import Batcher, Consumers, Intake
from chassis.db import make_engine
from chassis.events import Source, Tx
from chassis.identity import Verifier, load_key
from chassis.pull import StandingRequest
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.store import Store
from chassis.surroundings import ConfigurationError
from chassis.telemetry import configure
from contracts.catalog import LISTENERS, STREAM, UnknownEventTypeError, event_class

log = structlog.get_logger()

EXIT_BUS_LOST: Final = 70
EXIT_CONFIGURATION: Final = 78
_STOP_SECONDS: Final = 6
_WATCH_SECONDS: Final = 2.0
_ANSWER_SECONDS: Final = 2.0
IDLE_LINE_SECONDS: Final = 30
"""How long an idle line of HTTP is kept open. A caller lets go earlier: a request sent as the line closes is lost."""
_COLLECT_AFTER: Final = 20_000


@asynccontextmanager
async def _nothing(_service: "Service") -> AsyncIterator[None]:
    yield


class Service:
    """One of the five processes. ``app.py`` of each service builds it and nothing else does.

    ``around`` is entered before the first request and left after the last; ``on_bus`` are called once NATS is there.
    ``store`` is where files are kept, by those services that keep any.
    """

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        routers: tuple[APIRouter, ...],
        consumers: Consumers | None = None,
        around: Callable[["Service"], AbstractAsyncContextManager[None]] = _nothing,
        on_bus: tuple[Callable[[Client], Awaitable[None]], ...] = (),
        store: Store | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.source = Source(settings.agency_code, name)
        self.engine: AsyncEngine = make_engine(settings.database_url, name=name)
        self.verifier = Verifier(load_key(settings.identity_key), audience=name)
        self.broker = self._make_broker()
        self.stopping = asyncio.Event()
        self.exit_code = 0
        self._consumers = consumers or Consumers(name)
        self._consumers.complete()
        self._around = around
        self._on_bus = on_bus
        self.store = store
        self._batcher = Batcher(self.engine, self.source, self._consumers, self.wake_relay)
        self._relay: Relay | None = None
        self._bus_trouble: str | None = "chưa nối với NATS"
        self.app = FastAPI(
            title=f"Thi đua – {name}",
            version="1",
            lifespan=self._lifespan,
            telemetry={"operation_spans": False, "auto_configure": False},
            docs_url=None,
            redoc_url=None,
        )
        self.app.state.service = self
        self.app.state.store = store
        errors.install(self.app)
        errors.document(self.app)
        # Paths are tried in their order: what this service is there for stands before what all have.
        for router in (*routers, standard_api.router):
            self.app.include_router(router)

    def wake_relay(self) -> None:
        """Say that a transaction with events has just committed."""
        if self._relay:
            self._relay.wake()

    async def take_again(self, tx: Tx, letter: dict[str, Any]) -> None:
        """Take a parked event up in this transaction; raises ``Conflict`` while it cannot be read."""
        try:
            await self._batcher.take_up(tx, [event_class(letter["type"]).decoded(letter["payload"])])
        except (ValidationError, UnknownEventTypeError) as error:
            raise errors.Conflict("Sự kiện này vẫn không đọc được. Có thể bỏ qua nó, kèm lý do.") from error

    async def trouble(self) -> str | None:
        """Say what stands in the way of progress, or None: the database, the bus and the relay are asked."""
        if sentence := await surroundings.trouble(self.engine, self.store):
            return sentence
        if self._bus_trouble:
            return self._bus_trouble
        if not self.nats.is_connected:
            return "mất liên lạc với NATS"
        return self._relay.trouble if self._relay else "chưa chạy bộ chuyển sự kiện"

    @property
    def nats(self) -> Client:
        """The one connection of this process to the bus."""
        return self.broker.connection

    def fail(self, sentence: str, code: int) -> None:
        """Stop this process in order, with a sentence for the operator and a code for the supervisor."""
        log.critical("service.stops", reason=sentence)
        print(f"{self.name}: {sentence}", file=sys.stderr, flush=True)
        self.exit_code = self.exit_code or code
        self.stopping.set()

    def _make_broker(self) -> NatsBroker:
        seed = self.settings.nats_nkey_seed
        return NatsBroker(
            self.settings.nats_servers,
            security=NatsNKey(seed) if seed else None,
            name=f"thidua-{self.name}",
            inbox_prefix=f"_INBOX_{self.name}",
            # Each event of a batch is acknowledged for itself.
            ack_policy=AckPolicy.MANUAL,
            # Never give up: a closed connection would freeze FastStream's pull loop.
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=5,
            max_outstanding_pings=2,
            graceful_timeout=_STOP_SECONDS,
            error_cb=self._on_bus_error,
            closed_cb=self._on_bus_closed,
            logger=None,
            # Its injection takes every message through a thread; ours has one argument, the message.
            apply_types=False,
            serializer=None,
        )

    async def _on_bus_error(self, error: Exception) -> None:
        words = str(error)
        if "permissions violation" in words.lower():
            self.fail(f"bị từ chối quyền trên NATS: {words}", EXIT_BUS_LOST)
        else:
            log.warning("bus.error", error=words or type(error).__name__)

    async def _on_bus_closed(self) -> None:
        if not self.stopping.is_set():
            self.fail("kết nối NATS đã đóng hẳn", EXIT_BUS_LOST)

    def _on_bus_ended(self, bus: asyncio.Task[None]) -> None:
        """Never stay, ready and idle, when what moves events has died of something nobody thought of."""
        if not self.stopping.is_set():
            self.fail(f"phần nối với NATS đã dừng: {bus.exception()!r}", EXIT_BUS_LOST)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        # HTTP opens at once: while the bus is away a report is still taken, its events wait in the log.
        bus = asyncio.create_task(self._run_bus(), name="bus")
        bus.add_done_callback(self._on_bus_ended)
        try:
            async with self._around(self):
                yield
        finally:
            self.stopping.set()
            if self._relay:
                self._relay.stop()
            bus.cancel()
            await ended(bus, within=_STOP_SECONDS / 4)
            await ended(asyncio.create_task(self.broker.stop()), within=_STOP_SECONDS)
            await ended(asyncio.create_task(self.engine.dispose()), within=_STOP_SECONDS / 4)

    async def _run_bus(self) -> None:
        if not self._consumers.empty:
            self._subscribe()
        try:
            await self.broker.connect()
            if not self._consumers.empty:
                await self._check_durable()
            await self.broker.start()
            for subscriber in self.broker.subscribers:
                standing = StandingRequest(self.nats, self.name)
                await standing.open()
                subscriber.subscription.fetch = standing.fetch  # type: ignore[attr-defined]
        except ConfigurationError as error:
            self.fail(str(error), EXIT_CONFIGURATION)
            return
        except NatsError as error:
            self.fail(f"không dùng được NATS: {error}", EXIT_BUS_LOST)
            return
        for each in self._on_bus:
            await each(self.nats)
        self._bus_trouble = None
        self._relay = Relay(self.engine, self.nats, poll_seconds=self.settings.relay_poll_seconds)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._relay.run())
            tasks.create_task(self._watch_stream())

    def _subscribe(self) -> None:
        intake = Intake(
            self.engine,
            self._batcher,
            self.name,
            attempts=self.settings.redelivery_attempts,
            first_delay=self.settings.redelivery_seconds,
        )

        async def undecoded(message: Any) -> Any:
            return message

        self.broker.subscriber(
            durable=self.name,
            # Streams and durables belong to the topology; declaring here would overwrite its settings.
            stream=JStream(STREAM, declare=False),
            config=ConsumerConfig(filter_subjects=_subjects(self.name)),
            # How they are asked for is ours (StandingRequest): "one" has it hand over what there is, however much.
            pull_sub=PullSub(batch_size=1, timeout=5, batch=True),
            inbox_prefix=f"_INBOX_{self.name}.".encode(),
            decoder=undecoded,
        )(intake.take)

    async def _check_durable(self) -> None:
        """Wait until the bus tells of the durable; refuse to run without it, or on one for other events."""
        while not self.stopping.is_set():
            try:
                await self._look_at_durable()
            except (NatsError, TimeoutError):
                # Under narrow rights a missing durable is a time-out too; the bus may also just be starting.
                self._bus_trouble = f"NATS chưa trả lời về bộ nhận “{self.name}”"
                await asyncio.sleep(0.5)
            else:
                return

    async def _watch_stream(self) -> None:
        """Know when somebody deletes or changes the durable of a running service, or the cluster has lost its quorum.

        Nothing else would tell: the connection stays, and nothing comes.
        """
        while not self.stopping.is_set():
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                await self._look_at_stream()
            except ConfigurationError as error:
                self._bus_trouble = str(error)
                log.critical("bus.durable_is_unfit", reason=self._bus_trouble)
            except (NatsError, TimeoutError):
                self._bus_trouble = f"NATS không trả lời về luồng {STREAM}"
            else:
                self._bus_trouble = None

    async def _look_at_stream(self) -> None:
        """Ask whoever leads what this service lives on; raises as ``_look_at_durable`` does, and ``NatsError`` without answer."""
        if self._consumers.empty:
            await self.nats.jetstream(timeout=_ANSWER_SECONDS).stream_info(STREAM)
        else:
            await self._look_at_durable()

    async def _look_at_durable(self) -> None:
        """Raise ``ConfigurationError`` when the durable is missing or delivers other events than the contracts name."""
        try:
            found = await self.nats.jetstream(timeout=_ANSWER_SECONDS).consumer_info(STREAM, self.name)
        except NotFoundError:
            raise ConfigurationError(
                f"luồng {STREAM} chưa có bộ nhận “{self.name}”; hãy áp dụng cấu hình NATS"
            ) from None
        subjects = found.config.filter_subjects or [found.config.filter_subject or ""]
        if sorted(subjects) != sorted(_subjects(self.name)):
            raise ConfigurationError(
                f"bộ nhận “{self.name}” trên NATS nhận {sorted(subjects)}, hợp đồng ghi {sorted(_subjects(self.name))}"
            )


async def ended(task: asyncio.Task[None], *, within: float) -> None:
    """Wait for a task, so long and no longer.

    Cancelling and waiting, as ``asyncio.wait_for`` does, can wait for ever: what runs inside may swallow the cancellation,
    as Python 3.11's own ``wait_for`` does now and then, and nats-py is full of it.
    """
    done, late = await asyncio.wait({task}, timeout=within)
    for each in late:
        where = io.StringIO()
        each.print_stack(file=where)
        log.warning("service.left_behind", task=each.get_name(), where=where.getvalue())
    for each in done:
        if not each.cancelled() and (error := each.exception()):
            log.warning("service.ended_badly", task=each.get_name(), error=repr(error))


def _subjects(service: str) -> list[str]:
    return [f"{payload.event_type}.*" for payload in LISTENERS.get(service, ())]


async def _serve(service: Service) -> int:
    config = uvicorn.Config(
        service.app,
        host=service.settings.http_host,
        port=service.settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        # The one who asks is the gateway, which says who it asks for in a signed header.
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=IDLE_LINE_SECONDS,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopping.set)
    try:
        await surroundings.check(service.engine, service.store)
    except ConfigurationError as error:
        service.fail(str(error), EXIT_CONFIGURATION)
        return service.exit_code

    async def stop_when_told() -> None:
        await service.stopping.wait()
        server.should_exit = True

    stopper = asyncio.create_task(stop_when_told())
    # Our own handlers: uvicorn's raise the signal again at the end, and a clean stop would look like a death.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    try:
        await server.serve()
    except SystemExit:
        # uvicorn's word for a start that failed; its log says whether the port or our own lifespan was the reason.
        return service.exit_code or EXIT_CONFIGURATION
    finally:
        stopper.cancel()
    return service.exit_code


def run(name: str) -> None:
    """Be the service ``name`` until SIGTERM or SIGINT; ends the process.

    Exit codes: 0 clean; 70 the bus was lost for good or a right was violated; 78 the surroundings are not right.
    """
    try:
        settings = importlib.import_module(f"{name}.settings").Settings()
    except ValidationError as error:
        for each in error.errors():
            print(f"{name}: {'.'.join(map(str, each['loc'])).upper()}: {each['msg']}", file=sys.stderr)
        sys.exit(EXIT_CONFIGURATION)
    provider = configure(name, settings.otel_exporter_otlp_endpoint, settings.trace_share)

    async def main() -> None:
        service: Service = importlib.import_module(f"{name}.app").build(settings)
        # What was made until now stays; the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER)
        code = await _serve(service)
        provider.shutdown()
        sys.stdout.flush()
        # All that had to end has ended. Leaving the loop would wait for every task that swallowed its cancellation.
        os._exit(code)

    uvloop.run(main())


if __name__ == "__main__":
    run(sys.argv[1])
