"""``thidua up | down | status | ripple | replay``: the whole house from one command line.

``keys``, ``prepare`` and ``load`` are the steps of ``up``, one by one, for houses whose parts run apart.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Final, ParamSpec

import typer

from thidua import people, processes, ripple, status
from thidua.errors import Refusal
from thidua.home import Home, read_json
from thidua.supervisor import REPOSITORY, Order, Supervisor

app = typer.Typer(
    help="Thi đua: chạy, dừng và xem cả hệ thống trên máy này.", no_args_is_help=True, pretty_exceptions_enable=False
)
P = ParamSpec("P")


class Replayable(StrEnum):
    """The services whose tables are built from others' events alone."""

    SCORING = "scoring"


_DETACHED_SECONDS: Final = 90.0
_DOWN_SECONDS: Final = 20.0
_NOT_DONE: Final = 1
_FIRST_DEMO_DAY: Final = "2023-11-15"

AsJson = Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc.")]
Data = Annotated[Path, typer.Option(envvar="THIDUA_DATA", help="Thư mục dữ liệu nạp vào lần đầu.", file_okay=False)]
_DATA: Final = REPOSITORY / "data" / "lai-chau-2023"


def _in_words(command: Callable[P, None]) -> Callable[P, None]:
    """Say a refusal on the error output and end with a code that is not zero."""

    @wraps(command)
    def told(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except Refusal as refusal:
            print(refusal, file=sys.stderr)
            raise typer.Exit(_NOT_DONE) from None

    return told


@app.command()
@_in_words
def up(
    detach: Annotated[bool, typer.Option("--detach", help="Chạy nền, trả lại dòng lệnh khi đã sẵn sàng.")] = False,
    port: Annotated[int, typer.Option(envvar="THIDUA_PORT", help="Cổng của trang.", min=1, max=65535)] = 8000,
    demo_date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Ngày nghiệp vụ của lần chạy đầu tiên.")
    ] = _FIRST_DEMO_DAY,  # type: ignore[assignment] # typer reads the default as it reads the option
    data: Data = _DATA,
    silent: Annotated[bool, typer.Option(hidden=True, help="Không in tài khoản: kết quả đi vào nhật ký.")] = False,
) -> None:
    """Khởi động cả hệ thống; Ctrl-C để dừng."""
    home = Home.here()
    if detach:
        _detach(
            home, ["--port", str(port), "--demo-date", demo_date.date().isoformat(), "--data", str(data), "--silent"]
        )
        return
    order = Order(
        home=home,
        port=port,
        demo_date=demo_date.date(),
        data=data.absolute(),
        assets=Path(os.environ.get("ASSETS_DIR") or REPOSITORY / "build" / "assets"),
        database_url=os.environ.get("DATABASE_URL") or None,
        nats_url=os.environ.get("NATS_URL") or None,
        nats_keys=Path(keys) if (keys := os.environ.get("THIDUA_NATS_KEYS")) else None,
    )

    async def run() -> None:
        await Supervisor(order, _say).run((lambda: None) if silent else (lambda: _welcome(home)))

    _say("Đang khởi động …")
    asyncio.run(run())
    _say("Đã dừng.")


@app.command()
@_in_words
def down() -> None:
    """Dừng hệ thống đang chạy, kể cả chạy nền."""
    process = status.supervisor_of(read_json(Home.here().run))
    if process is None:
        print("Thi đua không chạy.")
        return
    process.send_signal(signal.SIGTERM)
    if not processes.until(lambda: processes.gone(process), _DOWN_SECONDS):
        raise Refusal(f"Tiến trình {process.pid} chưa dừng sau {_DOWN_SECONDS:.0f} giây. Hãy chạy lại thidua down.")
    print("Đã dừng.")


@app.command("status")
@_in_words
def show_status(as_json: AsJson = False) -> None:
    """Xem phần nào đang chạy và sẵn sàng; mã thoát 0 khi tất cả sẵn sàng."""
    found = status.look(Home.here())
    if as_json:
        print(json.dumps(found.document(), ensure_ascii=False))
    else:
        _show(found)
    if not found.ready:
        raise typer.Exit(_NOT_DONE)


@app.command("ripple")
@_in_words
def show_ripple(as_json: AsJson = False) -> None:
    """Sửa báo cáo minh họa của một đơn vị và theo dõi tới khi mọi nơi đã cập nhật."""
    home = Home.here()
    found = status.look(home)
    if found.url is None:
        raise Refusal("Thi đua không chạy. Hãy chạy thidua up trước.")
    told = ripple.follow(found.url, home)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(ripple.in_words(told))
    if not told["complete"]:
        raise typer.Exit(_NOT_DONE)


