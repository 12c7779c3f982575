"""The page's shape: narrow screens, colours one can read, names for those who cannot see, a strict policy."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from playwright.async_api import Browser, expect

import bot.stage
from bot.stage import Stage
from tests.stage.library_bot import Library
from tests.stage.reader import browser, reading
from tests.staging import on_stage

__all__ = ["browser"]

FILES = Path(bot.stage.__file__).parent / "page"
READABLE = 4.5  # WCAG 2.2, contrast of small text
PHONES = [(320, 640), (390, 800)]

CONTRASTS = """() => {
  const lines = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (name) => {
    lines.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    lines.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    lines.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...lines.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pairs = ["text", "soft", "faint", "strong", "link", "bad-text"]
    .flatMap((ink) => ["page", "side", "raised"].map((paper) => [ink, paper]))
    .concat(["accent", "good", "bad"].map((paper) => ["on-accent", paper]));
  return pairs.map(([ink, paper]) => {
    const [a, b] = [light(`--${ink}`), light(`--${paper}`)];
    return [ink, paper, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
}"""

NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, img")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute("aria-label") || each.textContent.trim()))
  .filter((each) => !(each.labels?.length || each.hasAttribute("alt")))
  .map((each) => each.outerHTML)"""

TOO_WIDE = """() => [...document.querySelectorAll("body, .room, .scroller, .message-main, .embed, .composer")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.className)"""


@pytest.fixture
async def bot_on_stage(stage: Stage) -> AsyncIterator[Library]:
    guild = stage.world.add_guild("Library with quite a long name, to see what gives")
    guild.add_channel("hall", topic="A topic that is far longer than a phone is wide, and says so at length " * 3)
    guild.add_channel("essays", kind="forum")
    stage.world.add_member(guild, "Ada", admin=True)
    async with on_stage(Library(), stage) as client:
        assert isinstance(client, Library)
        yield client


async def fill(client: Library) -> None:
    """A message with all that may be too wide."""
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenständer" * 4
    code = f"```\n{'x' * 300}\n```\nhttps://a.test/{'y' * 300}"
    embed = discord.Embed(title=word, description=code).set_footer(text=word).set_author(name=word)
    for _ in range(3):
        embed.add_field(name=word, value=word)
    view = discord.ui.View()
    for number in range(5):
        view.add_item(discord.ui.Button(label=f"A rather long label, number {number}"))
    await client.guilds[0].text_channels[0].send(word, embed=embed, view=view)


@pytest.mark.parametrize(("width", "height"), PHONES)
async def test_on_a_phone_nothing_sticks_out_and_all_is_in_reach(
    browser: Browser, stage: Stage, bot_on_stage: Library, width: int, height: int
) -> None:
    async with reading(browser, stage.url, viewport={"width": width, "height": height}, has_touch=True) as reader:
        await fill(bot_on_stage)
        await expect(reader.newest).to_be_visible()
        assert await reader.finds(TOO_WIDE) == []
        await reader.page.get_by_role("button", name="Channels").tap()
        await expect(reader.channel("essays")).to_be_in_viewport()
        await reader.channel("essays").tap()
        await expect(reader.page.locator("#room-name")).to_have_text("essays")
        await expect(reader.channel("essays")).not_to_be_in_viewport()
        await reader.page.get_by_role("button", name="Behind the scenes").tap()
        await expect(reader.page.locator("[data-part=faults]")).to_be_visible()
        await reader.strikes("Escape")
        await expect(reader.page.locator("#panel")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_small_text_can_be_read_in_light_and_dark(browser: Browser, stage: Stage, scheme: str) -> None:
    async with reading(browser, stage.url, color_scheme=scheme) as reader:
        faint = [pair for pair in await reader.finds(CONTRASTS) if pair[2] < READABLE]
        assert faint == []


async def test_the_colours_follow_the_system_until_someone_chooses(browser: Browser, stage: Stage) -> None:
    stage.world.add_member(stage.world.add_guild("Library"), "Ada")
    ground = "getComputedStyle(document.body).backgroundColor"
    async with reading(browser, stage.url, color_scheme="dark") as reader:
        dark = await reader.finds(ground)
        await reader.page.get_by_role("button", name="Light colours").click()
        light = await reader.finds(ground)
        assert light != dark
        await reader.page.reload()
        await expect(reader.page.get_by_role("button", name="Dark colours")).to_be_visible()
        assert await reader.finds(ground) == light


async def test_whatever_can_be_used_has_a_name(browser: Browser, stage: Stage, bot_on_stage: Library) -> None:
    async with reading(browser, stage.url) as reader:
        await fill(bot_on_stage)
        await expect(reader.newest).to_be_visible()
        await reader.types("/find")
        assert await reader.finds(NAMELESS) == []


def test_the_page_keeps_a_strict_policy_and_nothing_inline() -> None:
    index = (FILES / "index.html").read_text()
    assert "default-src 'none'" in index and "unsafe" not in index
    assert " style=" not in index and " onclick=" not in index and "<style" not in index
    for each in FILES.glob("*.js"):
        text = each.read_text()
        assert text.startswith("//"), f"{each.name} does not say what it is for"
        for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert unsafe not in text, f"{each.name} uses {unsafe}"
