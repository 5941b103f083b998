"""Where everything of one house lies: data, keys and logs under ``.thidua/``, next to where it is started."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thidua.errors import Refusal


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one house."""

    folder: Path

    @classmethod
    def here(cls) -> "Home":
        """Take ``THIDUA_HOME``, else ``.thidua`` in the current folder."""
        return cls(Path(os.environ.get("THIDUA_HOME") or ".thidua").absolute())

    def ensure(self) -> None:
        """Make the folders; what lies in them is for their owner alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self.keys.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refusal(
                f"Không tạo được thư mục dữ liệu {self.folder} ({error.strerror}). "
                "Hãy kiểm tra quyền ghi, hoặc đặt THIDUA_HOME tới một thư mục ghi được."
            ) from error

    @property
    def nats(self) -> Path:
        return self.folder / "nats"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def evidence(self) -> Path:
        """The files that units hand in with their reports."""
        return self.folder / "evidence"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def nats_keys(self) -> Path:
        """One seed per service, and the administrator's."""
        return self.keys / "nats"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def accounts(self) -> Path:
        """The demo accounts with their passwords."""
        return self.keys / "accounts.json"

    @property
    def loaded(self) -> Path:
        """The fingerprint of the data folder that was loaded last."""
        return self.folder / "loaded.json"

    @property
    def run(self) -> Path:
        """What runs now: process ids, ports, addresses."""
        return self.folder / "run.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the house for one supervisor; the lock falls with the process, however that ends."""
        self.ensure()
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                run = read_json(self.run)
                where = f" tại {run['url']}" if run.get("url") else ""
                raise Refusal(
                    f"Thi đua đang chạy rồi{where} (tiến trình {run.get('pid', 'chưa rõ')}). "
                    "Muốn dừng: thidua down. Muốn chạy thêm một bản: đặt THIDUA_HOME và THIDUA_PORT khác."
                ) from None
            yield


def read_json(path: Path) -> dict[str, Any]:
    """Read a file of ours; a missing or broken one is empty, for whoever wrote it may have been killed."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}
