"""A person before the stage's page: a real Chromium without a window, driven by keyboard and mouse."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000  # milliseconds; a busy machine is slow
NOBODY_LOOKS = "NO BROWSER HERE: nobody looks at the stage's page. Debian's package is called chromium."
ALLOWED = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)

expect.set_options(timeout=PATIENCE)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, new for each test; where there is none it is skipped, or fails if NEWSDESK_REQUIRE_BROWSER is 1."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("NEWSDESK_REQUIRE_BROWSER") == "1":
            pytest.fail(NOBODY_LOOKS)
        pytest.skip(NOBODY_LOOKS)
    async with async_playwright() as driver:
        launched = await driver.chromium.launch(executable_path=found, args=list(ALLOWED))
        yield launched
        await launched.close()


class Reader:
    """What a person does on the page, and what they see there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("message")

    @property
    def newest(self) -> Locator:
        return self.messages.last

    @property
    def private(self) -> Locator:
        """What only this member sees."""
        return self.page.locator("[data-ephemeral]")

    @property
    def suggestions(self) -> Locator:
        return self.page.locator("#suggestions [role=option]")

    def channel(self, name: str) -> Locator:
        return self.page.locator(f'a[data-channel="{name}"]')

    def option(self, name: str) -> Locator:
        return self.page.locator(f'[data-option-input="{name}"]')

    def button(self, label: str) -> Locator:
        """The lowest button of that name among the messages."""
        return self.page.locator("#messages").get_by_role("button", name=label, exact=True).last

    async def goes(self, channel: str) -> None:
        await self.channel(channel).click()
        await expect(self.page.locator("#room-name")).to_have_text(channel)

    async def types(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def strikes(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def becomes(self, member: str) -> None:
        await self.page.locator("#member").select_option(label=member)
        await expect(self.page.locator("#member option:checked")).to_have_text(member)

    async def finds(self, expression: str, argument: Any = None) -> Any:
        """What a piece of JavaScript says of the page."""
        return await self.page.evaluate(expression, argument)


@asynccontextmanager
async def reading(browser: Browser, url: str, **how: Any) -> AsyncIterator[Reader]:
    """Someone sits down before the page; nothing may be amiss in the browser's console when they leave."""
    context = await browser.new_context(
        **{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce", **how}
    )
    reader = Reader(await context.new_page())
    await reader.page.goto(url)
    await expect(reader.page.locator("#app")).to_have_attribute("data-state", "ready")
    try:
        yield reader
    finally:
        await context.close()
    assert not reader.troubles, reader.troubles
