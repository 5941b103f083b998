"""The three kept columns: what was reported, and what block review and appraisal said of it; and what counts in the end."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from contracts.appraisal import Column
from contracts.registry import Target
from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Role
from scoring.rules.numbers import ZERO
from scoring.rules.points import of_each_line, score, with_own
from scoring.rules.reviewing import codes_of
from scoring.rules.rulings import is_of_points
from scoring.rules.shapes import Block, Facts, Part, Score
from scoring.rules.sheet import ConcludedBy, Criterion, Sheet, form_criteria
from scoring.rules.words import measured

REVIEWS = (Column.BLOCK, Column.APPRAISAL)
"""The columns that are given by somebody else than the unit, in the order in which they look."""


class Verdict(NamedTuple):
    """What a column says of one item: of a criterion, or of one of the items of one. No value = nothing to count."""

    criterion: str
    column: str
    number: int
    reported: Decimal | None
    value: Decimal | None
    appealed: bool = False
    """Whether an appeal was upheld by it: then it counts, whichever column the sheet takes."""


def reported(
    values: Iterable[Mapping[str, Any]],
    targets: Iterable[Mapping[str, Any]] | None,
    *,
    late: bool,
    beside: Mapping[str, Any] | None = None,
) -> Facts:
    """Read what a unit itself says, as it is stored, with what is known ``beside`` (``tables.BESIDE``)."""
    return Facts(
        values={each["criterion"]: Decimal(each["value"]) for each in values},
        targets={target.criterion: target for target in map(Target.model_validate, targets or ())},
        late=late,
        **{name: known for name, known in (beside or {}).items() if known is not None},
    )


def said(rows: Iterable[Sequence[Any]] | None) -> list[Verdict]:
    """Read what reviewers said of a report, as ``tables.REVIEWED`` gives it."""
    return [
        Verdict(code, column, number, amount(reported), amount(value), appealed)
        for code, column, number, reported, value, appealed in rows or ()
    ]


def amount(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)


Standings = Mapping[tuple[str, str], Verdict]
"""Of each (column, item) the newest verdict."""


def newest(verdicts: Iterable[Verdict]) -> Standings:
    """Of each item in each column the last verdict stands, in whatever order they are heard of."""
    found: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        key = (verdict.column, verdict.criterion)
        if key not in found or found[key].number < verdict.number:
            found[key] = verdict
    return found


def counts(verdict: Verdict, reported: Mapping[str, Decimal]) -> bool:
    """Tell whether what was looked at is still what the unit says; else it has to be looked at again."""
    return verdict.reported == reported.get(verdict.criterion)


def seen_by(column: Column, reported: Facts, standing: Standings) -> Facts:
    """Give what a column's points are computed from: what was reported, under what this column says of it."""
    return _under(reported, standing, [column])


def conclude(sheet: Sheet, reported: Facts, verdicts: Iterable[Verdict]) -> Facts:
    """Give what the final score is computed from, by the sheet's rule; what nobody has looked at counts as reported."""
    standing = newest(verdicts)
    if not standing:
        return reported
    if sheet.concluded_by is ConcludedBy.LOWEST:
        # What was decided of the points themselves is no look among others.
        looks = {key: verdict for key, verdict in standing.items() if not is_of_points(verdict.criterion)}
        least = _lowest(sheet, reported, [seen_by(column, reported, looks) for column in Column])
        # An upheld appeal is the last word on its item, also where it says more than another column.
        appeals = [each for each in looks.values() if each.appealed and counts(each, reported.values)]
        decided = {key: verdict for key, verdict in standing.items() if key not in looks}
        return _with(_under(least, decided, REVIEWS), appeals)
    return _under(reported, standing, REVIEWS)


def _under(reported: Facts, standing: Standings, columns: Iterable[Column]) -> Facts:
    """Lay these columns over what was reported, each over the one before; where one says nothing, that shows through."""
    counting = [each for each in standing.values() if counts(each, reported.values)]
    return _with(reported, [each for column in columns for each in counting if each.column == column])


def _with(facts: Facts, verdicts: Iterable[Verdict]) -> Facts:
    """Lay verdicts over facts, in this order."""
    values = dict(facts.values)
    for verdict in verdicts:
        if verdict.value is None:
            values.pop(verdict.criterion, None)
        else:
            values[verdict.criterion] = verdict.value
    return facts if values == facts.values else facts.model_copy(update={"values": values})


