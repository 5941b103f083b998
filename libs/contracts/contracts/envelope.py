"""The envelope every event travels in: CloudEvents 1.0, structured JSON.

Sources: CloudEvents 1.0 (attribute names are lowercase letters and digits), W3C Trace Context (``traceparent``).
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Generic, Literal, Self, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer


def plain(value: Decimal) -> str:
    """Write a decimal as digits: never an exponent, never a float on the way."""
    return format(value, "f")


Amount = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
"""A decimal that is exact on the wire: a JSON string such as ``"94.25"``."""

GivenAmount = Annotated[Amount, Field(max_digits=30)]
"""An amount from outside: ``"1E+3000000"`` is short to write and takes minutes to compute with, so digits are counted first."""

GivenNumber = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""A whole number from outside, no larger than a column of such numbers holds."""

GivenInstant = Annotated[AwareDatetime, Field(ge=datetime(1, 1, 2, tzinfo=UTC), le=datetime(9999, 12, 31, tzinfo=UTC))]
"""An instant from outside: in the first and last hours of the calendar it is none in another time zone."""


class Facts(BaseModel):
    """A part of a payload. Readers ignore what they do not know: inside a version fields are only added, and optional."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Payload(Facts):
    """The ``data`` of one event type: facts and ids, never free text about a person, never a file name."""

    event_type: ClassVar[str]
    ordering_key: ClassVar[str]
    """The field whose UUID orders the events of this type and ends their NATS subject."""

    @property
    def key(self) -> UUID:
        """Answer the UUID that orders this event among its kind."""
        key: UUID = getattr(self, self.ordering_key)
        return key


D = TypeVar("D", bound=Payload)


class Event(BaseModel, Generic[D]):
    """One fact that has happened, with who caused it and when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=r"^//[A-Za-z0-9.]+/[a-z]+$", examples=["//000.00.00.H35/registry"])]
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    correlationid: UUID
    causationid: UUID | None = None
    actor: str
    traceparent: str | None = None
    businesstime: AwareDatetime
    data: D

    def encoded(self) -> bytes:
        """Give the exact bytes that are logged, hashed and published: absent attributes are left out, not null."""
        left_out = {name for name in ("causationid", "traceparent") if getattr(self, name) is None}
        return self.model_dump_json(exclude=left_out).encode()

    @classmethod
    def decoded(cls, body: bytes) -> Self:
        """Read bytes back; raises ``pydantic.ValidationError`` for anything that breaks the contract."""
        return cls.model_validate_json(body)
