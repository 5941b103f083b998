"""Put what the browser needs from npm into one folder: ``python -m gateway.pages.assets build/assets``.

Be Vietnam Pro has no tabular figures, so columns of numbers use ``Thi Dua So``: its own digits, plus and minus, set to
one advance width. It is made here from the installed font (SIL OFL 1.1, no reserved name) and never committed.

Documents are set in Tinos (SIL OFL 1.1), whose letters are as wide as those of Times New Roman, the face of Nghị định
30/2020/NĐ-CP; npm has it in pieces for browsers, a PDF needs it whole.
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Final

from fontTools.merge import Merger
from fontTools.merge import Options as Merging
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

_MODULES: Final = Path("node_modules")
_SCRIPTS: Final = ("htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js")
_FACE: Final = "@fontsource/be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff2"
_SUBSETS: Final = ("latin", "vietnamese")
_WEIGHTS: Final = (400, 500, 600, 700)
_DOCUMENTS: Final = "@fontsource/tinos/files/tinos-{subset}-{face}.woff2"
_FACES: Final = ("400-normal", "700-normal", "400-italic")
_FIGURES: Final = "0123456789+\u2212"


def copy_all(target: Path) -> None:
    """Put the scripts together, copy the fonts and make the tabular figures; raises ``FileNotFoundError`` before ``npm ci``."""
    target.mkdir(parents=True, exist_ok=True)
    # One file: htmx looks at the page as soon as it can, and an extension that arrives a moment later is never asked.
    (target / "htmx.min.js").write_text("\n".join((_MODULES / script).read_text() for script in _SCRIPTS))
    for weight in _WEIGHTS:
        for subset in _SUBSETS:
            shutil.copy(_MODULES / _FACE.format(subset=subset, weight=weight), target)
        make_figures(_MODULES / _FACE.format(subset="latin", weight=weight), target / f"thi-dua-so-{weight}.woff2")
    for face in _FACES:
        pieces = [
            _MODULES / _DOCUMENTS.format(subset=subset, face=face) for subset in ("latin", "latin-ext", "vietnamese")
        ]
        join(pieces, target / f"tinos-{face}.ttf")


def join(pieces: list[Path], target: Path) -> None:
    """Make one face of its pieces, as TrueType; without kerning, which no two pieces share."""
    plain = []
    for piece in pieces:
        font = TTFont(piece)
        font.flavor = None
        font.save(unpacked := BytesIO())
        unpacked.seek(0)
        plain.append(unpacked)
    Merger(Merging(drop_tables=["GSUB", "GPOS", "GDEF"])).merge(plain).save(target)


def make_figures(source: Path, target: Path) -> None:
    """Subset a face to its figures and give each the widest one's advance, the glyph centred in it."""
    font = TTFont(source)
    options = Options(layout_features=[], flavor="woff2", name_IDs=[1, 2], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text=_FIGURES)
    subsetter.subset(font)
    names = [font.getBestCmap()[ord(figure)] for figure in _FIGURES if ord(figure) in font.getBestCmap()]
    widest = max(font["hmtx"][name][0] for name in names)
    for name in names:
        advance, bearing = font["hmtx"][name]
        shift = (widest - advance) // 2
        _move(font, name, shift)
        font["hmtx"][name] = (widest, bearing + shift)
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = "Thi Dua So"
    font.flavor = "woff2"
    font.save(target)


def _move(font: TTFont, name: str, shift: int) -> None:
    if "glyf" in font:
        glyph = font["glyf"][name]
        if glyph.numberOfContours > 0:
            glyph.coordinates.translate((shift, 0))
            glyph.recalcBounds(font["glyf"])
        return
    glyphs = font.getGlyphSet()
    pen = T2CharStringPen(font["hmtx"][name][0], glyphs)
    from fontTools.pens.transformPen import TransformPen  # noqa: PLC0415 - only a CFF face needs it

    glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, shift, 0)))
    private = font["CFF "].cff.topDictIndex[0].CharStrings[name].private
    font["CFF "].cff.topDictIndex[0].CharStrings[name] = pen.getCharString(private)


if __name__ == "__main__":
    copy_all(Path(sys.argv[1]))
