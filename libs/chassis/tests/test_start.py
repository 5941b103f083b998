"""Does a service refuse to start in wrong surroundings, with a sentence that says what is wrong?"""

from dataclasses import replace

import pytest
from house import House

from chassis.testing import ServiceProcess
from contracts.catalog import STREAM
from topology import streams

CONFIGURATION = 78


async def refused(process: ServiceProcess, house: House) -> str:
    process.start()
    assert await process.ended(within=20) == CONFIGURATION
    return house.said(process.name)


async def test_a_missing_durable_is_named(house: House) -> None:
    await house.surround()
    async with house.bus() as bus:
        await bus.jetstream().delete_consumer(STREAM, "scoring")
    assert "chưa có bộ nhận “scoring”" in await refused(house.process("scoring"), house)


@pytest.mark.parametrize("subjects", [["registry.block_formed.v1.*"], ["registry.>"]], ids=["too few", "too many"])
async def test_a_durable_that_delivers_other_events_is_named(house: House, subjects: list[str]) -> None:
    await house.surround()
    async with house.bus() as bus:
        await bus.jetstream().add_consumer(STREAM, replace(streams.durable("scoring"), filter_subjects=subjects))
    said = await refused(house.process("scoring"), house)
    assert "bộ nhận “scoring”" in said
    assert subjects[0] in said


async def test_a_database_without_its_tables_is_named(house: House) -> None:
    await house.surround()
    await house.run("scoring", "DROP TABLE business_clock")
    assert "cơ sở dữ liệu chưa sẵn sàng" in await refused(house.process("scoring"), house)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATABASE_URL", "mysql://x"), ("HTTP_PORT", "100000"), ("IDENTITY_KEY", "/nowhere/key.jwk"), ("NATS_URL", "")],
)
async def test_a_setting_that_cannot_be_is_named(house: House, variable: str, value: str) -> None:
    await house.surround()
    process = house.process("scoring")
    process.environment[variable] = value
    assert variable in await refused(process, house)


@pytest.mark.parametrize("variable", ["IDENTITY_KEY", "NATS_NKEY_SEED"])
async def test_a_file_that_holds_no_key_is_named_and_never_quoted(house: House, variable: str) -> None:
    await house.surround()
    process = house.process("scoring")
    nonsense = house.home / "nonsense"
    nonsense.write_text("a secret that is no key")
    process.environment[variable] = str(nonsense)
    said = await refused(process, house)
    assert (variable in said, str(nonsense) in said, "a secret" in said) == (True, True, False)


async def test_a_port_that_is_taken_is_named(house: House) -> None:
    await house.open(["scoring"])
    second = house.process("scoring")
    second.environment["HTTP_PORT"] = str(house.services["scoring"].port)
    assert "address already in use" in await refused(second, house)


async def test_a_bus_that_is_not_there_yet_is_waited_for(house: House) -> None:
    await house.surround()
    house.nats.kill()
    house.services["scoring"] = process = house.process("scoring")
    process.start()
    with pytest.raises(AssertionError, match="NATS"):
        await process.ready(within=3)
    house.nats.start()
    await process.ready()
    assert process.stop() == 0
