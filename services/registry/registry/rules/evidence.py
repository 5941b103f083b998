"""What a file is, by its content and never by its name; what is taken; and what it is called when it is given out."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from chassis.text import nfc

LARGEST: Final = 20 * 1024 * 1024
MOST_PER_ITEM: Final = 20
HEAD: Final = 16
"""As many bytes of a file's beginning are looked at."""
_LONGEST_NAME: Final = 150


class Kind(StrEnum):
    """What is taken as evidence."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"
    XLSX = "xlsx"


_MAGIC: Final[Mapping[bytes, Kind]] = {
    b"%PDF-": Kind.PDF,
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
}
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT: Final = "[Content_Types].xml"
_PARTS: Final[Mapping[str, Kind]] = {"word/document.xml": Kind.DOCX, "xl/workbook.xml": Kind.XLSX}
"""ECMA-376: a package says what it is by its main part."""

MEDIA: Final[Mapping[Kind, str]] = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.PDF: (".pdf",),
    Kind.JPEG: (".jpg", ".jpeg"),
    Kind.PNG: (".png",),
    Kind.DOCX: (".docx",),
    Kind.XLSX: (".xlsx",),
}
TAKEN: Final = "PDF, ảnh JPEG hoặc PNG, Word (.docx), Excel (.xlsx); tối đa 20 MB mỗi tệp"


class UnfitError(ValueError):
    """The file is not taken; the message says why and what would be."""


def kind_of(head: bytes, parts: Collection[str] = ()) -> Kind:
    """Tell what a file is from its first bytes and, of a ZIP, the names of its parts; raises ``UnfitError``."""
    if not head:
        raise UnfitError("Tệp rỗng, không có nội dung. Hãy chọn lại tệp.")
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head.startswith(OLE):
        raise UnfitError(
            "Tệp là Word hoặc Excel kiểu cũ (.doc, .xls), hoặc có đặt mật khẩu. Hãy bỏ mật khẩu, lưu lại thành .docx, .xlsx "
            "hoặc PDF rồi gửi."
        )
    if head.startswith(ZIP) and _CONTENT in parts:
        if any(part.endswith("vbaProject.bin") for part in parts):
            raise UnfitError(
                "Tệp có chứa macro nên không nhận. Hãy lưu lại thành .docx, .xlsx không có macro, hoặc PDF."
            )
        for part, kind in _PARTS.items():
            if part in parts:
                return kind
    raise UnfitError(f"Nội dung tệp không phải loại được nhận, dù tên tệp ghi gì. Nhận: {TAKEN}.")


def too_large() -> str:
    return "Tệp lớn hơn 20 MB. Hãy nén lại, giảm độ phân giải ảnh, hoặc chia thành nhiều tệp."


def shown_name(name: str, kind: Kind) -> str:
    """Give the name that people see: without folders and control characters, ending as its content says."""
    plain = "".join(letter for letter in nfc(name.replace("\\", "/")) if letter.isprintable())
    plain = PurePosixPath(plain).name.strip(". ") or "minh-chung"
    stem, ending = PurePosixPath(plain).stem, PurePosixPath(plain).suffix
    if ending.lower() not in _ENDINGS[kind]:
        stem, ending = plain, _ENDINGS[kind][0]
    return stem[: _LONGEST_NAME - len(ending)] + ending
