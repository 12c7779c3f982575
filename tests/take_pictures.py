"""Takes the README's pictures of a rehearsal: `python -m tests.take_pictures FOLDER`. Needs Chromium."""

import argparse
import asyncio
import shutil
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.stage.reader import ALLOWED, NAMES, Reader, reading
from tests.watch_rehearsal import rehearsal

SIZE = {"width": 1360, "height": 850}
TALL = {"width": 1360, "height": 960}
TROUBLES = ("Stored, then cut off", "Slow down: 429", "One in ten fails")


async def main(folder: Path) -> None:
    """One picture of a search among arriving articles, one of the panel in bad weather, one on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = next(found for name in NAMES if (found := shutil.which(name)))
    async with rehearsal("--pace", "0.4") as (url, _), async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(ALLOWED))
        async with reading(browser, url, viewport=SIZE, color_scheme="light") as reader:
            await expect(reader.channel("africa")).to_have_attribute("data-unread", "")
            await search(reader)
            await reader.page.screenshot(path=folder / "rehearsal.png")
        await bad_weather(browser, url, folder / "faults.png")
        phone = {"width": 390, "height": 844}
        async with reading(browser, url, viewport=phone, device_scale_factor=2, has_touch=True) as reader:
            await reader.page.get_by_role("button", name="Channels").tap()
            await reader.channel("asia-pacific").tap()
            await settled(reader)
            await reader.page.screenshot(path=folder / "phone.png")
        await browser.close()


async def search(reader: Reader) -> None:
    await reader.goes("middle-east")
    await settled(reader)
    await reader.types("/search wat")
    await expect(reader.suggestions.first).to_be_visible()


async def bad_weather(browser: Browser, url: str, path: Path) -> None:
    async with reading(browser, url, viewport=TALL, color_scheme="dark") as reader:
        for label in TROUBLES:
            await reader.page.get_by_role("button", name=label).click()
        await reader.goes("africa")
        await settled(reader)
        await expect(reader.page.get_by_test_id("requests")).to_contain_text("fault")
        await reader.page.locator("[data-part=limits] summary").click()
        await reader.finds("document.getElementById('panel').scrollTop = 0")
        await reader.page.screenshot(path=path)


async def settled(reader: Reader) -> None:
    """A message is there, and its picture has been drawn."""
    await expect(reader.newest.get_by_test_id("embed")).to_be_visible()
    drawn = reader.newest.locator("img").first
    await drawn.evaluate("(image) => image.decode()")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    asyncio.run(main(arguments.parse_args().folder))
