"""The one stream, and one durable per listening service: made and updated here, only bound by the services."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from contracts.catalog import LISTENERS, STREAM

SUBJECTS: Final = ("registry.>", "scoring.>", "awards.>", "notify.>")
MAX_BYTES: Final = 2 * 1024**3
"""With ``discard new`` a full stream stops every relay: watch it from 80 % on."""

_DAY: Final = 86_400.0
_FIXED_STREAM: Final = ("storage", "retention", "deny_delete", "deny_purge")
"""What a server refuses to take back once the stream exists."""
_FIXED_DURABLE: Final = ("deliver_policy", "ack_policy", "replay_policy")


class TopologyError(RuntimeError):
    """What stands on the server cannot become what is wanted; the message is a sentence for people."""


def stream(*, protected: bool = True, max_bytes: int = MAX_BYTES, replicas: int = 1) -> StreamConfig:
    """Describe the stream; ``protected`` (no delete, no purge) can never be taken back, so tests leave it off."""
    return StreamConfig(
        name=STREAM,
        subjects=list(SUBJECTS),
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_age=400 * _DAY,
        max_bytes=max_bytes,
        duplicate_window=30 * 60.0,
        num_replicas=replicas,
        deny_delete=protected,
        deny_purge=protected,
        allow_direct=False,
        allow_atomic=True,
    )


def durable(service: str) -> ConsumerConfig:
    """Describe the durable of a listening service. No ``backoff``: it would replace ``ack_wait``."""
    return ConsumerConfig(
        name=service,
        durable_name=service,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        # So soon a dead taker's events are given to the next; a slow one reminds the server (chassis.bus).
        ack_wait=5.0,
        # The chassis counts and parks; a limit here would let an event fall silent before it is parked.
        max_deliver=-1,
        max_ack_pending=400,
        filter_subjects=sorted(f"{payload.event_type}.*" for payload in LISTENERS[service]),
    )


async def apply(js: JetStreamContext, *, protected: bool = True, max_bytes: int = MAX_BYTES, replicas: int = 1) -> None:
    """Create or update the stream and every durable; raises ``TopologyError`` when what stands cannot be changed."""
    await _apply_stream(js, stream(protected=protected, max_bytes=max_bytes, replicas=replicas))
    for service in LISTENERS:
        await _apply_durable(js, service)
    left = await check(js, protected=protected, max_bytes=max_bytes, replicas=replicas)
    if left:
        raise TopologyError("NATS đã nhận cấu hình nhưng không giữ đúng: " + "; ".join(left))


async def check(
    js: JetStreamContext, *, protected: bool = True, max_bytes: int = MAX_BYTES, replicas: int = 1
) -> list[str]:
    """List every difference between what stands on the server and what is wanted; empty when they agree."""
    wanted = stream(protected=protected, max_bytes=max_bytes, replicas=replicas)
    try:
        standing = (await js.stream_info(STREAM)).config
    except NotFoundError:
        return [f"chưa có luồng {STREAM}"]
    found = [_said(f"luồng {STREAM}", name, values) for name, values in _differences(wanted, standing).items()]
    for service in LISTENERS:
        try:
            consumer = (await js.consumer_info(STREAM, service)).config
        except NotFoundError:
            found.append(f"chưa có bộ nhận {service}")
            continue
        different = _differences(durable(service), consumer)
        found += [_said(f"bộ nhận {service}", name, values) for name, values in different.items()]
    return found


async def _apply_stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        standing = (await js.stream_info(STREAM)).config
    except NotFoundError:
        await _ask(f"tạo luồng {STREAM}", js.add_stream(wanted))
        return
    different = _differences(wanted, standing)
    _refuse_fixed(f"luồng {STREAM}", different, _FIXED_STREAM)
    if different:
        await _ask(f"sửa luồng {STREAM}", js.update_stream(wanted))


async def _apply_durable(js: JetStreamContext, service: str) -> None:
    wanted = durable(service)
    try:
        standing = (await js.consumer_info(STREAM, service)).config
    except NotFoundError:
        await _ask(f"tạo bộ nhận {service}", js.add_consumer(STREAM, wanted))
        return
    different = _differences(wanted, standing)
    _refuse_fixed(f"bộ nhận {service}", different, _FIXED_DURABLE)
    if set(wanted.filter_subjects or ()) - set(standing.filter_subjects or (standing.filter_subject,)):
        # A widened durable goes on from where it is and would never see the older events of the new type. From the
        # beginning it sees them all, and the inbox makes those it knows harmless.
        await js.delete_consumer(STREAM, service)
    if different:
        await _ask(f"sửa bộ nhận {service}", js.add_consumer(STREAM, wanted))


async def _ask(what: str, request: Any) -> None:
    try:
        await request
    except APIError as error:
        raise TopologyError(f"NATS không cho {what}: {error.description} (mã {error.err_code})") from error


def _differences(wanted: object, standing: object) -> dict[str, tuple[Any, Any]]:
    """Compare what we set; what the server adds of its own (metadata, defaults) is its business."""
    found = {}
    for name, value in vars(wanted).items():
        if value is None:
            continue
        there = getattr(standing, name)
        if _plain(there) != _plain(value):
            found[name] = (there, value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value)
    # An absent limit, flag or list is what the server leaves out of its answer.
    return value or None if value != -1 else None


def _refuse_fixed(what: str, different: Mapping[str, tuple[Any, Any]], fixed: tuple[str, ...]) -> None:
    stuck = [_said(what, name, different[name]) for name in fixed if name in different]
    if stuck:
        raise TopologyError(
            "; ".join(stuck)
            + ". NATS không cho đổi mục này sau khi đã tạo: hãy dùng một máy chủ NATS khác, hoặc khôi phục cấu hình cũ."
        )


def _said(what: str, name: str, values: tuple[Any, Any]) -> str:
    there, wanted = values
    return f"{what}: {name} đang là {_shown(there)}, cần {_shown(wanted)}"


def _shown(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)
