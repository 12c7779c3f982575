"""The page as a person uses it: in a real browser, with a bot that knows nothing of us."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
from playwright.async_api import Browser, Route, expect

from bot.stage import Channel, Stage, User
from tests.stage.library_bot import OPENING, Library
from tests.stage.line import line_to
from tests.stage.reader import Reader, browser, reading
from tests.staging import on_stage

__all__ = ["browser"]

WINTER = {
    "title": "A Long Winter",
    "url": "https://books.test/1",
    "description": "Snow, **mostly**.",
    "color": 0xB3483F,
}

IN_ONE_GO: dict[str, dict[str, object]] = {
    "/find sea travel": {"words": "sea travel"},
    "/find sea shelf:travel": {"words": "sea", "shelf": "travel"},
    "/find sea shelf:Travel most:3 ": {"words": "sea", "shelf": "travel", "most": 3},
    "/find words:sea shelf:travel": {"words": "sea", "shelf": "travel"},
    "/newest novels": {"shelf": "novels"},
    "/newest 7": {"most": 7},
    "/newest Travel 5 true": {"shelf": "travel", "most": 5, "share": True},
    "/newest travel most:5": {"shelf": "travel", "most": 5},
}


@pytest.fixture
def hall(stage: Stage) -> Channel:
    guild = stage.world.add_guild("Library")
    category = guild.add_category("Reading")
    found = guild.add_channel("hall", category=category, topic="Where one begins")
    guild.add_channel("garden", category=category)
    guild.add_channel("essays", kind="forum", category=category)
    return found


@pytest.fixture
def ada(stage: Stage, hall: Channel) -> User:
    assert hall.guild is not None
    found = stage.world.add_member(hall.guild, "Ada", admin=True)
    stage.world.add_member(hall.guild, "Ben")
    return found


@pytest.fixture
async def bot(stage: Stage, ada: User) -> AsyncIterator[Library]:
    client = Library()
    async with on_stage(client, stage):
        yield client


@pytest.fixture
async def reader(browser: Browser, stage: Stage, bot: Library) -> AsyncIterator[Reader]:
    async with reading(browser, stage.url) as someone:
        await expect(someone.page.locator("#room-name")).to_have_text("hall")
        yield someone


def place(bot: Library, name: str) -> discord.TextChannel:
    found = discord.utils.get(bot.guilds[0].text_channels, name=name)
    assert found is not None
    return found


async def asks_for_winter(reader: Reader) -> None:
    await reader.types("/find winter")
    await expect(reader.suggestions).to_have_text(["A Long Winter", "Winter in Sokcho"])
    await reader.strikes("Enter")
    await expect(reader.newest).to_contain_text("Page 1 of 2")


async def test_a_command_is_typed_with_autocomplete_and_its_pages_are_leafed_through(reader: Reader) -> None:
    await asks_for_winter(reader)
    await expect(reader.newest).to_contain_text("A Long Winter")
    await reader.button("Next").click()
    await expect(reader.newest).to_contain_text("Page 2 of 2")
    await expect(reader.newest).to_contain_text("Winter in Sokcho")
    await expect(reader.button("Next")).to_be_disabled()
    await reader.button("Previous").click()
    await expect(reader.newest).to_contain_text("Page 1 of 2")


async def test_a_suggestion_is_taken_by_keyboard_and_a_second_option_by_name(reader: Reader, stage: Stage) -> None:
    await reader.types("/fin")
    await expect(reader.suggestions).to_have_count(1)
    await reader.strikes("Enter")
    await reader.types("salt")
    await expect(reader.suggestions).to_have_text(["The Salt Road"])
    await reader.strikes("ArrowDown", "Enter")
    await expect(reader.option("words")).to_have_value("The Salt Road")
    await reader.types("shelf:tra")
    await expect(reader.suggestions).to_have_text(["Travel"])
    await reader.strikes("Tab", "Enter")
    await expect(reader.newest).to_contain_text("The Salt Road")
    await expect(reader.newest).to_contain_text("Ada used /find")


async def test_a_text_is_opened_for_one_alone_closed_and_dismissed(reader: Reader) -> None:
    await asks_for_winter(reader)
    await reader.button("Keep reading").click()
    await expect(reader.newest).to_contain_text(OPENING)
    await expect(reader.newest).to_contain_text("Only you can see this")
    await reader.button("Show less").click()
    await expect(reader.newest).to_contain_text("Closed.")
    await expect(reader.messages.filter(has_text=OPENING)).to_have_count(0)
    await reader.newest.get_by_test_id("dismiss").click()
    await expect(reader.private).to_have_count(1)
    await reader.page.reload()
    await expect(reader.private).to_have_count(1)


async def test_another_member_does_not_see_what_was_for_one_alone(reader: Reader) -> None:
    await asks_for_winter(reader)
    await expect(reader.private).to_have_count(1)
    await reader.becomes("Ben")
    await expect(reader.page.locator("#room-name")).to_have_text("hall")
    await expect(reader.page.locator(".beginning-name")).to_be_visible()
    await expect(reader.private).to_have_count(0)
    await reader.becomes("Ada")
    await expect(reader.private).to_have_count(1)


async def test_a_message_arrives_while_someone_watches(reader: Reader, bot: Library) -> None:
    await place(bot, "hall").send(embed=discord.Embed.from_dict(WINTER))
    card = reader.newest.get_by_test_id("embed")
    await expect(card.get_by_role("link", name="A Long Winter")).to_have_attribute("href", "https://books.test/1")
    await expect(card.locator("strong")).to_have_text("mostly")
    assert await card.evaluate("card => getComputedStyle(card).borderLeftColor") == "rgb(179, 72, 63)"
    await expect(reader.page.locator("#announcer")).to_contain_text("A Long Winter")
    await place(bot, "garden").send("Roses")
    await expect(reader.channel("garden")).to_have_attribute("data-unread", "")
    await reader.goes("garden")
    await expect(reader.newest).to_contain_text("Roses")
    await expect(reader.channel("garden")).not_to_have_attribute("data-unread", "")


async def test_a_channel_made_while_someone_watches_is_called_by_its_name_and_by_its_next_one(
    reader: Reader, hall: Channel, bot: Library
) -> None:
    assert hall.guild is not None
    await place(bot, "hall").send("An older one")
    roses = hall.guild.add_channel("roses")
    await place(bot, "hall").send(f"See <#{roses.id}>", embed=discord.Embed(description=f"Or <#{roses.id}>"))
    await expect(reader.newest).to_contain_text("See #roses")
    await expect(reader.newest).to_contain_text("Or #roses")
    await reader.messages.first.evaluate("node => { node.dataset.kept = '' }")
    roses.name = "tulips"
    roses.changed()
    await expect(reader.newest).to_contain_text("See #tulips")
    await expect(reader.newest).to_contain_text("Or #tulips")
    await expect(reader.messages.first).to_have_attribute("data-kept", "")  # which speaks of neither, is left alone
    await expect(reader.channel("tulips")).to_be_visible()
    await reader.newest.get_by_role("link", name="#tulips").first.click()
    await expect(reader.page.locator("#room-name")).to_have_text("tulips")


async def test_who_has_scrolled_up_is_told_and_not_moved(reader: Reader, bot: Library) -> None:
    for number in range(3):
        await place(bot, "hall").send(f"Line {number}" + "\n" * 30 + "and so on")
    await expect(reader.newest).to_contain_text("Line 2")
    await reader.finds("document.getElementById('scroller').scrollTop = 0")
    await expect(reader.page.get_by_test_id("jump")).to_be_visible()
    await place(bot, "hall").send("The latest")
    await expect(reader.page.get_by_test_id("jump")).to_have_text("1 new message")
    assert await reader.finds("document.getElementById('scroller').scrollTop") < 50
    await reader.page.get_by_test_id("jump").click()
    await expect(reader.page.get_by_test_id("jump")).to_be_hidden()
    await expect(reader.newest).to_be_in_viewport()


async def test_the_panel_calls_channels_and_people_by_their_names(
    reader: Reader, stage: Stage, bot: Library, hall: Channel, ada: User
) -> None:
    rows = [
        {"state": "sent", "headline": "Snow", "target": f"channel:{hall.id}"},
        {"state": "sent", "headline": "Rain", "target": f"user:{ada.id}"},
        {"state": "sent", "headline": "Hail", "target": "user:123456789012345678"},
    ]

    async def outbox() -> dict[str, object]:
        return {"sent": 3, "rows": rows}

    stage.add_panel("outbox", outbox)
    targets = reader.page.locator(".delivery-target")
    await expect(targets).to_have_text(["#hall", "@Ada", "user:123456789012345678"])
    await (await bot.fetch_user(ada.id)).send("For you alone")
    await expect(reader.page.get_by_test_id("requests")).to_contain_text("/channels/@Ada/messages")


async def test_a_fault_set_from_the_panel_strikes_the_bot_and_is_gone(reader: Reader, bot: Library) -> None:
    await reader.page.get_by_role("button", name="One send: 500").click()
    await expect(reader.page.locator(".fault")).to_have_attribute("data-kind", "500")
    await place(bot, "hall").send("Struck once")  # discord.py tries again
    await expect(reader.newest).to_contain_text("Struck once")
    await expect(reader.messages).to_have_count(1)
    await expect(reader.page.get_by_test_id("requests")).to_contain_text("500")
    await expect(reader.page.locator(".fault")).to_have_count(0)


async def test_what_is_pressed_on_the_panel_does_not_move_away_under_the_pointer(
    reader: Reader, stage: Stage, bot: Library
) -> None:
    await expect(reader.page.get_by_test_id("requests")).to_be_visible()
    await reader.page.get_by_role("button", name="Stored, then cut off").hover()
    await reader.page.mouse.down()
    for channel in ("hall", "garden", "hall", "garden"):
        await place(bot, channel).send("What is asked meanwhile is listed")
    await expect(reader.page.get_by_text("POST /channels/…/messages #garden")).to_be_attached()
    await reader.page.mouse.up()
    await expect(reader.page.locator(".fault")).to_have_attribute("data-kind", "reset-after")


async def test_a_fault_put_together_word_by_word_can_be_taken_back(reader: Reader, stage: Stage) -> None:
    await reader.page.get_by_text("Another fault").click()
    form = reader.page.get_by_test_id("fault-form")
    await form.get_by_label("Kind").select_option("slow")
    await form.get_by_label("Path").fill("/channels/*/threads")
    await form.get_by_label("Times").fill("often")
    await form.get_by_role("button", name="Set fault").click()
    await expect(reader.page.locator(".faults").get_by_role("alert")).to_contain_text("not 'often'")
    reader.troubles.clear()  # the browser, too, noticed that it was refused
    await form.get_by_label("Times").fill("")
    await form.get_by_label("Seconds").fill("3")
    await form.get_by_role("button", name="Set fault").click()
    await expect(reader.page.locator(".fault")).to_contain_text("/channels/*/threads")
    assert [(each.kind, each.method, each.times, each.seconds) for each in stage.faults] == [("slow", "POST", None, 3)]
    await reader.page.get_by_label("Remove the fault slow").click()
    await expect(reader.page.locator(".fault")).to_have_count(0)
    assert list(stage.faults) == []


async def test_a_permission_withdrawn_from_the_panel_is_felt(reader: Reader, bot: Library) -> None:
    await reader.page.locator("[data-part=world] summary").click()
    form = reader.page.get_by_test_id("world-form")
    await form.get_by_label("Channel", exact=True).select_option(label="#garden")
    await form.get_by_role("button", name="Let it happen").click()
    await expect(form.get_by_role("status")).to_contain_text("Done")
    with pytest.raises(discord.Forbidden):
        await place(bot, "garden").send("Roses")


async def test_a_bot_that_was_removed_is_invited_again_and_all_is_as_it_was(reader: Reader, bot: Library) -> None:
    await place(bot, "hall").send("Said before")
    await reader.page.locator("[data-part=world] summary").click()
    form = reader.page.get_by_test_id("world-form")
    await form.get_by_label("What happens").select_option(label="Bot is removed from a server")
    await form.get_by_role("button", name="Let it happen").click()
    await expect(reader.channel("hall")).to_have_count(0)
    await form.get_by_label("What happens").select_option(label="Bot is invited again")
    await expect(form.get_by_label("Server")).to_contain_text("Library")
    joined = asyncio.create_task(bot.wait_for("guild_join", timeout=10))
    await form.get_by_role("button", name="Let it happen").click()
    await joined
    await reader.page.get_by_role("button", name="Library").click()
    await reader.goes("hall")
    await expect(reader.newest).to_contain_text("Said before")


async def test_a_modal_is_filled_in(reader: Reader) -> None:
    await reader.types("/wish")
    await reader.strikes("Enter", "Enter")
    dialog = reader.page.get_by_test_id("modal")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await reader.types("Ox")
    await reader.strikes("Enter")
    await expect(dialog.get_by_role("alert").first).to_have_text("At least 3 characters.")
    await reader.types("ford")
    await dialog.get_by_role("button", name="Submit").click()
    await expect(reader.newest).to_contain_text("You wish for Oxford")
    await expect(dialog).to_have_count(0)


async def test_an_application_that_does_not_respond_is_said_to_the_member_alone(
    reader: Reader, stage: Stage, bot: Library
) -> None:
    asleep = asyncio.create_task(bot.wait_for("asleep", timeout=10))
    await reader.types("/sleep")
    await reader.strikes("Enter", "Enter")
    await asleep
    await expect(reader.newest).to_contain_text("Sending")
    stage.clock.advance(4)
    await expect(reader.newest).to_contain_text("The application did not respond")


async def test_what_is_missing_or_wrong_is_said_before_it_is_sent(reader: Reader, stage: Stage) -> None:
    await reader.types("/find")
    await reader.strikes("Enter", "Enter")
    problem = reader.page.locator("#composer-problem")
    await expect(problem).to_have_text("words: This option is required.")
    await reader.types("sea")
    await reader.strikes("Tab")
    await reader.types("most:99")
    await reader.strikes("Enter")
    await expect(problem).to_have_text("most: Between 1 and 25.")
    await expect(reader.option("most")).to_be_focused()
    await reader.strikes("Escape", "Escape")
    await reader.types("/nonsense")
    await reader.strikes("Enter")
    await expect(problem).to_have_text("There is no command “/nonsense”.")
    await expect(reader.messages).to_have_count(0)


async def test_commands_that_are_listed_follow_whoever_one_becomes(reader: Reader) -> None:
    may_go = asyncio.Event()

    async def later(route: Route) -> None:
        await may_go.wait()
        await route.continue_()

    await reader.page.route("**/stage/state*", later)
    await reader.becomes("Ben")
    await reader.page.locator("#composer-input").fill("/")
    await expect(reader.suggestions.filter(has_text="/house show")).to_have_count(1)
    await reader.strikes("ArrowDown")
    second = await reader.page.locator("#suggestions [aria-selected=true]").text_content()
    may_go.set()
    await expect(reader.suggestions.filter(has_text="/house show")).to_have_count(0)
    assert await reader.page.locator("#suggestions [aria-selected=true]").text_content() == second


async def test_a_channel_is_picked_for_a_command_that_only_keepers_of_the_house_see(reader: Reader) -> None:
    await reader.types("/house show gard")
    await expect(reader.suggestions).to_have_count(1)
    await reader.strikes("Enter")
    await reader.types("The Sea")
    await reader.strikes("Enter")
    await expect(reader.newest).to_contain_text("The Sea is shown in #garden")
    await reader.becomes("Ben")
    await reader.page.locator("#composer-input").fill("/hou")
    await expect(reader.page.locator("#suggestions")).to_contain_text("No command of that name")


async def test_a_member_writes_and_everyone_reads_it(reader: Reader) -> None:
    await reader.types("Good *morning*")
    await reader.strikes("Enter")
    await expect(reader.newest.locator("em")).to_have_text("morning")
    await reader.becomes("Ben")
    await expect(reader.newest).to_contain_text("Ada")


async def test_posts_of_a_forum_are_cards_that_lead_to_their_threads(reader: Reader, bot: Library) -> None:
    await reader.goes("essays")
    forum = bot.guilds[0].forums[0]
    await forum.create_thread(name="On Snow", embed=discord.Embed.from_dict(WINTER))
    card = reader.page.get_by_test_id("posts").get_by_role("listitem")
    await expect(card).to_contain_text("Snow, mostly.")
    await reader.page.reload()
    await expect(card).to_contain_text("Snow, mostly.")
    await card.get_by_role("link", name="On Snow").click()
    await expect(reader.page.locator("#room-name")).to_have_text("On Snow")
    await expect(reader.newest.get_by_test_id("embed")).to_contain_text("A Long Winter")


async def test_channels_are_changed_from_the_keyboard(reader: Reader) -> None:
    await reader.strikes("Alt+ArrowDown")
    await expect(reader.page.locator("#room-name")).to_have_text("garden")
    await reader.strikes("Alt+ArrowUp")
    await expect(reader.page.locator("#room-name")).to_have_text("hall")


async def test_the_page_comes_back_when_the_line_was_cut(
    browser: Browser,
    stage: Stage,
    bot: Library,
) -> None:
    async with line_to(stage.url) as line, reading(browser, line.url) as reader:
        await place(bot, "hall").send("Said before")
        await expect(reader.newest).to_contain_text("Said before")
        line.cut()
        await expect(reader.page.get_by_text("Connection lost")).to_be_visible()
        await place(bot, "hall").send("Said meanwhile")
        line.mend()
        await expect(reader.newest).to_contain_text("Said meanwhile")
        await expect(reader.page.get_by_text("Connection lost")).to_have_count(0)
        reader.troubles.clear()  # the browser, too, noticed that the line was cut


async def test_a_command_may_be_typed_in_one_go(reader: Reader, bot: Library) -> None:
    for typed, sent in IN_ONE_GO.items():
        called = asyncio.create_task(bot.wait_for("interaction", check=lambda each: each.type.value == 2, timeout=10))
        await reader.types(typed)
        await reader.strikes("Enter")
        assert (typed, {each["name"]: each["value"] for each in (await called).data["options"]}) == (typed, sent)


async def test_a_command_is_typed_or_pasted_with_every_option_by_its_name(reader: Reader) -> None:
    await reader.types("/house show channel:garden book:The Sea")
    await reader.strikes("Enter", "Enter")
    await expect(reader.newest).to_contain_text("The Sea is shown in #garden")
    await reader.page.locator("#composer-input").fill("/house show channel:hall book:The Salt Road")
    await reader.strikes("Enter", "Enter")
    await expect(reader.newest).to_contain_text("The Salt Road is shown in #hall")
    await reader.page.locator("#composer-input").fill("/find words:sea shelf:Travel most:3")
    await expect(reader.option("words")).to_have_value("sea")
    await expect(reader.option("shelf")).to_have_value("Travel")
    await expect(reader.option("most")).to_have_value("3")


async def test_what_fits_no_option_is_said(reader: Reader) -> None:
    await reader.types("/newest soup")
    await reader.strikes("Enter")
    await expect(reader.page.locator("#composer-problem")).to_have_text("No option takes “soup”.")
