"""Debian's Chromium for tests: windows of one reader each, what they complained about, and what axe finds in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from house import PASSWORD
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path("node_modules/axe-core/axe.min.js")
expect.set_options(timeout=20_000)
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser; fails with one line where Debian's Chromium is not installed."""
    if not CHROMIUM.exists():
        pytest.fail(f"thiếu {CHROMIUM}: hãy cài gói chromium của Debian (apt-get install chromium)", pytrace=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        await browser.close()


@dataclass
class Reader:
    """One person at one screen: a window with cookies of its own."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def sits_down(cls, browser: Browser, url: str, **options: Any) -> "Reader":
        context = await browser.new_context(base_url=url, locale="vi-VN", **options)
        context.set_default_timeout(20_000)
        reader = cls(context, await context.new_page())
        reader.listen(reader.page)
        return reader

    def listen(self, page: Page) -> None:
        """Note what the browser has against a page: errors in scripts, policy and loading."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # A form that comes back with its errors is a 422, which Chromium reports like a missing file.
        if said.type == "error" and "status of 422" not in said.text:
            self.complaints.append(said.text)

    async def second_window(self) -> Page:
        page = await self.context.new_page()
        self.listen(page)
        return page


async def at_desk(browser: Browser, url: str, account: str, *, scripts: bool = True) -> Page:
    """Have somebody sit down in a window of their own and sign in."""
    page = (await Reader.sits_down(browser, url, java_script_enabled=scripts)).page
    await sign_in(page, "/dang-nhap", account)
    return page


async def sign_in(page: Page, path: str, account: str) -> None:
    """Open an address and sign in on the way there."""
    await page.goto(path)
    await page.get_by_label("Tài khoản").fill(account)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()


async def heading(page: Page, text: str) -> None:
    """Wait until the page says this of itself."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(text)


async def violations(page: Page) -> list[str]:
    """Ask axe-core; give each finding with the places it was found in."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run()")
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for each in found["violations"]
        for node in each["nodes"]
    ]
