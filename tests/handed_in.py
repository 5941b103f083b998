"""Lists as files, handed in and fetched as the doors of the registry take them."""

from typing import Any

import httpx2


async def send(client: httpx2.AsyncClient, content: bytes, **asked: str) -> dict[str, Any]:
    query = {"about": "units", "name": "danh sách.xlsx", **asked}
    answer = await client.post("/imports", params=query, content=content)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def keep(client: httpx2.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    while told["state"] != "done":
        answer = await client.post(f"/imports/{told['import_id']}/pieces")
        assert answer.status_code == 200, answer.text
        told = answer.json()
    return told


async def fetched(client: httpx2.AsyncClient, path: str, **asked: str) -> bytes:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content
