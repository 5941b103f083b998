"""Does the whole house come up, stay up, tell the truth about itself and go down, with whatever was left lying around?"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import psutil
import pytest

from chassis.ports import free_port
from contracts.catalog import SERVICES
from thidua import processes, status
from thidua.home import Home
from thidua.postgres import PostgresServer

pytestmark = pytest.mark.timeout(180)


@dataclass
class House:
    folder: Path
    port: int

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "THIDUA_HOME": str(self.folder), "THIDUA_PORT": str(self.port)}
        return subprocess.Popen(
            [sys.executable, "-m", "thidua", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.command(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def status(self) -> dict[str, Any]:
        return status.look(Home(self.folder)).document()

    def processes(self) -> list[int]:
        """Everything that belongs to this house: by its folder on the command line or in the environment."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("THIDUA_HOME") == str(self.folder)
                mine = mine or any(str(self.folder) in part for part in process.cmdline())
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
            except psutil.Error:
                continue
        return found


def eventually(probe: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (seen := probe()):
        assert time.monotonic() < end, f"last seen: {seen!r}"
    return seen


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house") / "home", free_port())
    yield house
    house.run("down")
    eventually(lambda: not house.processes(), 5)


@pytest.fixture
def running(house: House) -> House:
    """Bring it up unless it is: the tests of this file may take each other's house, in any order."""
    if house.status()["state"] != "ready":
        code, out, err = house.run("up", "--detach")
        assert code == 0, err
        assert out.splitlines()[-1] == f"Mở trang: http://127.0.0.1:{house.port}"
    return house


def test_status_tells_every_part_with_its_process(running: House) -> None:
    code, out, _ = running.run("status", "--json")
    found = json.loads(out)
    assert (code, found["ready"]) == (0, True)
    assert (found["state"], found["url"]) == ("ready", f"http://127.0.0.1:{running.port}")
    assert [each["name"] for each in found["services"]] == list(SERVICES)
    assert {each["name"] for each in found["servers"]} == {"nats", "postgres"}
    for each in (*found["services"], *found["servers"]):
        assert set(each) == {"name", "pid", "ready", "url", "detail"}
        assert psutil.pid_exists(each["pid"])
    assert "password" not in json.dumps(found)


def test_its_secrets_are_for_the_owner_alone(running: House) -> None:
    keys = [path for path in (running.folder / "keys").rglob("*") if path.is_file()]
    assert keys
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}
    accounts = json.loads((running.folder / "keys" / "accounts.json").read_text())
    logged = "".join(path.read_text() for path in (running.folder / "log").iterdir())
    assert not any(each["password"] in logged for each in accounts)


def test_a_second_start_is_refused_with_the_process_that_runs(running: House) -> None:
    code, _, err = running.run("up")
    assert code == 1
    assert f"tiến trình {running.status()['pid']}" in err
    assert running.status()["ready"] is True


def test_a_replay_names_the_one_value_that_does_not_follow_from_the_events(running: House) -> None:
    code, out, err = running.run("replay", "scoring")
    assert code == 0, err + out
    assert out.endswith("dữ liệu lưu khớp với sự kiện.\n")
    address = PostgresServer(running.folder / "postgres").admin_url("thidua_scoring")
    one = "(SELECT unit_id FROM scores ORDER BY unit_id LIMIT 1)"
    asyncio.run(execute(address, f"UPDATE scores SET percent = percent - 1 WHERE unit_id = {one}"))
    code, out, _ = running.run("replay", "scoring", "--json")
    asyncio.run(execute(address, f"UPDATE scores SET percent = percent + 1 WHERE unit_id = {one}"))
    told = json.loads(out)
    assert (code, told["differing"]) == (1, len(told["differences"]))
    assert {(each["table"], *each["columns"]) for each in told["differences"]} == {("scores", "percent")}
    assert len({each["key"]["unit_id"] for each in told["differences"]}) == 1


async def execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("name", ["scoring", "gateway"])
def test_a_service_that_dies_comes_back_at_its_address(running: House, name: str) -> None:
    before = next(each for each in running.status()["services"] if each["name"] == name)
    os.kill(before["pid"], signal.SIGKILL)

    def back() -> Any:
        now = next(each for each in running.status()["services"] if each["name"] == name)
        return now if now["ready"] and now["pid"] != before["pid"] else None

    assert eventually(back)["url"] == before["url"]


@pytest.mark.parametrize("name", ["nats", "postgres"])
def test_a_server_that_dies_comes_back_and_the_services_find_it(running: House, name: str) -> None:
    before = next(each for each in running.status()["servers"] if each["name"] == name)
    os.kill(before["pid"], signal.SIGKILL)

    def back() -> Any:
        found = running.status()
        now = next((each for each in found["servers"] if each["name"] == name), None)
        return now if now and found["ready"] and now["pid"] != before["pid"] else None

    assert eventually(back)["url"] == before["url"]


def test_after_a_killed_supervisor_the_next_start_takes_over(running: House) -> None:
    before = running.status()
    os.kill(before["pid"], signal.SIGKILL)
    eventually(lambda: running.status()["state"] == "stopped")
    code, _, err = running.run("up", "--detach")
    assert code == 0, err
    after = running.status()
    assert after["ready"] is True
    assert {each["pid"] for each in after["servers"]} == {each["pid"] for each in before["servers"]}
    assert not {each["pid"] for each in after["services"]} & {each["pid"] for each in before["services"]}
    for each in before["services"]:
        assert not psutil.pid_exists(each["pid"]) or processes.gone(psutil.Process(each["pid"]))


def test_everything_is_gone_soon_after_ctrl_c_with_a_stream_open(house: House) -> None:
    house.run("down")
    foreground = house.command("up")
    eventually(lambda: house.status()["state"] == "ready", 60)
    with httpx2.Client() as client, client.stream("GET", f"http://127.0.0.1:{house.port}/live/ripples/{'0' * 32}"):
        begun = time.monotonic()
        os.killpg(foreground.pid, signal.SIGINT)
        os.killpg(foreground.pid, signal.SIGINT)
        _, err = foreground.communicate(timeout=15)
        eventually(lambda: not house.processes(), 5)
        assert time.monotonic() - begun < 10
    assert foreground.returncode == 0
    assert err.splitlines()[-1] == "Đã dừng."
    assert not (house.folder / "run.json").exists()


def test_ctrl_c_in_the_middle_of_the_start_leaves_nothing(house: House) -> None:
    house.run("down")
    foreground = house.command("up")
    eventually(lambda: house.status()["servers"] or foreground.poll(), 60)
    os.killpg(foreground.pid, signal.SIGINT)
    _, err = foreground.communicate(timeout=20)
    eventually(lambda: not house.processes(), 10)
    assert "Traceback" not in err


def test_a_taken_port_is_told_and_nothing_stays_half_started(house: House) -> None:
    house.run("down")
    with socket.create_server(("127.0.0.1", house.port)):
        code, _, err = house.run("up")
    assert code == 1
    assert f"Không dùng được cổng {house.port}: một chương trình khác đang dùng cổng đó." in err
    assert house.processes() == []


def test_down_of_a_house_that_does_not_run_says_so(house: House) -> None:
    house.run("down")
    assert house.run("down")[:2] == (0, "Thi đua không chạy.\n")
    assert house.run("status")[0] == 1
