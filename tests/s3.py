"""A server that speaks S3, for tests: moto, in a process of its own."""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx2
from obstore.store import S3Store

ACCESS = {"AWS_ACCESS_KEY_ID": "thu", "AWS_SECRET_ACCESS_KEY": "thu"}


@dataclass(frozen=True)
class S3:
    """Where it listens; it forgets everything when it ends."""

    url: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def remove(self, bucket: str, name: str) -> None:
        """Take a file away; a request without a signature may not."""
        options: Any = {"endpoint": self.url, "access_key_id": "thu", "secret_access_key": "thu"}
        S3Store(bucket, config=options, client_options={"allow_http": True}).delete(name)

    def make_bucket(self, name: str) -> None:
        httpx2.put(f"{self.url}/{name}").raise_for_status()

    def names(self, bucket: str) -> list[str]:
        """Give the keys of all files in a bucket; parts of what is not whole are none."""
        return re.findall("<Key>(.*?)</Key>", httpx2.get(f"{self.url}/{bucket}?list-type=2").raise_for_status().text)


@contextmanager
def running(*, open_requests: int | None = None) -> Iterator[S3]:
    """Run a server; after so many requests it looks at who asks (by default never)."""
    more = {} if open_requests is None else {"INITIAL_NO_AUTH_ACTION_COUNT": str(open_requests)}
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        env={**os.environ, **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr
            for line in process.stderr:
                if found := re.search(r"Running on (http://\S+)", line):
                    break
            else:
                raise AssertionError("moto ended without listening")
            # It says a line for each request, and stands still once nobody has read a pipe's fill of them.
            Thread(target=deque, args=(process.stderr, 0), daemon=True).start()
            yield S3(found[1], process)
        finally:
            process.kill()
