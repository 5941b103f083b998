"""A service whose machine has the wrong time, by libfaketime."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from chassis.testing import ServiceProcess

_PLACES: Final = ("lib*/faketime", "lib/*/faketime", "local/lib/faketime")
_A_WEEK: Final = 7 * 24 * 3600


class ShiftedService(ServiceProcess):
    """A service process whose wall clock is ``by`` ahead or behind, as in ``+45m`` or ``-2d``; time runs as ever."""

    # The loader takes the library up before there is a Python, so it cannot be forked from one that runs.
    context = multiprocessing.get_context("spawn")

    def __init__(self, name: str, environment: Mapping[str, str], *, log: Path, by: str) -> None:
        super().__init__(name, environment, log=log)
        self._shift = shifted(by)

    def start(self, **more: str) -> None:
        with pytest.MonkeyPatch.context() as here:
            for name, value in self._shift.items():
                here.setenv(name, value)
            super().start(**more)


def shifted(by: str) -> dict[str, str]:
    """Give the environment of a process whose wall clock is ``by`` ahead or behind."""
    return {"LD_PRELOAD": str(library()), "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def library() -> Path | None:
    """Find the library in ``FAKETIME_LIBRARY`` or where distributions put it."""
    named = os.environ.get("FAKETIME_LIBRARY")
    found = [Path(named)] if named else []
    found += (file for place in _PLACES for file in Path("/usr").glob(f"{place}/libfaketimeMT.so.1"))
    return next(iter(found), None)


def missing() -> str | None:
    """Tell why no clock can be shifted on this machine, None if it can."""
    if library() is None:
        return "libfaketime is not installed"
    said = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **shifted("+10d")},
    )
    if said.returncode or float(said.stdout) < time.time() + _A_WEEK:
        return f"libfaketime does not shift a Python here: {said.stderr.strip() or said.stdout.strip()}"
    return None
