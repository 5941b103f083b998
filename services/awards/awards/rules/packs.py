"""Whether a unit meets the conditions of a title: pure functions on a rule pack and a unit's record.

A verdict has three values. A condition that no figure can decide, or whose rule nobody has read (marks U and D), asks for
confirmation; it never refuses in silence. Only a certain condition that is certainly missed makes "not eligible": a
fact that is not there is unknown, not missed, and a title whose own rules are unsure is always left to people.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.awards import Finding, Verdict
from contracts.envelope import Amount
from contracts.registry import TaskRating, UnitKind


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mark(StrEnum):
    """How sure a fact is: read, quoted by one source, issued elsewhere, recalled, unknown, proposed by this project."""

    VERIFIED = "V"
    SECONDARY = "V*"
    PRACTICE = "P"
    RECALLED = "R"
    UNSURE = "U"
    PROPOSED = "D"


CANNOT_REFUSE: Final = frozenset({Mark.UNSURE, Mark.PROPOSED})
"""What nobody has read as a rule anywhere refuses nobody."""


class Confirmation(Model):
    """Who confirmed a fact of law, when, and by which document; ``was`` is how sure it was before."""

    by: str
    on: date
    document_number: str
    document_on: date
    document_by: str
    was: Mark


class Condition(Model):
    """One condition of a title, in words, with the article it comes from."""

    code: str
    text: Annotated[str, Field(min_length=1)]
    citation: str
    mark: Mark
    applies: bool = True
    """False: the city has found that this is no condition here; it is shown and not checked."""
    confirmed: Confirmation | None = None


class Pledged(Condition):
    """The unit registered for the year's emulation."""

    kind: Literal["pledged"]


class RatingAtLeast(Condition):
    """The collective's task rating is this or better."""

    kind: Literal["rating_at_least"]
    rating: TaskRating


