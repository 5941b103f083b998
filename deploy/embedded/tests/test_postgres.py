"""Does the launcher keep one real PostgreSQL through starts, crashes and second looks, and say plainly what is wrong?"""

import os
import stat
from pathlib import Path

import asyncpg
import psutil
import pytest

from thidua import postgres
from thidua.errors import Refusal
from thidua.postgres import PostgresServer


async def rows(server: PostgresServer) -> int:
    connection = await asyncpg.connect(server.url)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
    await connection.execute("INSERT INTO kept DEFAULT VALUES")
    found: int = await connection.fetchval("SELECT count(*) FROM kept")
    await connection.close()
    return found


async def test_what_was_committed_survives_a_kill_at_the_same_address(tmp_path: Path) -> None:
    with PostgresServer(tmp_path) as server:
        url, pid = server.url, server.pid
        assert await rows(server) == 1
        server.kill()
        assert not server.alive
        server.start()
        assert server.url == url
        assert server.pid != pid
        assert await rows(server) == 2
    assert server.pid is None


async def test_a_postmaster_killed_under_its_backends_starts_again(tmp_path: Path) -> None:
    with PostgresServer(tmp_path) as server:
        open_elsewhere = await asyncpg.connect(server.url)
        psutil.Process(server.pid).kill()
        server.start()
        assert await rows(server) == 1
        open_elsewhere.terminate()


def test_a_second_launcher_adopts_the_running_one(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, fsync=False) as first:
        second = PostgresServer(tmp_path, fsync=False)
        second.start()
        assert (second.adopted, second.pid, second.url) == (True, first.pid, first.url)


async def test_a_stale_pid_file_with_the_number_of_another_program_is_no_obstacle(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, fsync=False) as server:
        server.kill()
        pid_file = tmp_path / "data" / "postmaster.pid"
        pid_file.write_text("\n".join([str(os.getppid()), *pid_file.read_text().split("\n")[1:]]))
        server.start()
        assert await rows(server) == 1


async def test_it_is_durable_private_and_the_same_everywhere(tmp_path: Path) -> None:
    with PostgresServer(tmp_path) as server:
        connection = await asyncpg.connect(server.url)
        shown = {
            name: await connection.fetchval(f"SHOW {name}")
            for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "listen_addresses")
        }
        locale = await connection.fetchrow(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'"
        )
        await connection.close()
        assert shown == {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
        }
        assert locale is not None
        assert (locale[0], locale[1]) == (b"b", "C.UTF-8")
        assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url_of("postgres", postgres.SUPERUSER, "wrong"))


async def test_a_folder_deeper_than_a_socket_name_may_be_long_works(tmp_path: Path) -> None:
    deep = tmp_path / ("thư-mục-dài-" * 8)
    with PostgresServer(deep, fsync=False) as server:
        assert await rows(server) == 1


def test_data_of_another_major_version_are_refused_and_left_alone(tmp_path: Path) -> None:
    version = tmp_path / "data" / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("15\n")
    with pytest.raises(Refusal, match=r"là của PostgreSQL 15, còn máy này chạy bản 18\. .*pg_upgrade"):
        PostgresServer(tmp_path).start()
    assert version.read_text() == "15\n"


async def test_a_killed_initdb_leaves_nothing_half_made(tmp_path: Path) -> None:
    unfinished = tmp_path / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with PostgresServer(tmp_path, fsync=False) as server:
        assert await rows(server) == 1


def test_a_server_older_than_the_migrations_is_refused() -> None:
    with pytest.raises(Refusal, match="là bản 14, cũ quá: cần từ bản 15"):
        postgres.refuse_old(14, where="ở DATABASE_URL")
