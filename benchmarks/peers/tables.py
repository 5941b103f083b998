"""The tables of ``schema.sql`` as both SQLAlchemy peers map them, and what does not depend on how they talk to them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from benchmarks.peers import rule
from sqlalchemy import DateTime, ForeignKey, Select, and_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


class Block(Base):
    __tablename__ = "blocks"
    block_id: Mapped[UUID] = mapped_column(primary_key=True)


class Unit(Base):
    __tablename__ = "units"
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    block_id: Mapped[UUID] = mapped_column(ForeignKey("blocks.block_id"))


class Period(Base):
    __tablename__ = "periods"
    period_id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID]
    due_at: Mapped[datetime]


class Report(Base):
    __tablename__ = "reports"
    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    period_id: Mapped[UUID] = mapped_column(ForeignKey("periods.period_id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.unit_id"))
    version: Mapped[int] = mapped_column()
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    # The ORM's own version check: it numbers the versions, and an UPDATE that another has overtaken raises.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Submission(Base):
    __tablename__ = "submissions"
    number: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.report_id"))
    version: Mapped[int]
    fields: Mapped[dict[str, Any]]
    accepted_at: Mapped[datetime]
    late: Mapped[bool]


class Answer(Base):
    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]


class Score(Base):
    __tablename__ = "scores"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    block_id: Mapped[UUID]
    version: Mapped[int]
    report_version: Mapped[int]
    points: Mapped[Decimal]
    parts: Mapped[list[Any]]
    late: Mapped[bool]
    scored_at: Mapped[datetime]

    def take(self, version: int, fields: Mapping[str, str], *, late: bool) -> None:
        """Score a report's version."""
        self.points, self.parts = rule.earned(fields)
        self.report_version, self.late = version, late
        self.version = (self.version or 0) + 1
        self.scored_at = datetime.now(UTC)


class Place(Base):
    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[UUID]
    block_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    rank: Mapped[int]
    previous_rank: Mapped[int | None]
    points: Mapped[Decimal]


def put_in_order(
    period: UUID, block: UUID, points: Mapping[UUID, Decimal], places: Mapping[UUID, Place]
) -> list[Place]:
    """Give every place whose rank or points differ from before, new ones too."""
    changed = []
    for unit, rank in rule.ranked(points):
        place = places.get(unit) or Place(period_id=period, block_id=block, unit_id=unit)
        if (place.rank, place.points) == (rank, points[unit]):
            continue
        place.previous_rank, place.rank, place.points = place.rank, rank, points[unit]
        changed.append(place)
    return changed


def board(period: UUID, block: UUID) -> Select[tuple[Place, Score]]:
    """Ask for a block's places and scores, the best first."""
    same = and_(Score.period_id == Place.period_id, Score.unit_id == Place.unit_id)
    return (
        select(Place, Score)
        .join(Score, same)
        .where(Place.period_id == period, Place.block_id == block)
        .order_by(Place.rank)
    )