def _lowest(sheet: Sheet, reported: Facts, columns: Sequence[Facts]) -> Facts:
    """Take each line from the column in which it brings least by itself; between equals from the earlier column."""
    brought = [of_each_line(sheet, facts) for facts in columns]
    values = dict(reported.values)
    for _, criterion in sheet.criteria():
        least = min(range(len(columns)), key=lambda each: _worth(brought[each][criterion.code]))
        for code in (criterion.code, *(f"{criterion.code}.{item.code}" for item in criterion.rule.asks())):
            values.pop(code, None)
            if code in columns[least].values:
                values[code] = columns[least].values[code]
    return reported.model_copy(update={"values": values})


def _worth(part: Part) -> tuple[Decimal, Decimal]:
    """Say how good a line is for the unit; of lines without points, which answer is.

    What waits for the leader of the block brings half for whatever is above the target: then how far above it tells.
    """
    brings = part.points + part.over if part.role.has_points else part.value or ZERO
    above = part.ratio or ZERO if part.provisional else ZERO
    return -brings if part.role in (Role.PENALTY, Role.DISQUALIFIER) else brings, above


class Looked(NamedTuple):
    """What a report comes to in each column, as totals; empty while nobody has looked at it, or not in that column."""

    self_points: Decimal | None = None
    block_points: Decimal | None = None
    appraisal_points: Decimal | None = None
    appraised: bool = False
    """Whether the office has looked at every line that is its to look at."""


def in_column(sheet: Sheet, seen: Facts, final: Facts, block: Block | None) -> Score:
    """Score what a column sees as the unit's score is: against the leaders of its block, where the sheet asks for them.

    Those are found from what counts in the end; where it leads by nothing but this column, it is measured against itself.
    """
    return score(sheet, seen, block if block is None or seen == final else with_own(sheet, seen, block))


def looked(sheet: Sheet, reported: Facts, verdicts: Sequence[Verdict], block: Block | None = None) -> Looked:
    """Give what a report comes to in each column; ``block`` as its score is computed against."""
    standing = newest(verdicts)
    if not standing:
        return Looked()
    final = conclude(sheet, reported, verdicts) if block else reported
    given = {column: said_in(column, reported.values, standing) for column in REVIEWS}

    def points(column: Column) -> Decimal | None:
        return in_column(sheet, seen_by(column, reported, standing), final, block).points if given[column] else None

    if not any(given.values()):
        return Looked()
    wanted = set(to_look_at(sheet, reported.targets, Column.APPRAISAL))
    return Looked(
        in_column(sheet, reported, final, block).points,
        points(Column.BLOCK),
        points(Column.APPRAISAL),
        bool(wanted) and wanted <= given[Column.APPRAISAL],
    )


def said_in(column: Column, reported: Mapping[str, Decimal], standing: Standings) -> set[str]:
    """Give the items of which a column says something that counts."""
    return {
        code for (spoken_in, code), verdict in standing.items() if spoken_in == column and counts(verdict, reported)
    }


def to_look_at(sheet: Sheet, targets: Mapping[str, Target], column: Column) -> list[str]:
    """Give the items of a unit that a column is to look at, in the order of the sheet: what is typed and assigned to it."""
    lines = {code: criterion.code for _, criterion in sheet.criteria() for code in codes_of(criterion)}
    return [
        line.criterion
        for line in form_criteria(sheet)
        if line.value_kind is not ValueKind.DERIVED
        and ((given := targets.get(lines[line.criterion])) is None or given.assigned)
        and (column is not Column.APPRAISAL or lines[line.criterion] in sheet.appraised)
    ]


_LOOKED: Final = {Column.BLOCK: "khối chấm", Column.APPRAISAL: "Phòng Nội vụ thẩm định"}


def sentence(
    line: Criterion, code: str, said: Mapping[Column, Decimal | None], own: Decimal | None, final: Decimal | None
) -> str:
    """Say in one sentence which value of an item counts, and who says so; nothing where nobody has looked at it."""
    if not said:
        return ""
    words = "; ".join(
        f"{_LOOKED[column]} {'đồng ý' if value == own else _valued(line, value)}" for column, value in said.items()
    )
    item = f"Mục {code}: đ" if code != line.code else "Đ"
    return f"{item}ơn vị báo cáo {_valued(line, own)}; {words}; tính theo {_valued(line, final)}."


def _valued(line: Criterion, value: Decimal | None) -> str:
    if value is None:
        return "không có số liệu"
    if line.rule.value_kind is ValueKind.YES_NO:
        return "Có" if value else "Không"
    return measured(value, line.measure)
