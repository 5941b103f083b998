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
from playwright.async_api import Browser, BrowserContext

import gateway.pages
from gateway.pages import Headers, render

pytestmark = pytest.mark.browser

PAGES = views.pages()
WIDTHS = (390, 1280)
WIDE_PAGES = ("nha", "bao-cao", "kiem-tra", "bien-nhan", "bien-nhan-nhanh", "bang-khoi", "vi-sao", "nam", "van-hanh")
IN_BETWEEN = (320, 900)
LAW = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


def drawn() -> FastAPI:
    """The pages with fixed values behind the house's own headers and style sheets."""
    app = FastAPI()
    app.mount("/tinh", StaticFiles(directory=Path(gateway.pages.__file__).parent / "static"))
    app.mount("/tai-san", StaticFiles(directory="build/assets"))
    app.add_middleware(Headers)

    @app.get("/live/{_rest:path}")
    async def live(_rest: str) -> Response:
        return Response(": \n\n", media_type="text/event-stream")

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


async def look(context: BrowserContext, url: str, width: int) -> list[str]:
    """Open a page and say everything that is wrong with it."""
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(url)
    reach = await page.evaluate("document.documentElement.scrollWidth")
    if reach > width:
        wrong.append(f"cuộn ngang: {reach} px")
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("law => axe.run(law)", LAW)
    wrong += [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]
    await page.close()
    return wrong


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("theme", ["sang", "toi"])
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_for_everyone(front: str, browser: Browser, name: str, theme: str) -> None:
    context = await browser.new_context(bypass_csp=True, locale="vi-VN")
    await context.add_cookies([{"name": "nen", "value": theme, "url": front}])
    widths = WIDTHS + (IN_BETWEEN if name in WIDE_PAGES else ())
    found = {width: wrong for width in widths if (wrong := await look(context, f"{front}/trang/{name}", width))}
    await context.close()
    assert found == {}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PAGES)
async def test_nothing_in_a_page_offends_its_own_policy(front: str, browser: Browser, name: str) -> None:
    page = await browser.new_page(locale="vi-VN", color_scheme="dark")
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    await page.goto(f"{front}/trang/{name}", wait_until="networkidle")
    assert await page.evaluate("document.fonts.check('16px \"Thi Dua So\"', '0')")
    assert await page.locator("[style]").count() == 0
    assert await page.locator("h1").count() == 1
    assert wrong == []
    await page.close()