@app.command("replay")
@_in_words
def replay_events(
    service: Annotated[Replayable, typer.Argument(help="Dịch vụ được dựng lại để so.")],
    as_json: AsJson = False,
    database_url: Annotated[
        str | None,
        typer.Option(envvar="DATABASE_URL", help="Tài khoản đọc được mọi cơ sở dữ liệu; bỏ trống: hệ thống đang chạy."),
    ] = None,
) -> None:
    """Dựng lại từ sự kiện rồi so với dữ liệu đang lưu; mã thoát 0 khi khớp hết. Không sửa gì, không phải dừng hệ thống."""
    from thidua import replay  # noqa: PLC0415 - the light commands do not pay for these imports
    from thidua.databases import address_of  # noqa: PLC0415
    from thidua.postgres import PostgresServer  # noqa: PLC0415

    own = PostgresServer(Home.here().postgres)
    if not (database_url or own.alive):
        raise Refusal("Thi đua không chạy. Hãy chạy thidua up trước, hoặc đặt DATABASE_URL tới máy chủ PostgreSQL.")
    url = database_url or own.url
    told = replay.scoring(address_of(url, service), address_of(url, "registry"))
    print(json.dumps(told.document(), ensure_ascii=False) if as_json else replay.in_words(told))
    if told.compared.differing:
        raise typer.Exit(_NOT_DONE)


@app.command("keys")
@_in_words
def hand_out_keys(
    target: Annotated[Path, typer.Argument(help="Thư mục nhận khóa, mỗi dịch vụ một thư mục con.", file_okay=False)],
    data: Data = _DATA,
) -> None:
    """Tạo khóa và mật khẩu còn thiếu, đặt riêng cho từng dịch vụ."""
    from thidua import keyring  # noqa: PLC0415 - the light commands do not pay for these imports

    home = Home.here()
    home.ensure()
    keyring.hand_out(home, data, target)


@app.command("prepare")
@_in_words
def prepare_servers(
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL", help="Tài khoản được tạo cơ sở dữ liệu.")],
    nats_url: Annotated[str, typer.Option(envvar="NATS_URL", help="Máy chủ NATS.")],
    nats_keys: Annotated[
        Path | None, typer.Option(envvar="THIDUA_NATS_KEYS", help="Thư mục khóa NATS; bỏ trống nếu không dùng khóa.")
    ] = None,
    demo_date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Ngày nghiệp vụ lúc bắt đầu; bỏ trống thì theo giờ thật."),
    ] = None,
    data: Data = _DATA,
) -> None:
    """Dựng luồng sự kiện, cơ sở dữ liệu và bảng trên máy chủ có sẵn; chạy lại không làm hỏng gì."""
    from thidua import prepare  # noqa: PLC0415 - the light commands do not pay for these imports

    home = Home.here()
    home.ensure()
    prepare.run(
        home=home,
        data=data,
        database_url=database_url,
        nats_url=nats_url,
        nats_keys=nats_keys,
        demo_date=demo_date.date() if demo_date else None,
    )


@app.command("load")
@_in_words
def load_data(
    url: Annotated[str, typer.Option(envvar="THIDUA_URL", help="Địa chỉ của cổng, ví dụ http://127.0.0.1:8000.")],
    data: Data = _DATA,
) -> None:
    """Nạp thư mục dữ liệu qua cổng; phần đã nạp được giữ nguyên."""
    from thidua import load  # noqa: PLC0415 - the light commands do not pay for these imports

    load.run(home=Home.here(), data=data, url=url)


def _detach(home: Home, options: list[str]) -> None:
    home.ensure()
    log = home.logs / "up.log"
    log.write_text("")
    child = processes.launch(
        [sys.executable, "-m", "thidua", "up", *options],
        log=log,
        cwd=Path.cwd(),
    )
    processes.until(lambda: child.poll() is not None or _stands(home, child), _DETACHED_SECONDS)
    if child.poll() is not None:
        raise Refusal(processes.tail(log, 1))
    if not _stands(home, child):
        child.terminate()
        raise Refusal(f"Sau {_DETACHED_SECONDS:.0f} giây vẫn chưa sẵn sàng, đã cho dừng. Nhật ký: {log}")
    _welcome(home)


def _stands(home: Home, child: "subprocess.Popen[bytes]") -> bool:
    found = status.look(home)
    return found.pid == child.pid and found.state == "ready"


def _welcome(home: Home) -> None:
    """Print what a newcomer needs; the address stands last, where the eye is."""
    found = status.look(home)
    today = (datetime.now(UTC) + found.ahead).astimezone(status.VIETNAM)
    print(f"\nNgày nghiệp vụ: {today:%d/%m/%Y %H:%M} (giờ Việt Nam).")
    print("Tài khoản dùng thử (mật khẩu riêng của máy này):")
    accounts = people.known_accounts(home)
    widths = [max((len(getattr(each, name)) for each in accounts), default=0) for name in ("post", "account")]
    for each in accounts:
        print(f"  {each.post:<{widths[0]}}  {each.account:<{widths[1]}}  {each.password}")
    print(f"\nMở trang: {found.url}", flush=True)


def _show(found: status.Status) -> None:
    words = {"stopped": "không chạy", "starting": "đang khởi động", "ready": "đang chạy", "stopping": "đang dừng"}
    print(f"Thi đua {words[found.state]}" + (f" tại {found.url} (tiến trình {found.pid})" if found.pid else ""))
    for part in (*found.services, *found.servers):
        print(f"  {part.name:<10} {part.pid or '-':>8}  {'sẵn sàng' if part.ready else part.detail}")


def _say(sentence: str) -> None:
    # The terminal may be gone by now; the house is taken down all the same.
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)
