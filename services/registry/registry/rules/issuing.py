"""What an issuing document says, each finding with its place: every character is in one finding, or in what was not recognised.

A document is read line by line. What begins like a known part (a number in its order, "Về lĩnh vực …", "Nơi nhận:") begins
that part, and every other line goes on with the part before it: so a page's end or a printer's line break inside a
sentence changes nothing. Nothing is corrected and nothing is guessed: an open number stays open.
Source of the forms: the issuing document of 01/2023, and the state's document format (Nghị định 30/2020/NĐ-CP).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from chassis.text import nfc


class Finding(BaseModel):
    """A part of a text: where it stands (``text[start:end]``), what it says, and what was found inside it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    start: int
    end: int
    value: str
    parts: tuple["Finding", ...] = ()


class Recognised(BaseModel):
    """All findings in their order, and the spans between them; together they are the whole text."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    remainder: tuple[tuple[int, int], ...]


class _Line(NamedTuple):
    start: int
    end: int
    words: str
    """What it says, without the marks that a converter sets around bold or slanted letters."""


def _words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space is any white space: a line may end between any two words."""
    return re.compile(pattern.replace(" ", r"\s+"))


_SYMBOL: Final = re.compile(r"Số\s*:?\s*(?P<number>\d*)\s*/\s*(?P<symbol>[\w-]+)")
_ISSUED: Final = _words(
    r"[^\W\d][\w\s.]{1,60},\s*ngày\s*(?P<d>\d{1,2})?[\s….]*tháng\s*(?P<m>\d{1,2})?[\s….]*năm\s*(?P<y>\d{4})"
)
_FORMS: Final = ("PHÁT ĐỘNG", "KẾ HOẠCH", "QUYẾT ĐỊNH", "CHỈ THỊ", "THÔNG BÁO", "HƯỚNG DẪN")
_OPENING: Final = re.compile(r"(Năm \d{4}|Căn cứ|Thực hiện|Để |Nhằm|Phát huy|Hưởng ứng|UBND|Ủy ban|Ủy Ban)")
_DUTY: Final = re.compile(r"(\d{1,2})[.)]\s+")
_FIELD: Final = _words(r"Về lĩnh vực (?P<name>[^:]{2,120}):\s*")
_WORKS: Final = _words(r"(?:Tập trung|Huy động)[^.:]{0,80}công trình trọng điểm")
_CLOSING: Final = re.compile(r"Trên đây là ")
_RECIPIENTS: Final = re.compile(r"Nơi nhận\s*:?\s*$")
_DASH: Final = re.compile(r"[-–+]\s*")
_SIGNING: Final = re.compile(r"(TM|KT|TL|TUQ|Q)\.\s")
_THEME: Final = _words(r"chủ đề:?\s*“(?P<theme>[^“”]{3,1000})”")
_ISSUER: Final = _words(r"(?P<issuer>(?:Chủ tịch )?(?:UBND|Ủy ban nhân dân)[^,.;:“”]{2,80}?)\s+phát\s+động")
_QUOTED: Final = _words(r"“(?P<name>Phong trào thi đua [^“”(]{3,200}?)\s*\(|“(?P<other>[^“”]{3,300})”")
_MOVED: Final = _words(r"[Pp]hong trào(?: thi đua)?[^“”.;:]{0,40}:?\s*$|như:[^“”.;]*$")
_AMONG: Final = _words(r"[,\s]*(?:và )?")
_GROUND: Final = _words(
    r"(?:Chỉ thị|Nghị quyết|Quyết định|Kế hoạch|Nghị định|Thông tư|Luật) số [\w,\s/-]{1,120}?"
    r"(?: ngày \d{1,2}/\d{1,2}/\d{4})? của [^,;.“”()]{3,120}?(?=\s*(?:[,;.“”()]| về ))"
)
_TARGET: Final = _words(
    r"(?P<how>tối thiểu|ít nhất|không dưới|trên|tối đa|không quá|dưới)\s+(?P<plan>\d+(?:,\d+)?)\s*(?P<measure>%|‰)"
)
_MOST: Final = frozenset({"tối đa", "không quá", "dưới"})
_CLAUSE: Final = ";,.:"
_SENTENCE: Final = re.compile(r"[.!?][”\"»]*\s+")
_ABBREVIATED: Final = re.compile(r"\b[A-ZĐ]{1,3}$")
_HYPHENED: Final = re.compile(r"(?<=\S)-[ \t\r]*\n\s*(?=\w)")
_TITLE_LINES: Final = 8


