"""The spine once more, against what one would write with well-known frameworks: speed, and what a crash leaves of it.

``make bench-peers`` on an otherwise idle machine. Each row is a process of its own: first product and peer in turn,
A-B-B-A, as ``benchmarks.spine`` measures them, then a crash trial (``benchmarks.crash``). The product's own row is its
crash trial alone. JSON comes last.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from typing import Any, Final

from benchmarks.big_city import Size
from benchmarks.contestants import Product
from benchmarks.contestants_peers import PEERS
from benchmarks.crash import MortalProduct, trial
from benchmarks.spine import measure

_ROWS: Final = (Product.name, *PEERS)


async def row(name: str, size: Size, *, pairs: int, seconds: float, load_seconds: float) -> dict[str, Any]:
    """Measure one peer with one set of settings, then kill it."""
    if name == Product.name:
        return {"crash": await trial(MortalProduct, size, seconds=load_seconds)}
    told = await measure(Product, PEERS[name], size, pairs=pairs, seconds=seconds) if pairs else {}
    return {**told, "crash": await trial(PEERS[name], size, seconds=load_seconds)}


def run(name: str, options: list[str]) -> dict[str, Any]:
    """Measure a row in a process of its own, so that one leaves nothing behind for the next."""
    command = [sys.executable, "-m", "benchmarks.peers_run", "--row", name, *options]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seen: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return seen


def line(name: str, seen: dict[str, Any]) -> str:
    """Give a row for people; receipts are at half of what the slower of the two can take."""
    crash = seen["crash"]
    told = [f"{name:<20}"]
    if name in seen:
        peer, ratio = seen[name], seen["ratios"]["reports_per_second"]
        receipts = [f"{peer[f'receipt_{share}_ms_at_50']:.0f}" for share in ("p50", "p99")]
        told += [
            f"{peer['reports_per_second']:>10.0f}",
            f"{seen[Product.name]['reports_per_second']:>10.0f}",
            f"{ratio['median']:>8.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})",
            f"{' / '.join(receipts):>16}",
        ]
    else:
        told += [" " * 56]
    told += [f"{crash['lost']:>8} of {crash['acknowledged']:<7}", f"{crash['duplicated']:>10}"]
    return " ".join(told)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.peers_run", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*_ROWS, []], help="these alone (default all)")
    parser.add_argument("--row", choices=_ROWS, help=argparse.SUPPRESS)
    parser.add_argument("--blocks", type=int, default=10, help="how many blocks the city has (default 10)")
    parser.add_argument("--members", type=int, default=30, help="how many units a block has (default 30)")
    parser.add_argument("--pairs", type=int, default=4, help="how many turns each side has, 0 for none (default 4)")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long a turn is (default 6)")
    parser.add_argument("--load-seconds", type=float, default=5.0, help="how long before the kill (default 5)")
    given = parser.parse_args()
    if given.row:
        told = asyncio.run(
            row(
                given.row,
                Size(given.blocks, given.members),
                pairs=given.pairs,
                seconds=given.seconds,
                load_seconds=given.load_seconds,
            )
        )
        print(json.dumps(told))
        sys.exit()
    same = [f"--{name.replace('_', '-')}={getattr(given, name)}" for name in ("blocks", "members", "pairs", "seconds")]
    same.append(f"--load-seconds={given.load_seconds}")
    print(
        f"{'':<20} {'a second':>10} {'product':>10} {'product / peer':>18} {'receipt p50/p99':>17} "
        f"{'lost at a kill':>19} {'applied twice':>14}"
    )
    seen = {}
    for each in given.rows or _ROWS:
        seen[each] = run(each, same)
        print(line(each, seen[each]), flush=True)
    print(json.dumps(seen))
