"""Is what is answered by a yes or a no said and asked in those words, wherever it is shown or appealed against?"""

import re
from typing import Any

import views
from fastapi import Request

from gateway.pages import render
from gateway.pages.sheets import is_yes_no


def shown(name: str, **changed: Any) -> str:
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})
    template, values = views.pages()[name]
    return bytes(render.page(request, template, values | changed).body).decode()


def test_items_of_a_list_are_answered_as_the_list_asks() -> None:
    tasks = {"kind": "checklist", "items": [{"code": "1", "name": "Kế hoạch", "points": "2"}]}
    line = {"code": "1.1.2", "name": "mục", "maximum": "5"}
    assert is_yes_no({**line, "rule": tasks}, "1.1.2.1")
    assert is_yes_no({**line, "rule": {"kind": "yes_no"}}, "1.1.2")
    assert not is_yes_no({**line, "rule": {"kind": "ratio_linear"}}, "1.1.2")
    assert not is_yes_no({**line, "rule": {"kind": "yes_no"}}, "1.1.2.diem")


def test_a_line_says_yes_or_no_and_not_a_code() -> None:
    answered = next(line for line in views.LINES.values() if line["rule"]["kind"] == "yes_no")
    for value, word in (("1", "Có"), ("0", "Không"), (None, "–")):
        page = shown("vi-sao-muc", line=answered, part=views.score()["parts"][0] | {"value": value})
        assert re.findall(r'Thực hiện</dt><dd class="so lon">([^<]*)<', page) == [word]


def test_an_appeal_asks_and_tells_yes_or_no() -> None:
    page = shown("kien-nghi-co-khong")
    assert "đề nghị tính Có</p>" in page
    for text in (page, shown("kien-nghi-moi-co-khong")):
        assert ('<option value="1">Có</option>' in text, 'inputmode="decimal"' in text) == (True, False)
        assert "đơn vị tính" not in text.lower()
