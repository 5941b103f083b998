"""Issuing documents as files: what kind one is, its text, and the draft that it fills."""

import asyncio
import base64
import binascii
import io
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from registry import rules
from registry.actions.bodies import ImportBody, Imported
from registry.actions.campaigns import WORDS
from registry.actions.designs import draft_state, lock_draft, sections_in, touch_draft, write_sections
from registry.actions.writing import step
from registry.rules import CampaignAct, Section

LARGEST_FILE: Final = 1024 * 1024
LARGEST_TEXT: Final = 300_000
_LARGEST_UNPACKED: Final = 30 * 1024 * 1024
_MOST_PAGES: Final = 100
_REMEDY: Final = "Chọn tệp DOCX, PDF có chữ hoặc tệp văn bản, tối đa 1 MB; hoặc dán nội dung vào ô bên dưới"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ONE_READER: Final = threading.Lock()
"""pdfium may be used by one thread at a time."""


async def import_document(tx: Tx, campaign_id: UUID, body: ImportBody) -> Imported:
    """Fill the sections of a draft that are still empty from its issuing document, and keep the document's text beside it.

    Raises ``Invalid`` for a file that cannot be read, in words that say why and what would help.
    """
    draft = await lock_draft(tx, campaign_id)
    step(rules.CAMPAIGN_STEPS, WORDS, draft_state(draft), CampaignAct.SAVE)
    kind, text = await _read(body)
    recognised = rules.recognise(text)
    standing = await sections_in(tx, campaign_id)
    found = {name: section for name, section in rules.draft_of(recognised).items() if section != Section()}
    new = {name: section for name, section in found.items() if standing[name] == Section()}
    kept = tuple(name for name in found if name not in new and standing[name] != found[name])
    await write_sections(tx, campaign_id, new)
    source = {"kind": kind, "text": text, "kept": kept, **recognised.model_dump(mode="json")}
    version = draft["version"] + 1
    await touch_draft(tx, campaign_id, version, source=source)
    return Imported(version=version, filled=tuple(new), kept=kept)


async def _read(body: ImportBody) -> tuple[str, str]:
    if (body.content is None) == (body.text is None):
        raise _refused(
            "chưa có tệp, cũng chưa có nội dung dán vào" if body.text is None else "vừa có tệp vừa có nội dung"
        )
    if body.content is None:
        return "text", _bounded(body.text or "")
    try:
        content = base64.b64decode(body.content, validate=True)
    except binascii.Error:
        raise _refused("không đọc được tệp gửi lên") from None
    if len(content) > LARGEST_FILE:
        raise _refused("tệp lớn hơn 1 MB")
    # A file may keep a parser busy, and everybody else's requests run on this thread.
    return await asyncio.to_thread(text_of, content)


def text_of(content: bytes) -> tuple[str, str]:
    """Give what kind of file this is, told by its content and never by its name, and its text in NFC.

    Raises ``Invalid`` for a file that is broken, locked, too large when unpacked, a picture, or of another kind.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf", _bounded(_pdf(content))
    if content.startswith(b"PK\x03\x04"):
        return "docx", _bounded(_docx(content))
    if content.startswith(_OLD_OFFICE):
        raise _refused("tệp Word đời cũ (.doc) hoặc có mật khẩu", "Mở bằng Word, bỏ mật khẩu và lưu lại thành DOCX")
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), "utf-8")
    try:
        return "text", _bounded(content.decode(encoding))
    except UnicodeDecodeError:
        raise _refused("không phải DOCX, PDF hay văn bản viết bằng UTF-8") from None


def _bounded(text: str) -> str:
    """Give the text as it is kept: composed, with one kind of line end; nothing that a database has no place for."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\0" in plain or any("\ud800" <= char <= "\udfff" for char in plain):
        raise _refused("không phải DOCX, PDF hay văn bản viết bằng UTF-8")
    if not any(char.isalnum() for char in plain):
        raise _refused("không có chữ nào", "Nếu là bản chụp, hãy dán nội dung vào ô bên dưới hoặc dùng tệp gốc")
    if len(plain) > LARGEST_TEXT:
        raise _refused(f"dài hơn {LARGEST_TEXT} ký tự")
    return plain


def _pdf(content: bytes) -> str:
    # Loaded where it is used: nobody else's start has to wait for it.
    import pypdfium2  # noqa: PLC0415

    with _ONE_READER:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise _refused("tệp PDF có mật khẩu", "Bỏ mật khẩu rồi chọn lại tệp") from None
            raise _refused("tệp PDF bị hỏng, không mở được", "Mở thử trên máy, lưu lại rồi chọn lại tệp") from None
        try:
            if len(document) > _MOST_PAGES:
                raise _refused(f"tệp PDF dài hơn {_MOST_PAGES} trang")
            pages = [page.get_textpage().get_text_bounded() for page in document]
        except pypdfium2.PdfiumError:
            raise _refused("tệp PDF có trang bị hỏng", "Mở thử trên máy, lưu lại rồi chọn lại tệp") from None
        finally:
            document.close()
    # pdfium takes a hyphen at the end of a line for one that divides a word; here it is part of a number or a name.
    return "\n".join(pages).replace("\x02", "-")


def _docx(content: bytes) -> str:
    import docx  # noqa: PLC0415 - as above

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = {each.filename: each.file_size for each in packed.infolist()}
        _refuse_strange(inside)
        return "\n".join(_paragraphs(docx.Document(io.BytesIO(content))))
    except Invalid:
        raise
    except Exception as error:
        # A broken package fails in as many ways as it has parts.
        raise _refused("tệp Word bị hỏng, không mở được", "Mở bằng Word, lưu lại rồi chọn lại tệp") from error


def _refuse_strange(inside: dict[str, int]) -> None:
    if "word/document.xml" not in inside:
        raise _refused("tệp nén này không phải văn bản Word")
    if sum(inside.values()) > _LARGEST_UNPACKED:
        raise _refused("tệp Word quá lớn khi mở ra")


def _paragraphs(holder: Any) -> Iterator[str]:
    """Give every paragraph in its order, those in cells of tables too: head and foot of a document are tables."""
    for part in holder.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                seen: list[Any] = []
                for cell in row.cells:
                    # A merged cell is given once for every column that it covers.
                    if not any(cell._tc is each for each in seen):  # noqa: SLF001 - python-docx has no other name for it
                        seen.append(cell._tc)  # noqa: SLF001
                        yield from _paragraphs(cell)
        else:
            yield part.text


def _refused(why: str, remedy: str = _REMEDY) -> Invalid:
    error = FieldError(field="content", message=f"Văn bản: {why}", remedy=remedy)
    return Invalid(f"Không đọc được văn bản: {why}.", errors=[error])
