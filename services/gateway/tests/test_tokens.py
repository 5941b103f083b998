"""Can every pair of colours that the pages put together be read? (WCAG 2.2, 1.4.3 and 1.4.11)"""

import re
from pathlib import Path

import pytest

import gateway.pages

CSS = (Path(gateway.pages.__file__).parent / "static" / "tokens.css").read_text()
TEXT, SHAPE = 4.5, 3.0

PAIRS = [
    *[(token, ground, TEXT) for token in ("muc", "muc-2") for ground in ("mat", "nen", "mat-2", "cham-nhat")],
    *[(token, "mat", TEXT) for token in ("cham", "son", "che", "nghe")],
    *[(token, f"{token}-nhat", TEXT) for token in ("cham", "son", "che", "nghe")],
    ("nghe", "nen", TEXT),
    ("muc", "nghe-nhat", TEXT),
    ("dau-chu", "dau-trang", TEXT),
    ("tile-chu-2", "dau-trang", TEXT),
    ("tile-chu-2", "tile", TEXT),
    ("tile-len", "tile", TEXT),
    ("nut-chu", "nut", TEXT),
    *[(token, "mat", SHAPE) for token in ("vach-dam", "son-ve", "che-ve", "nghe-ve")],
]


def themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS)
    return {
        selector.strip(): dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})", body)) for selector, body in blocks
    }


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", themes())
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_each_pair_can_be_read(theme: str, front: str, ground: str, least: float) -> None:
    tokens = themes()[theme]
    assert contrast(tokens[front], tokens[ground]) >= least


def test_both_ways_to_the_dark_theme_say_the_same() -> None:
    light, *dark = themes().values()
    assert len(dark) == 2
    assert dark[0] == dark[1]
    assert light.keys() == dark[0].keys()


def test_components_use_tokens_only() -> None:
    for path in sorted((Path(gateway.pages.__file__).parent / "static").glob("*.css")):
        if path.name != "tokens.css":
            colours = set(re.findall(r"#[0-9A-Fa-f]{3,6}\b", path.read_text()))
            # White on the always dark header and tile, black on paper, ink on the gold count.
            assert colours <= {"#fff", "#000", "#18202F"}, path.name
