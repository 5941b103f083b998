"""A small city for tests: three units in one block, one sheet, one campaign, the rule pack of the data folder."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import yaml
from house import CITY, House, ident

CAMPAIGN, PERIOD, BLOCK, SHEET = (ident(name) for name in ("campaign", "period", "block", "sheet"))
TAN_PHONG, QUYET_THANG, SAN_THANG = (ident(name) for name in ("tan-phong", "quyet-thang", "san-thang"))
UNITS = {TAN_PHONG: "Phường Tân Phong", QUYET_THANG: "Phường Quyết Thắng", SAN_THANG: "Xã San Thàng"}
PACK = Path("data/lai-chau-2023/packs/tdkt_2017.yaml")

SHEET_DOCUMENT: dict[str, Any] = {
    "key": "thu",
    "name": "Bảng điểm thử",
    "note": "Mẫu – chưa phải quy định",
    "total": "100",
    "step": "0.25",
    "bonus_cap": "10",
    "groups": [
        {
            "code": "1",
            "name": "Kinh tế",
            "maximum": "90",
            "criteria": [
                {
                    "code": "1.1",
                    "name": "Thu ngân sách trên địa bàn",
                    "measure": "triệu đồng",
                    "maximum": "90",
                    "target": "1000",
                    "rule": {"kind": "ratio_linear"},
                }
            ],
        },
        {
            "code": "2",
            "name": "Công tác thi đua",
            "maximum": "10",
            "decides_ties": True,
            "criteria": [
                {
                    "code": "2.1",
                    "name": "Đăng ký thi đua",
                    "measure": "việc",
                    "maximum": "10",
                    "rule": {"kind": "yes_no"},
                }
            ],
        },
    ],
}


UNIT_DOCUMENTS: dict[UUID, dict[str, Any]] = {
    unit: {"name": name, "kind": "commune" if name.startswith("Xã") else "ward", "valid_from": "2013-12-27"}
    for unit, name in UNITS.items()
}
BLOCK_DOCUMENT: dict[str, Any] = {
    "year": 2023,
    "name": "Khối xã, phường",
    "sheet_id": str(SHEET),
    "head_unit_id": str(TAN_PHONG),
    "member_unit_ids": [str(unit) for unit in UNITS],
}
CAMPAIGN_DOCUMENT: dict[str, Any] = {
    "year": 2023,
    "name": "Phong trào thi đua năm 2023",
    "starts_on": "2023-01-01",
    "ends_on": "2023-12-31",
    "document": {},
    "periods": [
        {
            "period_id": str(PERIOD),
            "number": 1,
            "name": "Báo cáo năm 2023",
            "opens_at": "2023-10-15T00:00:00+07:00",
            "due_at": "2023-11-30T17:00:00+07:00",
            "closes_at": "2023-12-15T17:00:00+07:00",
        }
    ],
}


async def found(house: House, *, sheet: dict[str, Any] = SHEET_DOCUMENT) -> None:
    """Publish the sheet, register units, form the block, launch the campaign; adopt the pack where awards runs."""
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        await _put(scoring, f"/sheets/{SHEET}", sheet)
        for unit, document in UNIT_DOCUMENTS.items():
            await _put(registry, f"/units/{unit}", document)
        await _put(registry, f"/blocks/{BLOCK}", BLOCK_DOCUMENT)
        await _put(registry, f"/campaigns/{CAMPAIGN}", CAMPAIGN_DOCUMENT)
    if "awards" in house.services:
        pack = yaml.safe_load(PACK.read_text())
        async with house.office("awards") as awards:
            await _put(awards, f"/packs/{pack['pack']}", _plain(pack))
    await house.quiet()


def _plain(value: Any) -> Any:
    """YAML's dates as JSON writes them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


async def _put(client: httpx2.AsyncClient, path: str, body: Any) -> None:
    answer = await client.put(path, json=body)
    assert answer.status_code == 200, answer.text


def report(unit: UUID, amount: str, *, version: int = 0, pledged: str = "có") -> dict[str, Any]:
    return {
        "campaign_id": str(CAMPAIGN),
        "period_id": str(PERIOD),
        "unit_id": str(unit),
        "version": version,
        "fields": {"1.1": amount, "2.1": pledged},
    }


async def submit(
    house: House, unit: UUID, amount: str, *, version: int = 0, pledged: str = "có", key: str | None = None
) -> httpx2.Response:
    """Send a unit's report as its own officer."""
    async with house.client("registry", ("unit_officer", unit), account=f"officer-{unit}") as officer:
        return await officer.post(
            "/reports",
            json=report(unit, amount, version=version, pledged=pledged),
            headers={"Idempotency-Key": key or str(uuid4())},
        )


async def board(house: House) -> list[tuple[str, int | None, str | None]]:
    """Give (name, rank, points) of the block's board."""
    async with house.office("scoring") as scoring:
        answer = await scoring.get(f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}")
        assert answer.status_code == 200, answer.text
        return [(UNITS[UUID(row["unit_id"])], row["rank"], row["points"]) for row in answer.json()["rows"]]


__all__ = ["CITY", "board", "found", "report", "submit"]


async def standings(house: House) -> list[Any]:
    """Give the places that awards keeps, each with its ``rank``: which one it is among equals, behind all with more percent."""
    return await house.rows(
        "awards",
        """SELECT *, among + (SELECT count(*) FROM standings AS other WHERE other.period_id = own.period_id
        AND other.block_id = own.block_id AND other.among IS NOT NULL AND other.percent > own.percent) AS rank
        FROM standings AS own""",
    )
