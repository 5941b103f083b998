"""Both slices once more, against what one would write with well-known frameworks: speed, and what a crash leaves of it.

``make bench-peers`` on an otherwise idle machine. Each row is a process of its own: product and peer in turn, A-B-B-A, as
``benchmarks.spine`` measures them, in the spine followed by a crash trial (``benchmarks.crash``). The product's own row is
its crash trial alone. Writes docs/performance-peers.json and its tables in docs/performance.md; JSON comes last.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from typing import Any, Final

from benchmarks.big_city import Size
from benchmarks.contestants import Product
from benchmarks.contestants_peers import PEERS, WHOLE_PEERS
from benchmarks.crash import MortalProduct, trial
from benchmarks.page import commit, write_peer
from benchmarks.spine import measure
from benchmarks.whole import Whole

_ROWS: Final = (Product.name, *PEERS)
_SLICES: Final = ("spine", "whole")


async def row(part: str, name: str, size: Size, *, pairs: int, seconds: float, load_seconds: float) -> dict[str, Any]:
    """Measure one peer with one set of settings in one slice; in the spine, kill it then."""
    if part == "whole":
        return await measure(Whole, WHOLE_PEERS[name], size, pairs=pairs, seconds=seconds)
    kind = MortalProduct if name == Product.name else PEERS[name]
    told: dict[str, Any] = {}
    if pairs and name in PEERS:
        told = await measure(Product, PEERS[name], size, pairs=pairs, seconds=seconds)
    if load_seconds:
        told["crash"] = await trial(kind, size, seconds=load_seconds)
    return told


def run(part: str, name: str, options: list[str]) -> dict[str, Any]:
    """Measure a row in a process of its own, so that one leaves nothing behind for the next."""
    command = [sys.executable, "-m", "benchmarks.peers_run", "--slice", part, "--row", name, *options]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seen: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.peers_run", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*_ROWS, []], help="these alone (default all)")
    parser.add_argument("--slice", choices=_SLICES, help="this slice alone (default both)")
    parser.add_argument("--row", choices=_ROWS, help=argparse.SUPPRESS)
    parser.add_argument("--blocks", type=int, default=10, help="how many blocks the city has (default 10)")
    parser.add_argument("--members", type=int, default=30, help="how many units a block has (default 30)")
    parser.add_argument("--pairs", type=int, default=4, help="how many turns each side has, 0 for none (default 4)")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long a turn is (default 6)")
    parser.add_argument("--load-seconds", type=float, default=5.0, help="before the kill; 0 for no kill (default 5)")
    given = parser.parse_args()
    how = {name: getattr(given, name) for name in ("pairs", "seconds", "load_seconds")}
    if given.row:
        print(json.dumps(asyncio.run(row(given.slice, given.row, Size(given.blocks, given.members), **how))))
        sys.exit()
    options = [f"--{each.replace('_', '-')}={getattr(given, each)}" for each in ("blocks", "members", *how)]
    seen: dict[str, dict[str, Any]] = {}
    for part in (given.slice,) if given.slice else _SLICES:
        for each in given.rows or _ROWS:
            # What a kill leaves of the whole ripple is for the survival tests.
            if part == "whole" and (each == Product.name or not given.pairs):
                continue
            told = {"commit": commit(), "pairs": given.pairs, "seconds": given.seconds, **run(part, each, options)}
            seen.setdefault(part, {})[each] = told
            # After each, so that an hour of measuring is not lost with the last of them.
            write_peer(part, each, told)
    print(json.dumps(seen))
