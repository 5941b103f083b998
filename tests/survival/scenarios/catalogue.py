"""What a scenario is, and the catalogue that every module of this folder enters its own into."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from survival.sets import Set, plain
from survival.stage import Stage

Play = Callable[[Stage], Awaitable[None]]


def _nothing() -> None:
    """Every machine can play it."""


@dataclass(frozen=True)
class Scenario:
    """``what`` is one sentence for the report; ``missing`` says why a machine cannot play it, or gives None."""

    name: str
    what: str
    play: Play
    on: Set = plain
    missing: Callable[[], str | None] = _nothing
    measured: bool = False
    """Whether its kills stand apart, so that each one's recovery can be told."""
    must_lose: bool = False
    """Whether it is a control: a checker that finds nothing here would find nothing anywhere."""


CATALOGUE: Final[dict[str, Scenario]] = {}


def scenario(
    name: str,
    what: str,
    *,
    on: Set = plain,
    missing: Callable[[], str | None] = _nothing,
    measured: bool = False,
    must_lose: bool = False,
) -> Callable[[Play], Play]:
    """Enter a fault into the catalogue."""

    def enter(play: Play) -> Play:
        CATALOGUE[name] = Scenario(name, what, play, on, missing, measured, must_lose)
        return play

    return enter