def recognise(text: str) -> Recognised:
    """Find the parts of an issuing document in its text."""
    lines = [line for line in _lines(text) if line.words]
    found = sorted(_head(text, lines) + _body(text, lines) + _foot(text, lines), key=lambda each: each.start)
    kept: list[Finding] = []
    for finding in found:
        if not kept or kept[-1].end <= finding.start:
            kept.append(finding)
    borders = [0, *[border for each in kept for border in (each.start, each.end)], len(text)]
    between = zip(borders[::2], borders[1::2], strict=True)
    return Recognised(findings=tuple(kept), remainder=tuple((start, end) for start, end in between if start < end))


def clean(text: str) -> str:
    """Give what a piece of text says: one line, without the marks of a converter; a line's end divides no ``a-b``."""
    return nfc(_HYPHENED.sub("-", text.replace("*", "")))


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for raw in text.splitlines(keepends=True):
        start, end = _trimmed(text, at, at + len(raw))
        yield _Line(start, end, clean(text[start:end]))
        at += len(raw)


def _finding(kind: str, text: str, start: int, end: int, *parts: Finding, value: str | None = None) -> Finding:
    said = clean(text[start:end]) if value is None else value
    return Finding(kind=kind, start=start, end=end, value=said, parts=parts)


def _head(text: str, lines: Sequence[_Line]) -> list[Finding]:
    """Find number, place and day, form, title; then who launches it and under which theme."""
    found = []
    form = next((place for place, line in enumerate(lines) if _is_form(line.words)), None)
    first = next((place for place, line in enumerate(lines) if _begins(line.words, 1)), len(lines))
    for line in lines[: form if form is not None else first]:
        at = line.start
        for kind, pattern in (("symbol", _SYMBOL), ("issued", _ISSUED)):
            if there := pattern.search(text, at, line.end):
                found.append(_finding(kind, text, *there.span(), value=_written(kind, there)))
                at = there.end()
    after = 0
    if form is not None:
        found.append(_finding("form", text, lines[form].start, lines[form].end))
        title = _title(text, lines[form + 1 : first])
        found += [title] if title else []
        after = title.end if title else lines[form].end
    opening = (after, lines[first].start if first < len(lines) else len(text))
    for kind, pattern in (("theme", _THEME), ("issuer", _ISSUER)):
        if there := pattern.search(text, *opening):
            found.append(_finding(kind, text, *there.span(kind)))
    return found


def _written(kind: str, there: re.Match[str]) -> str:
    """Write number and symbol, or the day; empty where the document leaves it open."""
    if kind == "symbol":
        return f"{there['number']}/{there['symbol']}"
    day, month, year = there["d"], there["m"], there["y"]
    return f"{int(day):02d}/{int(month):02d}/{year}" if day and month else ""


def _is_form(words: str) -> bool:
    return words.isupper() and words.startswith(_FORMS)


def _title(text: str, lines: Sequence[_Line]) -> Finding | None:
    """Give the lines under the form: to the first empty one, or to where the text itself begins."""
    end = None
    for line, after in zip_longest(lines, lines[1:]):
        if _OPENING.match(line.words) and line is not lines[0]:
            break
        end = line.end
        if after is None or text[line.end : after.start].count("\n") > 1:
            break
    if not lines or end is None or text[lines[0].start : end].count("\n") > _TITLE_LINES:
        return None
    return _finding("title", text, lines[0].start, end)


def _begins(words: str, expected: int) -> str | None:
    """Tell which part of the body a line begins with; duties only in their order."""
    duty = _DUTY.match(words)
    if duty and int(duty[1]) == expected:
        return "duty"
    for kind, pattern in (("field", _FIELD), ("works", _WORKS), ("closing", _CLOSING), ("foot", _RECIPIENTS)):
        if pattern.match(words):
            return kind
    return "foot" if _SIGNING.match(words) else None


def _body(text: str, lines: Sequence[_Line]) -> list[Finding]:
    """Find duties, fields with their tasks, and works; a line that begins nothing goes on with what stands before it."""
    parts: list[tuple[str, int, int]] = []
    expected = 1
    for line in lines:
        kind = _begins(line.words, expected)
        if expected == 1 and kind != "duty":
            continue
        expected += kind == "duty"
        if kind:
            parts.append((kind, line.start, line.end))
        else:
            parts[-1] = (*parts[-1][:2], line.end)
        if kind == "foot":
            break
    return [_part(text, *part) for part in parts if part[0] not in ("closing", "foot")]


