"""Is a draft kept as it was typed, whoever types at the same time, and does it become a version once nothing is wrong?"""

from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from city import SHEET_DOCUMENT, TAN_PHONG
from house import House, ident

from chassis.db import Read
from chassis.errors import Conflict, Invalid, NotFound
from contracts.catalog import event_class
from contracts.scoring import SheetPublished
from scoring import actions, queries
from scoring.actions import NewDraft, TypedPart
from scoring.actions.drafts import ToDiscard, ToPublish
from scoring.rules import Sheet, differences
from scoring.rules.drafts import GROUPS, part_of

SHEET: Final = ident("drafted-sheet")
FIRST: Final = Sheet.model_validate(SHEET_DOCUMENT)
LINES: Final = part_of("g1")


async def begin(house: House, **more: Any) -> UUID:
    """Give a draft of the sheet's next version."""
    draft_id = uuid4()
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, FIRST)
        await actions.begin_sheet_draft(tx, draft_id, NewDraft(made_from=SHEET, **more))
    return draft_id


async def shown(house: House, draft_id: UUID) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.sheet_draft(Read(tx.db), draft_id)


def part(draft: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in draft["parts"] if each["part"] == name)


async def save(
    house: House, draft_id: UUID, which: str, editor: str | None = None, version: int = 1, **typed: str
) -> int:
    """Type these fields of the first row of a part."""
    rows = part(await shown(house, draft_id), which)["rows"]
    body = TypedPart(version=version, editor=editor, rows=({**rows[0], **typed}, *rows[1:]))
    async with house.at_work("scoring") as tx:
        return (await actions.save_sheet_part(tx, draft_id, which, body)).version


async def publish(house: House, draft_id: UUID, newest: int, version: int | None = None) -> int:
    seen = (await shown(house, draft_id))["version"] if version is None else version
    async with house.at_work("scoring") as tx:
        body = ToPublish(version=seen, newest=newest)
        return (await actions.publish_sheet_draft(tx, draft_id, body)).version


async def test_groups_that_share_a_key_are_refused_and_the_draft_stays_readable(house: House) -> None:
    draft_id = await begin(house)
    rows = part(await shown(house, draft_id), GROUPS)["rows"]
    body = TypedPart(version=1, rows=({**rows[0], "within": rows[0]["key"]}, *rows))
    with pytest.raises(Invalid) as refused:
        async with house.at_work("scoring") as tx:
            await actions.save_sheet_part(tx, draft_id, GROUPS, body)
    assert [error.field for error in refused.value.errors] == ["groups.0.key", "groups.1.key"]
    assert part(await shown(house, draft_id), GROUPS)["rows"] == rows


async def test_a_draft_becomes_the_next_version_and_the_difference_is_told(house: House) -> None:
    draft_id = await begin(house)
    assert (await shown(house, draft_id))["faults"] == []
    await save(house, draft_id, LINES, target="1.200", evidence="Xác nhận của Kho bạc", verified_by="Kho bạc Nhà nước")
    async with house.at_work("scoring") as tx:
        foreseen = await queries.draft_differences(Read(tx.db), draft_id)
    assert foreseen["differences"] == [
        "Mục 1.1: chỉ tiêu chung từ 1.000 thành 1.200.",
        "Mục 1.1: minh chứng cần có từ không có thành “Xác nhận của Kho bạc”.",
        "Mục 1.1: nơi thẩm định từ không có thành “Kho bạc Nhà nước”.",
    ]
    assert await publish(house, draft_id, newest=1) == 2
    async with house.at_work("scoring") as tx:
        told = await queries.sheet_differences(Read(tx.db), SHEET, old=1, new=2)
        old, new = [await queries.sheet(Read(tx.db), SHEET, version) for version in (1, 2)]
        versions = await queries.sheet_versions(Read(tx.db), SHEET)
    assert told["differences"] == foreseen["differences"] == differences(old, new)
    assert old.model_copy(update={"sheet_id": None}) == FIRST, "what was published stays as it is"
    assert [each["version"] for each in versions["items"]] == [2, 1]
    rows = await house.rows(
        "scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", SheetPublished.event_type
    )
    assert [event_class(SheetPublished.event_type).decoded(row["bytes"]).data.version for row in rows] == [1, 2]
    with pytest.raises(Conflict, match="đã công bố thành phiên bản 2"):
        await save(house, draft_id, LINES, version=2, target="1")


