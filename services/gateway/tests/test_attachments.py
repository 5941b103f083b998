"""Can a document be attached on the page of its block or rating, replaced and saved, with every refusal said at the field?"""

import re
from uuid import uuid4

from city import BLOCK, TAN_PHONG
from desks import at_the_pages, open_pages
from house import House

PDF = b"%PDF-1.7\n" + b"quyet dinh\n" * 50
PAGE = f"/khoi/{BLOCK}"


async def test_documents_are_attached_replaced_and_saved_on_pages(house: House) -> None:
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as office, at_the_pages(house, "tan-phong") as officer:
        assert "Chưa đính kèm tệp quyết định." in (await office.get(PAGE)).text
        for files, said in (
            ({"tep": ("a.pdf", b"<html>")}, "không phải loại được nhận"),
            ({"khac": ("a.pdf", PDF)}, "Chọn một tệp"),
        ):
            refused = await office.post(f"{PAGE}/van-ban", files=files)
            assert (refused.status_code, said in refused.text, 'type="file"' in refused.text) == (422, True, True)
        done = await office.post(f"{PAGE}/van-ban", files={"tep": ("1526.pdf", PDF)})
        assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?tep=1")
        await office.post(f"{PAGE}/van-ban", files={"tep": ("1526-dinh-chinh.pdf", PDF + b"x")})
        page = (await officer.get(PAGE)).text
        assert ("1526-dinh-chinh.pdf" in page, "1 tệp đã được thay, vẫn giữ" in page) == (True, True)
        assert 'type="file"' not in page, "only the office replaces it"
        assert (await officer.post(f"{PAGE}/van-ban", files={"tep": ("b.pdf", PDF)})).status_code == 403
        link = re.search(r'href="(/van-ban/[^"]+)"', page)
        assert link
        assert (await officer.get(link[1])).content == PDF + b"x"

        entry = uuid4()
        values = {"year": "2023", "grade": "good", "document_number": "12/QĐ-UBND", "document_on": "10/11/2023"}
        values["document_by"] = "UBND thành phố"
        body = {"version": 0, "kind": "rating", "values": values, "unit_id": str(TAN_PHONG)}
        async with house.client("registry", ("unit_officer", TAN_PHONG), account="tan-phong") as own:
            assert (await own.put(f"/entries/{entry}", json=body)).status_code == 200
        of_rating = f"/ho-so-muc/{entry}"
        assert "Chưa đính kèm văn bản xếp loại." in (await officer.get(of_rating)).text
        done = await officer.post(f"{of_rating}/van-ban", files={"tep": ("xep-loai.pdf", PDF)})
        assert done.status_code == 303, done.text
        page = (await officer.get(done.headers["location"])).text
        assert ("xep-loai.pdf" in page, 'type="file"' in page) == (True, True)
        # What the office has said since, the unit reads with its document, and hands nothing in for.
        body |= {"version": 1, "values": {**values, "grade": "excellent"}, "reason": "Chấm lại"}
        async with house.office("registry") as registry:
            assert (await registry.put(f"/entries/{entry}", json=body)).status_code == 200
        page = (await officer.get(of_rating)).text
        said = ("xep-loai.pdf" in page, 'type="file"' in page, "Mục này do Phòng Nội vụ thành phố ghi" in page)
        assert said == (True, False, True)
        refused = await officer.post(f"{of_rating}/van-ban", files={"tep": ("khac.pdf", PDF + b"y")})
        assert (refused.status_code, "Mục này do Phòng Nội vụ thành phố ghi" in refused.text) == (403, True)
        assert 'type="file"' in (await office.get(of_rating)).text
