"""Does the promise hold on real servers: logged, numbered, published once, taken up once?"""

from house import House, ident

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}


async def test_a_committed_event_reaches_the_stream_once_with_its_place_in_the_chain(house: House) -> None:
    await house.open(["registry"])
    async with house.office("registry") as registry:
        for number in range(5):
            answer = await registry.put(f"/units/{ident(str(number))}", json=UNIT)
            assert answer.status_code == 200, answer.text
        again = await registry.put(f"/units/{ident('0')}", json=UNIT)
        assert again.json() == {"version": 1}
    await house.quiet()
    assert len(await house.stream_events()) == 5
    assert [row["sequence"] for row in await house.rows("registry", "SELECT sequence FROM event_order ORDER BY 1")] == [
        1,
        2,
        3,
        4,
        5,
    ]
