"""Can every page be read by everyone: in both themes, on a phone, on a desk, without sideways scroll or complaint?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
import views
from chromium import AXE, chromium
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Browser, Page

import gateway.pages
from gateway.pages import Headers, render

pytestmark = pytest.mark.browser

PAGES = views.pages()
LOOKS = (("sang", 1280), ("toi", 390))
"""Each width and each theme once: colours are tokens, and ``test_tokens`` holds every pair of them against the other."""
WIDEST = ("nha", "bao-cao", "bien-nhan-nhanh", "bang-khoi", "vi-sao")
MORE_LOOKS = (("sang", 390), ("toi", 1280), ("sang", 320), ("toi", 900))
WIDTHS = (320, 390, 900, 1280)
LAW = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def drawn() -> FastAPI:
    """The pages with fixed values behind the house's own headers and style sheets."""
    app = FastAPI()
    app.mount("/tinh", StaticFiles(directory=Path(gateway.pages.__file__).parent / "static"))
    app.mount("/tai-san", StaticFiles(directory="build/assets"))
    app.add_middleware(Headers)

    @app.get("/live/{_rest:path}")
    async def live(_rest: str) -> Response:
        return Response(": \n\n", media_type="text/event-stream")

    @app.post("/{_rest:path}")
    async def sent(_rest: str) -> Response:
        """What a page sends by itself as it opens: it stays as it is drawn."""
        return Response(status_code=204)

    @app.get("/trang/{name}")
    async def page(request: Request, name: str) -> Response:
        template, values = PAGES[name]
        return render.page(request, template, values)

    return app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front() -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(drawn(), port=0, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def findings(page: Page) -> list[str]:
    found = await page.evaluate("law => axe.run(law)", LAW)
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_for_everyone_and_keeps_to_its_own_policy(front: str, browser: Browser, name: str) -> None:
    page = await browser.new_page(locale="vi-VN", color_scheme="dark")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.goto(f"{front}/trang/{name}")
    assert await page.evaluate("document.fonts.load('16px \"Thi Dua So\"', '0').then(faces => faces.length)") == 1
    assert await page.locator("[style], style").count() == 0
    assert await page.locator("h1").count() == 1
    assert complaints == []
    await page.evaluate(AXE.read_text())
    wrong: dict[str, object] = {}
    for theme, width in LOOKS + (MORE_LOOKS if name in WIDEST else ()):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.evaluate("theme => { document.documentElement.dataset.nen = theme }", theme)
        wrong |= {f"{theme} {width}": found for found in [await findings(page)] if found}
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        reach = await page.evaluate("document.documentElement.scrollWidth")
        wrong |= {f"cuộn ngang ở {width}": reach} if reach > width else {}
    await page.close()
    assert wrong == {}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_reader_s_choice_of_theme_wins(front: str, browser: Browser) -> None:
    for scheme, choice, ground in (("dark", "sang", "241, 243, 242"), ("light", "toi", "15, 20, 29")):
        context = await browser.new_context(color_scheme=scheme)
        await context.add_cookies([{"name": "nen", "value": choice, "url": front}])
        page = await context.new_page()
        await page.goto(f"{front}/trang/dang-nhap")
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb({ground})"
        await context.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_closed_period_offers_nothing_that_would_be_refused(front: str, browser: Browser) -> None:
    page = await browser.new_page(locale="vi-VN")
    for name, offered in (("bao-cao", 1), ("bao-cao-da-dong", 0)):
        await page.goto(f"{front}/trang/{name}")
        assert await page.get_by_role("button", name="Kiểm tra và gửi").count() == offered
        assert await page.get_by_text("đã đóng nhận báo cáo").count() == 1 - offered
    await page.close()