def _part(text: str, kind: str, start: int, end: int) -> Finding:
    if kind == "field":
        named = _FIELD.match(text.replace("*", " "), start)
        assert named is not None
        tasks = tuple(
            _finding("task", text, *span, *_mentions(text, *span)) for span in _sentences(text, named.end(), end)
        )
        return _finding("field", text, start, end, *tasks, value=_capital(clean(named["name"])))
    value = clean(text[start:end])
    number = _DUTY.match(value) if kind == "duty" else None
    said = value[number.end() :] if number else value
    return _finding(kind, text, start, end, *_mentions(text, start, end), value=said)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the spans of the sentences: a full stop ends one unless it ends an abbreviation."""
    begin = start
    for stop in _SENTENCE.finditer(text, start, end):
        if (
            stop.end() < end
            and text[stop.end()].isupper()
            and not _ABBREVIATED.search(text[max(begin, stop.start() - 4) : stop.start()])
        ):
            yield _trimmed(text, begin, stop.end())
            begin = stop.end()
    last = _trimmed(text, begin, end)
    if last[0] < last[1]:
        yield last


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\n\r*":
        start += 1
    while start < end and text[end - 1] in " \t\n\r*":
        end -= 1
    return start, end


def _mentions(text: str, start: int, end: int) -> list[Finding]:
    """Find what a part names: numeric targets, movements, the documents it stands on; of two that overlap the first."""
    found = [_target(text, start, end, there) for there in _TARGET.finditer(text, start, end)]
    found += _movements(text, start, end)
    found += [_finding("ground", text, *there.span()) for there in _GROUND.finditer(text, start, end)]
    apart: list[Finding] = []
    for each in sorted(found, key=lambda each: each.start):
        if not apart or apart[-1].end <= each.start:
            apart.append(each)
    return apart


def _target(text: str, start: int, end: int, there: re.Match[str]) -> Finding:
    """Give the clause that holds a number; its value names what is to be reached, ``target_row`` reads the rest."""
    first = max((text.rfind(mark, start, there.start()) + 1 for mark in _CLAUSE), default=start)
    last = min((at for mark in _CLAUSE if (at := text.find(mark, there.end(), end)) >= 0), default=end)
    return _finding("target", text, *_trimmed(text, max(first, start), last))


def target_row(value: str, number: int) -> dict[str, str]:
    """Write a found target as a row of a draft."""
    there = _TARGET.search(value)
    assert there is not None
    name = nfc(value[: there.start()] + " " + value[there.end() :])
    return {
        "code": f"CT{number}",
        "name": _capital(name),
        "measure": there["measure"],
        "direction": "at_most" if nfc(there["how"]) in _MOST else "at_least",
        "plan": there["plan"],
    }


def _movements(text: str, start: int, end: int) -> list[Finding]:
    """Find names in quotation marks that follow the word for a movement, or another one in the same list."""
    found: list[Finding] = []
    before = start
    for quoted in _QUOTED.finditer(text, start, end):
        group = "name" if quoted["name"] else "other"
        lead = text[before : quoted.start()]
        if group == "name" or _MOVED.search(lead) or (found and found[-1].end + 1 >= before and _AMONG.fullmatch(lead)):
            found.append(_finding("movement", text, *quoted.span(group)))
        before = quoted.end()
    return found


def _foot(text: str, lines: Sequence[_Line]) -> list[Finding]:
    """Find recipients, the authority under which it is signed, and the signer."""
    places = [place for place, line in enumerate(lines) if _RECIPIENTS.match(line.words)]
    found: list[Finding] = []
    rest = list(lines[places[-1] + 1 :] if places else ())
    named: list[Finding] = []
    while rest and (dash := _DASH.match(text, rest[0].start)):
        line = rest.pop(0)
        while rest and not _DASH.match(rest[0].words) and rest[0].words[0].islower():
            line = _Line(line.start, rest[0].end, text[line.start : rest.pop(0).end])
        start = dash.end()
        named.append(_finding("recipient", text, start, line.end, value=clean(text[start : line.end]).rstrip(";.")))
    if named:
        head = lines[places[-1]]
        found.append(_finding("recipients", text, head.start, named[-1].end, *named, value=head.words.rstrip(":")))
    signing = next((place for place, line in enumerate(lines) if _SIGNING.match(line.words)), None)
    if signing is None:
        return found
    last = signing
    while last + 1 < len(lines) and lines[last + 1].words.isupper():
        last += 1
    found.append(_finding("authority", text, lines[signing].start, lines[last].end))
    if last + 1 < len(lines) and lines[last + 1].words.istitle() and lines[last + 1].end - lines[last + 1].start < 60:  # noqa: PLR2004 - a name
        found.append(_finding("signer", text, lines[last + 1].start, lines[last + 1].end))
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
