"""Processes forked from the nursery: the services, and errands that need what only the nursery has imported.

This module stays light, for the supervisor imports it too.
"""

import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from thidua.errors import Refusal

_CONTEXT: Final = get_context("forkserver")


def open_nursery() -> None:
    """Start the fork server; it imports while the databases start."""
    # A child would import the program that was called, the command line, as its own __main__; it has no use for it.
    vars(sys.modules["__main__"]).pop("__file__", None)
    _CONTEXT.set_forkserver_preload(["thidua.nursery"])
    forkserver.ensure_running()


def start_service(name: str, environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """Start one service in a fork; its output goes to the end of ``log``."""
    process = _CONTEXT.Process(target=_serve, args=(name, dict(environment), log), name=name, daemon=True)
    process.start()
    return process


def errand(module: str, **arguments: Any) -> Any:
    """Run ``module.run(**arguments)`` in a fork and give its answer; raises the ``Refusal`` that it raised."""
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_run, args=(module, arguments, sender), name=module, daemon=True)
    process.start()
    sender.close()
    try:
        answer, refusal = receiver.recv()
    except EOFError:
        answer, refusal = None, f"Bước {module} dừng giữa chừng. Hãy chạy lại."
    process.join()
    if refusal:
        raise Refusal(refusal)
    return answer


def _serve(name: str, environment: Mapping[str, str], log: Path) -> None:
    _detach()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    os.environ.update(environment)
    importlib.import_module("chassis.service").run(name)


def _run(module: str, arguments: Mapping[str, Any], answer_to: Connection) -> None:
    _detach()
    try:
        answer_to.send((importlib.import_module(module).run(**arguments), None))
    except Refusal as refusal:
        answer_to.send((None, str(refusal)))
    except Exception as error:  # noqa: BLE001 - the supervisor has to say it, whatever it is
        traceback.print_exc()
        answer_to.send((None, f"Có lỗi không lường trước ở bước {module}: {type(error).__name__}: {error}"))


def _detach() -> None:
    """Take a session of its own, for Ctrl-C in the terminal is the supervisor's alone, and watch for its end."""
    os.setsid()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Stop in order when the supervisor is gone, however it went: nobody else would tell."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