async def test_a_sheet_that_does_not_add_up_is_refused_with_every_fault(house: House) -> None:
    draft_id = await begin(house)
    await save(house, draft_id, LINES, maximum="80", kind="bands", bands="từ 0 đến dưới 90: 1\ntừ 88: 80")
    with pytest.raises(Invalid) as refused:
        await publish(house, draft_id, newest=1)
    told = {each.field: each.message for each in refused.value.errors}
    assert told.keys() == {f"{LINES}.0.kind", f"{GROUPS}.0.maximum"}
    assert told[f"{GROUPS}.0.maximum"].startswith("nhóm 1: các mục cộng lại 80 điểm, nhóm ghi 90")
    whole, first, _ = (await shown(house, draft_id))["used"]
    assert (whole["used"], whole["maximum"], first["used"], first["maximum"]) == (90, 100, 80, 90)


async def test_a_maximum_that_rounding_never_gives_is_not_published_anew_and_stays_where_it_was(house: House) -> None:
    economy, emulation = SHEET_DOCUMENT["groups"]
    lines = [{**economy["criteria"][0], "maximum": "89.9"}, {**economy["criteria"][0], "code": "1.2", "maximum": "0.1"}]
    odd = Sheet.model_validate({**SHEET_DOCUMENT, "groups": [{**economy, "criteria": lines}, emulation]})
    with pytest.raises(Invalid) as refused:
        async with house.at_work("scoring") as tx:
            await actions.publish_sheet(tx, SHEET, odd)
    assert [error.field for error in refused.value.errors] == ["1.1.maximum", "1.2.maximum"]
    assert "ghi điểm tối đa là 89,75 hoặc 90" in refused.value.errors[0].message
    # One that was published before such sheets were refused is read, and publishing it again is no change.
    kept = odd.model_dump_json(exclude={"version", "sheet_id"})
    keep = "INSERT INTO sheets (sheet_id, version, document) VALUES ($1, 1, CAST($2 AS jsonb)) RETURNING 1"
    await house.rows("scoring", keep, SHEET, kept)
    async with house.at_work("scoring") as tx:
        assert (await actions.publish_sheet(tx, SHEET, odd)).version == 1
        assert (await queries.sheet(Read(tx.db), SHEET)).groups == odd.groups


async def test_what_somebody_else_saved_is_shown_and_not_written_over(house: House) -> None:
    draft_id = await begin(house)
    assert await save(house, draft_id, LINES, editor="mine", name="Thu ngân sách") == 2
    assert await save(house, draft_id, LINES, editor="mine", name="Thu ngân sách xã") == 3
    with pytest.raises(Conflict) as refused:
        await save(house, draft_id, LINES, editor="theirs", name="Thu thuế")
    assert refused.value.members["version"] == 3
    assert refused.value.members["rows"][0]["name"] == "Thu ngân sách xã"
    assert await save(house, draft_id, "sheet", name="Bảng khác") == 2, "another part is another matter"


async def test_publishing_takes_what_was_looked_at(house: House) -> None:
    draft_id, other = await begin(house), await begin(house)
    with pytest.raises(Conflict, match="không khác phiên bản 1"):
        await publish(house, draft_id, newest=1)
    await save(house, draft_id, LINES, target="1.200")
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        await publish(house, draft_id, newest=1, version=1)
    await publish(house, draft_id, newest=1)
    await save(house, other, LINES, target="1.300")
    with pytest.raises(Conflict) as refused:
        await publish(house, other, newest=1)
    assert refused.value.members["newest"] == 2
    assert await publish(house, other, newest=2) == 3