class MembersShare(Condition):
    """So many of a hundred members hold something; ``more_than`` excludes the bound, ``at_least`` includes it."""

    kind: Literal["members_share"]
    of: Literal["advanced_workers", "completed_tasks", "grassroots_fighters"]
    more_than: Annotated[int, Field(ge=0, lt=100)] | None = None
    at_least: Annotated[int, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "MembersShare":
        if (self.more_than is None) == (self.at_least is None):
            raise ValueError(f"điều kiện {self.code}: ghi đúng một trong hai mức more_than hoặc at_least")
        return self


class MembersAtLeast(Condition):
    """At least so many members hold something."""

    kind: Literal["members_at_least"]
    of: Literal["advanced_workers", "grassroots_fighters"]
    count: Annotated[int, Field(ge=1)]


class NoneDisciplined(Condition):
    """Nobody was disciplined at a level that counts."""

    kind: Literal["none_disciplined"]


class MeetsTitle(Condition):
    """The unit meets another title of this pack."""

    kind: Literal["meets_title"]
    title: str


class BlockRank(Condition):
    """The unit's place in its block is this one or better."""

    kind: Literal["block_rank"]
    rank: Annotated[int, Field(ge=1)] = 1


class Confirmed(Condition):
    """Something that no figure here can decide; people confirm it (unity, regular movement)."""

    kind: Literal["confirmed"]


AnyCondition = Annotated[
    Pledged | RatingAtLeast | MembersShare | MembersAtLeast | NoneDisciplined | MeetsTitle | BlockRank | Confirmed,
    Field(discriminator="kind"),
]


class Title(Model):
    """A title (danh hiệu thi đua) with its conditions."""

    code: str
    name: str
    citation: str
    mark: Mark
    kinds: tuple[UnitKind, ...]
    """The kinds of unit it is for."""
    conditions: Annotated[tuple[AnyCondition, ...], Field(min_length=1)]
    confirmed: Confirmation | None = None

    @model_validator(mode="after")
    def _something_applies(self) -> "Title":
        if not any(condition.applies for condition in self.conditions):
            raise ValueError(f"{self.code}: phải còn ít nhất một điều kiện được áp dụng")
        return self


class Pack(Model):
    """The rules in force on a span of decision dates, both ends included."""

    pack: str
    revision: Annotated[int, Field(ge=1, le=1_000_000)]
    name: str
    valid_from: date
    valid_to: date | None = None
    dates_mark: Mark = Mark.RECALLED
    dates_citation: str = ""
    dates_confirmed: Confirmation | None = None
    overlay: str | None = None
    """What the province adds and is not in here, in words."""
    titles: tuple[Title, ...]

    @model_validator(mode="after")
    def _titles_exist(self) -> "Pack":
        codes = [title.code for title in self.titles]
        if len(codes) != len(set(codes)):
            raise ValueError("có danh hiệu ghi hai lần")
        for place, title in enumerate(self.titles):
            for condition in title.conditions:
                if isinstance(condition, MeetsTitle) and condition.title not in codes[:place]:
                    raise ValueError(f"{title.code}: danh hiệu {condition.title} phải đứng trước trong bộ quy định")
        return self


class Record(BaseModel):
    """What is known of a unit's year; None = nothing is known yet."""

    model_config = ConfigDict(frozen=True)

    headcount: int | None = None
    completed_tasks: int | None = None
    advanced_workers: int | None = None
    grassroots_fighters: int | None = None
    disciplined: int | None = None
    task_rating: TaskRating | None = None
    year_recorded: bool = False
    pledged_on: date | None = None
    register_by: date | None = None
    rank: int | None = None
    ranked: int = 0
    points: Amount | None = None
    leader_points: Amount | None = None


class Checked(BaseModel):
    """What was found for one condition: the value, what is needed, the gap in words, and shares (0…1) for a bar."""

    model_config = ConfigDict(frozen=True)

    condition: str
    text: str
    citation: str
    mark: Mark
    finding: Finding
    value: str | None = None
    needed: str | None = None
    gap: str | None = None
    share: float | None = None
    threshold_share: float | None = None


class Assessment(BaseModel):
    """The verdict on one title, with every condition."""

    model_config = ConfigDict(frozen=True)

    title: str
    name: str
    citation: str
    mark: Mark
    verdict: Verdict
    conditions: tuple[Checked, ...]


def pack_for(packs: Iterable[Pack], on: date) -> Pack | None:
    """Give the pack in force on a decision date, its newest revision; None = "chưa có bộ quy định".

    The newest revision of a pack alone speaks, also on a day that only an older one covered.
    """
    newest: dict[str, Pack] = {}
    for pack in packs:
        if pack.pack not in newest or newest[pack.pack].revision < pack.revision:
            newest[pack.pack] = pack
    valid = [
        pack for pack in newest.values() if pack.valid_from <= on and (pack.valid_to is None or on <= pack.valid_to)
    ]
    return max(valid, key=lambda pack: (pack.valid_from, pack.pack), default=None)


def assess(pack: Pack, kind: UnitKind, record: Record) -> tuple[Assessment, ...]:
    """Assess every title of the pack that is for this kind of unit, in the pack's order."""
    done: dict[str, Assessment] = {}
    for title in pack.titles:
        checked = tuple(_check(each, record, done) for each in title.conditions if each.applies)
        done[title.code] = Assessment(
            title=title.code,
            name=title.name,
            citation=title.citation,
            mark=title.mark,
            verdict=_verdict(title.mark, checked),
            conditions=checked,
        )
    return tuple(done[title.code] for title in pack.titles if kind in title.kinds)


def _verdict(mark: Mark, checked: Sequence[Checked]) -> Verdict:
    if mark in CANNOT_REFUSE:
        return Verdict.NEEDS_CONFIRMATION
    if any(each.finding is Finding.MISSING for each in checked):
        return Verdict.NOT_ELIGIBLE
    if all(each.finding is Finding.MET for each in checked):
        return Verdict.ELIGIBLE
    return Verdict.NEEDS_CONFIRMATION


_RATINGS: Final = (TaskRating.NOT_COMPLETED, TaskRating.COMPLETED, TaskRating.GOOD, TaskRating.EXCELLENT)
RATING_WORDS: Final = {
    TaskRating.EXCELLENT: "Hoàn thành xuất sắc nhiệm vụ",
    TaskRating.GOOD: "Hoàn thành tốt nhiệm vụ",
    TaskRating.COMPLETED: "Hoàn thành nhiệm vụ",
    TaskRating.NOT_COMPLETED: "Không hoàn thành nhiệm vụ",
}
MEMBER_WORDS: Final = {
    "advanced_workers": "đạt Lao động tiên tiến",
    "completed_tasks": "hoàn thành nhiệm vụ",
    "grassroots_fighters": "đạt Chiến sĩ thi đua cơ sở",
}


def _check(condition: AnyCondition, record: Record, done: dict[str, Assessment]) -> Checked:
    found: dict[str, Any]
    match condition:
        case Pledged():
            found = _pledged(record)
        case RatingAtLeast():
            found = _rating(condition, record)
        case MembersShare():
            found = _share(condition, record)
        case MembersAtLeast():
            found = _count(condition, record)
        case NoneDisciplined():
            found = _disciplined(record)
        case MeetsTitle():
            found = _meets(done[condition.title])
        case BlockRank():
            found = _block_rank(condition, record)
        case Confirmed():
            found = {"finding": Finding.UNKNOWN, "gap": "cần hội nghị hoặc cấp có thẩm quyền xác nhận"}
    if found["finding"] is Finding.MISSING and condition.mark in CANNOT_REFUSE:
        found["finding"] = Finding.UNSURE
    return Checked(
        condition=condition.code, text=condition.text, citation=condition.citation, mark=condition.mark, **found
    )


def _met(met: bool) -> Finding:
    return Finding.MET if met else Finding.MISSING


_NO_YEAR: Final = {"finding": Finding.UNKNOWN, "gap": "chưa có hồ sơ năm của đơn vị"}


def _pledged(record: Record) -> dict[str, Any]:
    if record.pledged_on:
        return {"finding": Finding.MET, "value": f"{record.pledged_on:%d/%m/%Y}"}
    if record.register_by:
        gap = f"chưa ghi nhận đăng ký thi đua, hạn đăng ký {record.register_by:%d/%m/%Y}"
        return {"finding": Finding.UNKNOWN, "gap": gap}
    if not record.year_recorded:
        return dict(_NO_YEAR)
    # An empty date does not tell "did not register" from "not typed yet", and the rule itself is only recalled.
    return {"finding": Finding.UNKNOWN, "gap": "chưa ghi nhận ngày đăng ký thi đua"}


def _rating(condition: RatingAtLeast, record: Record) -> dict[str, Any]:
    needed = RATING_WORDS[condition.rating]
    if record.task_rating is None:
        return {"finding": Finding.UNKNOWN, "needed": needed, "gap": "chưa có kết quả xếp loại"}
    met = _RATINGS.index(record.task_rating) >= _RATINGS.index(condition.rating)
    return {
        "finding": _met(met),
        "value": RATING_WORDS[record.task_rating],
        "needed": needed,
        "gap": None if met else f"cần mức {needed}",
    }


def _share(condition: MembersShare, record: Record) -> dict[str, Any]:
    count = getattr(record, condition.of)
    if count is None or not record.headcount:
        return dict(_NO_YEAR)
    # Whole numbers only: 50.0 % must not be more than 50 % by a rounding of floats.
    if condition.more_than is not None:
        bound, lowest = condition.more_than, condition.more_than * record.headcount // 100 + 1
    else:
        bound = condition.at_least or 0
        lowest = -(-bound * record.headcount // 100)
    met = count >= lowest
    return {
        "finding": _met(met),
        "value": f"{count}/{record.headcount} người",
        "needed": f"{lowest} người",
        "gap": None if met else f"cần thêm {lowest - count} người {MEMBER_WORDS[condition.of]}",
        "share": min(count / record.headcount, 1.0),
        "threshold_share": bound / 100,
    }


def _count(condition: MembersAtLeast, record: Record) -> dict[str, Any]:
    count = getattr(record, condition.of)
    if count is None:
        return dict(_NO_YEAR)
    met = count >= condition.count
    return {
        "finding": _met(met),
        "value": f"{count} người",
        "needed": f"{condition.count} người",
        "gap": None if met else f"cần thêm {condition.count - count} người {MEMBER_WORDS[condition.of]}",
    }


def _disciplined(record: Record) -> dict[str, Any]:
    if record.disciplined is None:
        return dict(_NO_YEAR)
    gap = f"có {record.disciplined} người bị kỷ luật thuộc mức bị tính" if record.disciplined else None
    return {"finding": _met(not record.disciplined), "value": f"{record.disciplined} người", "gap": gap}


def _meets(other: Assessment) -> dict[str, Any]:
    finding = {
        Verdict.ELIGIBLE: Finding.MET,
        Verdict.NOT_ELIGIBLE: Finding.MISSING,
        Verdict.NEEDS_CONFIRMATION: Finding.UNKNOWN,
    }[other.verdict]
    words = {Finding.MET: None, Finding.MISSING: f"chưa đủ điều kiện {other.name}"}
    return {"finding": finding, "gap": words.get(finding, f"{other.name} còn chờ xác nhận")}


def _block_rank(condition: BlockRank, record: Record) -> dict[str, Any]:
    if record.rank is None:
        return {"finding": Finding.UNKNOWN, "gap": "chưa được xếp hạng trong khối"}
    met = record.rank <= condition.rank
    gap = None
    if not met:
        gap = f"đang hạng {record.rank}/{record.ranked}"
        # Places go by percent of each unit's own maximum: points may be equal to the leader's, or more.
        if record.points is not None and record.leader_points is not None and record.points < record.leader_points:
            gap += f", kém {record.leader_points - record.points:.2f} điểm so với hạng 1".replace(".", ",")
    return {"finding": _met(met), "value": f"hạng {record.rank}/{record.ranked}", "gap": gap}
