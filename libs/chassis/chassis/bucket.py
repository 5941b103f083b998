"""Files that people hand in, in a bucket of any server that speaks S3 (the port is ``chassis.store``)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from chassis.errors import Unavailable
from chassis.store import Received, UnfitStoreError

if TYPE_CHECKING:
    # Only a type checker can see it.
    from obstore.store import S3Config

log = structlog.get_logger()

_PIECE: Final = 64 * 1024
# S3 takes no smaller parts; two of them at once are all of a file that is ever in memory.
_PART: Final = 5 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
_CHECK_SECONDS: Final = 3.0
_MARK: Final = "kho-minh-chung"
"""A name without content: it is there wherever the registry has been able to write once."""


class BucketStore:
    """A bucket, or what lies below a prefix in it. Nothing is ever removed from it.

    Credentials are the client's to find, by the standard names (``AWS_ACCESS_KEY_ID`` and the others, or the machine's role).
    Whoever asks while the bucket does not answer, or does not let us in, gets ``Unavailable``.
    """

    def __init__(self, url: str, incoming: Path, *, endpoint: str | None = None, region: str | None = None) -> None:
        """Take ``s3://bucket`` or ``s3://bucket/prefix``; asks nothing of the network yet."""
        self.incoming = incoming
        self._url = url
        # The server sums up every part too: what was hurt on the way is refused.
        config: S3Config = {"checksum_algorithm": "SHA256"}
        if endpoint:
            config["endpoint"] = endpoint.rstrip("/")
        if region:
            config["region"] = region
        self._bucket = S3Store.from_url(
            url.rstrip("/"),
            config=config,
            client_options={
                "allow_http": bool(endpoint and endpoint.startswith("http://")),
                "connect_timeout": timedelta(seconds=5),
                "read_timeout": timedelta(seconds=30),
                # The whole of a request: a reader on a slow line takes long, and that is no fault.
                "timeout": timedelta(hours=1),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
        )

    async def keep(self, received: Received) -> None:
        place = _place(received.digest)
        with self._told(BaseError, FileNotFoundError):
            if not await self._holds(place, received.size):
                # Whole or not at all: parts become a file only by the last request.
                await self._bucket.put_async(place, received.path, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE)

    async def read(self, digest: bytes) -> AsyncIterator[bytes]:
        with self._told(BaseError):
            found = await self._bucket.get_async(_place(digest))
            async for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    async def check(self) -> None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                if not await self._holds(_MARK, 0):
                    await self._bucket.put_async(_MARK, b"")
        except TimeoutError:
            raise Unavailable(self._away()) from None
        except FileNotFoundError:
            raise UnfitStoreError(
                f"không có kho minh chứng {self._url}; hãy tạo bucket này hoặc sửa EVIDENCE_STORE"
            ) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise UnfitStoreError(
                f"kho minh chứng {self._url} từ chối quyền ({_code(error)}); hãy xem AWS_ACCESS_KEY_ID, "
                "AWS_SECRET_ACCESS_KEY và các quyền GetObject, PutObject, ListBucket"
            ) from None
        except BaseError as error:
            log.warning("store.away", error=str(error))
            raise Unavailable(self._away()) from None

    async def _holds(self, place: str, size: int) -> bool:
        try:
            found = await self._bucket.head_async(place)
        except FileNotFoundError:
            return False
        return found["size"] == size

    @contextmanager
    def _told(self, *trouble: type[Exception]) -> Iterator[None]:
        """Say what goes wrong in words for whoever handed in or asked; the client's own go into the log."""
        try:
            yield
        except trouble as error:
            log.warning("store.away", error=str(error))
            raise Unavailable("Kho minh chứng tạm thời không trả lời. Hãy thử lại sau ít phút.") from None

    def _away(self) -> str:
        return f"kho minh chứng {self._url} không trả lời; hãy xem AWS_ENDPOINT_URL, AWS_REGION, khóa truy cập và đường mạng"


def _place(digest: bytes) -> str:
    named = digest.hex()
    return f"{named[:2]}/{named}"


def _code(error: BaseError) -> str:
    """Give S3's own word, as ``SignatureDoesNotMatch``, for an operator looks it up; the rest may quote the request."""
    _, _, after = str(error).partition("<Code>")
    return after.partition("</Code>")[0] or type(error).__name__