async def test_a_new_sheet_begins_from_another_or_from_nothing(house: House) -> None:
    copied = await begin(house, as_new=True)
    assert await publish(house, copied, newest=0) == 1
    empty = uuid4()
    async with house.at_work("scoring") as tx:
        for _ in range(2):
            await actions.begin_sheet_draft(tx, empty, NewDraft())
        with pytest.raises(Conflict):
            await actions.begin_sheet_draft(tx, empty, NewDraft(made_from=SHEET))
        with pytest.raises(NotFound):
            await actions.begin_sheet_draft(tx, uuid4(), NewDraft(made_from=SHEET, version=9))
    rows = ({"code": "A", "name": "Kinh tế", "maximum": "100"},)
    async with house.at_work("scoring") as tx:
        await actions.save_sheet_part(tx, empty, GROUPS, TypedPart(version=0, rows=rows))
        with pytest.raises(NotFound):
            await actions.save_sheet_part(tx, empty, part_of("g7"), TypedPart(version=0, rows=()))
        with pytest.raises(Invalid):
            await actions.save_sheet_part(tx, empty, GROUPS, TypedPart(version=1, rows=({"colour": "red"},)))
    assert [each["part"] for each in (await shown(house, empty))["parts"]] == [
        "sheet",
        "groups",
        "lines-g1",
        "extras",
        "ties",
    ]


async def test_a_draft_is_tried_and_only_the_office_sees_it(house: House) -> None:
    await house.open(["scoring"])
    draft_id = uuid4()
    async with house.office("scoring") as office:
        assert (await office.put(f"/sheets/{SHEET}", json=SHEET_DOCUMENT)).status_code == 200
        assert (await office.put(f"/sheet-drafts/{draft_id}", json={"made_from": str(SHEET)})).status_code == 200
        tried = await office.post(f"/sheet-drafts/{draft_id}/preview", json={"typed": {"1.1": "950,5", "2.1": "có"}})
        assert tried.json()["points"] == "95.50", tried.text
        wrong = await office.post(f"/sheet-drafts/{draft_id}/preview", json={"typed": {"1.1": "nhiều", "2.1": "1"}})
        assert {each["field"] for each in wrong.json()["errors"]} == {"1.1", "2.1"}
        form = (await office.get("/sheet-form")).json()
        assert "theo mức" in {each["called"] for each in form["kinds"]}
        assert [each["draft_id"] for each in (await office.get("/sheet-drafts")).json()["items"]] == [str(draft_id)]
        assert (await office.get("/sheets")).json()["items"][0]["name"] == "Bảng điểm thử"
    async with house.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
        for path in ("/sheet-drafts", f"/sheet-drafts/{draft_id}", "/sheet-form"):
            assert (await unit.get(path)).status_code == 403
        assert (await unit.get(f"/sheets/{SHEET}/differences?old=1&new=1")).json()["differences"] == []


async def test_a_draft_is_thrown_away_only_as_it_was_seen_and_never_once_published(house: House) -> None:
    draft_id = await begin(house)
    await save(house, draft_id, LINES, name="Thu ngân sách")
    seen = (await shown(house, draft_id))["version"]

    async def discard(version: int) -> None:
        async with house.at_work("scoring") as tx:
            await actions.discard_sheet_draft(tx, draft_id, ToDiscard(version=version))

    with pytest.raises(Conflict, match="Bản thảo vừa được sửa"):
        await discard(seen - 1)
    await discard(seen)
    with pytest.raises(NotFound):
        await shown(house, draft_id)
    draft_id = uuid4()
    async with house.at_work("scoring") as tx:
        await actions.begin_sheet_draft(tx, draft_id, NewDraft(made_from=SHEET))
    await save(house, draft_id, LINES, name="Thu ngân sách")
    await publish(house, draft_id, newest=1)
    with pytest.raises(Conflict, match="đã công bố"):
        await discard((await shown(house, draft_id))["version"])
