"""Does the registry keep evidence in a bucket as it does in a folder, and say what is wrong when it cannot?"""

from collections.abc import Iterator

import city
import httpx2
import pytest
import s3
from city import TAN_PHONG
from house import House

from chassis.testing import ServiceProcess, eventually

PDF = b"%PDF-1.7\n" + b"minh chung\n" * 100_000
CONFIGURATION = 78


@pytest.fixture
def server() -> Iterator[s3.S3]:
    with s3.running() as running:
        running.make_bucket("minh-chung")
        yield running


def of_bucket(url: str, bucket: str = "minh-chung") -> dict[str, str]:
    return {"EVIDENCE_STORE": f"s3://{bucket}/lai-chau", "AWS_ENDPOINT_URL": url, **s3.ACCESS}


def officer(house: House) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", TAN_PHONG))


async def readiness(service: ServiceProcess, said: str) -> None:
    async def tells() -> bool:
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{service.url}/health/ready")
        return answer.status_code == 503 and said in answer.json()["detail"]

    await eventually(tells, within=20, expect=said)


async def test_a_file_goes_into_the_bucket_and_comes_back_and_a_lost_bucket_is_said(
    house: House, server: s3.S3
) -> None:
    await house.open(["registry", "scoring"], **of_bucket(server.url))
    await city.found(house)
    async with officer(house) as client:
        file = {"url": "/evidence", "params": {"unit_id": str(TAN_PHONG), "name": "a.pdf"}}
        first, again = [await client.post(**file, content=PDF) for _ in range(2)]
        assert (first.status_code, first.json()) == (201, again.json())
        named = first.json()["sha256"]
        assert f"lai-chau/{named[:2]}/{named}" in server.names("minh-chung")
        content = f"/evidence/{first.json()['evidence_id']}/content"
        assert (await client.get(content)).content == PDF
        assert not [path for path in (house.home / "evidence").rglob("*") if path.is_file()]

        server.remove("minh-chung", f"lai-chau/{named[:2]}/{named}")
        gone = await client.get(content)
        assert (gone.status_code, "bản sao lưu" in gone.json()["detail"]) == (404, True)

        server.stop()
        for refused in (await client.get(content), await client.post(**file, content=PDF)):
            assert (refused.status_code, "Kho minh chứng" in refused.json()["detail"]) == (503, True)
    await readiness(house.services["registry"], "s3://minh-chung/lai-chau không trả lời")


async def test_a_bucket_that_is_not_there_keeps_the_registry_from_starting_with_one_sentence(
    house: House, server: s3.S3
) -> None:
    await house.surround()
    process = house.process("registry", **of_bucket(server.url, "khong-co"))
    process.start()
    assert await process.ended(within=20) == CONFIGURATION
    said = house.said("registry")
    assert "registry: không có kho minh chứng s3://khong-co/lai-chau; hãy tạo bucket này" in said
    assert "Traceback" not in said


async def test_a_server_that_is_away_keeps_nobody_from_starting_and_readiness_says_so(
    house: House, server: s3.S3
) -> None:
    server.stop()
    await house.surround()
    process = house.services["registry"] = house.process("registry", **of_bucket(server.url))
    process.start()
    await readiness(process, "hãy xem AWS_ENDPOINT_URL")
    assert "Traceback" not in house.said("registry")


async def test_an_address_that_is_none_is_named(house: House) -> None:
    await house.surround()
    process = house.process("registry", EVIDENCE_STORE="minh-chung/lai-chau")
    process.start()
    assert await process.ended(within=20) == CONFIGURATION
    assert "registry: EVIDENCE_STORE: " in house.said("registry")
