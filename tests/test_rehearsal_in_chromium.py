"""The whole house as a person sees it: `newsdesk rehearse` in a process of its own, its page in a real browser."""

from playwright.async_api import Browser, expect

from tests.stage.reader import Reader, browser, reading
from tests.watch_rehearsal import rehearsal

__all__ = ["browser"]

EVERYTHING = "all-the-news"  # the announcement channel that gets every article
COMMON = "year"  # a word of many articles, so that there are pages to leaf through


async def test_a_reader_sees_articles_arrive_searches_leafs_reads_on_and_is_alone_with_it(browser: Browser) -> None:
    async with rehearsal("--pace", "0.3") as (url, _), reading(browser, url) as reader:
        await articles_arrive(reader)
        await search_with_autocomplete(reader)
        await leaf(reader)
        await read_on_and_close(reader)
        await become_another(reader)


async def articles_arrive(reader: Reader) -> None:
    await reader.goes(EVERYTHING)
    await expect(reader.messages.nth(2)).to_be_visible()
    before = await reader.messages.count()
    await expect(reader.messages.nth(before)).to_be_visible()  # one more, while we watch
    await expect(reader.newest.get_by_test_id("embed")).to_be_visible()


async def search_with_autocomplete(reader: Reader) -> None:
    headline = (await reader.messages.nth(0).get_by_test_id("content").inner_text()).split("\n")[0]
    await reader.goes("welcome")
    await reader.types(f"/search {headline.split()[-1].strip('?!.')[:12]}")
    await expect(reader.suggestions.first).to_be_visible()
    await reader.page.locator("#composer-input").press("Escape")
    await reader.strikes("Escape")
    for _ in range(40):  # until enough has been published to fill two pages
        await reader.types(f"/search {COMMON}")
        await reader.strikes("Enter")
        await expect(reader.newest).to_contain_text("Only you can see this")
        await expect(reader.newest).to_contain_text("Newsdesk")
        await expect(reader.page.get_by_test_id("thinking")).to_have_count(0)
        if await reader.button("Next ›").count() and await reader.button("Next ›").is_enabled():
            return
        await reader.newest.get_by_test_id("dismiss").click()
    raise AssertionError(f"there was never a second page of {COMMON!r}")


async def leaf(reader: Reader) -> None:
    answer = reader.private.last
    await expect(answer).to_contain_text("1–5 of")
    await reader.button("Next ›").click()
    await expect(answer).not_to_contain_text("1–5 of")
    await reader.button("‹ Previous").click()
    await expect(answer).to_contain_text("1–5 of")


async def read_on_and_close(reader: Reader) -> None:
    answer = reader.private.last
    length = len(await answer.inner_text())
    await answer.get_by_role("button", name="Keep reading").first.click()
    await expect(answer.get_by_role("button", name="Show less")).to_be_visible()
    assert len(await answer.inner_text()) > length + 300
    await answer.get_by_role("button", name="Show less").click()
    await expect(answer.get_by_role("button", name="Show less")).to_have_count(0)


async def become_another(reader: Reader) -> None:
    names = await reader.page.locator("#member option").all_inner_texts()
    await expect(reader.private).not_to_have_count(0)
    await reader.becomes(names[1])
    await expect(reader.page.locator("#room-name")).to_have_text("welcome")
    await expect(reader.page.locator(".beginning-name")).to_be_visible()
    await expect(reader.private).to_have_count(0)
