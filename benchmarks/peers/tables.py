"""The tables of ``schema.sql`` as both SQLAlchemy peers map them, and what does not depend on how they talk to them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
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
    name: Mapped[str]


class Unit(Base):
    __tablename__ = "units"
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    block_id: Mapped[UUID] = mapped_column(ForeignKey("blocks.block_id"))
    name: Mapped[str]


class Period(Base):
    __tablename__ = "periods"
    period_id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID]
    due_at: Mapped[datetime]
    name: Mapped[str]


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


class Account(Base):
    __tablename__ = "accounts"
    account: Mapped[str] = mapped_column(primary_key=True)
    grants: Mapped[list[Any]]


class LoginSession(Base):
    __tablename__ = "sessions"
    token: Mapped[bytes] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.account"))
    expires_at: Mapped[datetime]


class Title(Base):
    __tablename__ = "titles"
    title: Mapped[str] = mapped_column(primary_key=True)
    assessment: Mapped[dict[str, Any]]


class Verdict(Base):
    __tablename__ = "verdicts"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    title: Mapped[str]
    version: Mapped[int]
    verdict: Mapped[str]
    assessment: Mapped[dict[str, Any]]
    assessed_at: Mapped[datetime]


class Message(Base):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    post: Mapped[str]
    scope_id: Mapped[UUID]
    cause: Mapped[int]
    about_id: Mapped[UUID]
    title: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    posted_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


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


def behind(cookie: str | None) -> Select[tuple[Account]]:
    """Ask who is signed in."""
    token = hashlib.sha256((cookie or "").encode()).digest()
    return (
        select(Account)
        .join(LoginSession, LoginSession.account == Account.account)
        .where(LoginSession.token == token, LoginSession.expires_at > datetime.now(UTC))
    )


def judge(
    changed: Iterable[UUID], places: Sequence[Place], standing: Iterable[Verdict], titles: Sequence[Title]
) -> tuple[list[Verdict], list[Verdict]]:
    """Assess all titles of units whose places changed; give the verdicts that are not as they stood, and those that are news."""
    of, leader = {each.unit_id: each for each in places}, max(each.points for each in places)
    verdicts = {(each.unit_id, each.title): each for each in standing}
    written, news = [], []
    for unit in changed:
        place = of[unit]
        for title in titles:
            assessment = rule.assessed(title.assessment, place.rank, len(places), place.points, leader)
            verdict = verdicts.get((unit, title.title)) or Verdict(unit_id=unit, title=title.title, version=0)
            if verdict.assessment == assessment:
                continue
            if rule.says_otherwise(verdict.assessment, assessment):
                verdict.version += 1
                news.append(verdict)
            verdict.verdict, verdict.assessment = assessment["verdict"], assessment
            verdict.assessed_at = datetime.now(UTC)
            written.append(verdict)
    return written, news


def worded(cause: int, messages: Iterable[rule.Message]) -> list[Message]:
    """Give messages as rows."""
    return [Message(**each._asdict(), cause=cause, posted_at=datetime.now(UTC)) for each in messages]


def about(number: int) -> Select[tuple[Submission, Unit, Block, Period]]:
    """Ask for a submission and all that it is about."""
    return (
        select(Submission, Unit, Block, Period)
        .join(Report, Report.report_id == Submission.report_id)
        .join(Unit, Unit.unit_id == Report.unit_id)
        .join(Block, Block.block_id == Unit.block_id)
        .join(Period, Period.period_id == Report.period_id)
        .where(Submission.number == number)
    )


def names(unit: UUID, moves: Iterable[rule.Move]) -> Select[tuple[UUID, str]]:
    """Ask for the names of all units that the messages of a report mention."""
    return select(Unit.unit_id, Unit.name).where(Unit.unit_id.in_({unit, *rule.moved(moves)}))
