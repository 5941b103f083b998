"""Days and moments as people write them."""

import re
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_DAY: Final = re.compile(
    r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d{2})-(?P<d2>\d{2})", re.ASCII
)
_CLOCK: Final = re.compile(r"(\d{1,2})[:hg](\d{2})", re.ASCII)
YEARS: Final = range(2000, 2101)
A_LIFE: Final = range(1945, 2101)
"""What is said of people may lie further back."""


def parse_day(text: str, years: range = YEARS) -> date | None:
    """Read a day as people write it (``30/11/2023``) or as a browser sends it (``2023-11-30``); None for all else."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return None
    part = found.groupdict()
    try:
        day = date(int(part["y"] or part["y2"]), int(part["m"] or part["m2"]), int(part["d"] or part["d2"]))
    except ValueError:
        return None
    return day if day.year in years else None


def parse_moment(text: str, otherwise: time) -> datetime | None:
    """Read a day with or without a time, in Vietnam; ``17:00 30/11/2023``, ``30/11/2023 17h00`` or ``2023-11-30T17:00``."""
    day_text, clock = _DAY.search(text), _CLOCK.search(text)
    rest = _CLOCK.sub("", _DAY.sub("", text, count=1), count=1).replace("T", "").replace("ngày", "").strip(" ,")
    day = parse_day(day_text.group()) if day_text else None
    if day is None or rest:
        return None
    try:
        at = time(int(clock[1]), int(clock[2])) if clock else otherwise
    except ValueError:
        return None
    return datetime.combine(day, at, VIETNAM)
