"""Tags that nobody mapped: from the real poller to those who may map them, and from their button to a post."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cogs
from bot.app.core import take_listed_feeds
from bot.chat.client import NewsClient
from bot.chat.matters.notices import Notices
from bot.chat.sender import DiscordSender
from bot.chat.sender.request import Line
from bot.courier import Courier
from bot.delivery.route import route
from bot.model import Feed, Subscription
from bot.regions import Region, Regions, load_regions
from bot.settings import Settings, shipped
from bot.stage import Interaction, Message, Permission
from tests.cogs.conftest import answer, button, labels, parts, text
from tests.cogs.test_tidings import Scene, scene
from tests.press import Item, item, rss
from tests.staging import on_stage

__all__ = ["scene"]

REGIONS = load_regions(shipped() / "regions.toml")
SOON = timedelta(minutes=10)
OLD = item("An old story", 9)


def printed(title: str, age: float, *tags: str) -> Item:
    return item(title, age, more="".join(f"<category>{tag}</category>" for tag in tags))


async def polls(scene: Scene, *items: Item, later: timedelta = SOON) -> None:
    """The feed prints these, the bot asks it, and looks for what is to be told."""
    scene.house.web["/feed"] = rss(*items, OLD)
    await scene.house.goes_round(later)
    await looks(scene)


async def looks(scene: Scene) -> None:
    await Notices(scene.client, scene.desk, Line(scene.client)).look()


async def own_feed(scene: Scene) -> Feed:
    """A feed of the server's own, past its silent first poll, and a channel that gets Africa."""
    feed = await scene.house.add(owner=scene.guild.id, title="The *Gazette*")
    await scene.house.archive.subscribe(Subscription(f"channel:{scene.lobby.id}", "africa", guild=scene.guild.id))
    await polls(scene)
    return feed


def told(scene: Scene) -> list[Message]:
    return [each for each in scene.stage.world.messages(scene.mods) if not each.only_for]


async def delivers(scene: Scene) -> list[Message]:
    """The courier carries out what is due; what is in the lobby then."""
    archive, clock = scene.house.archive, scene.house.clock
    courier = Courier(archive, DiscordSender(scene.client, REGIONS, clock, memory=archive), clock)
    running = asyncio.create_task(courier.run())
    async with asyncio.timeout(10):
        while await archive.in_flight() or any(
            each.target == f"channel:{scene.lobby.id}" for each in await archive.due_deliveries(clock.now())
        ):
            await asyncio.sleep(0.01)
    courier.stop()
    await running
    return scene.stage.world.messages(scene.lobby)


async def test_all_of_a_poll_is_told_in_one_message_once_also_after_a_restart(scene: Scene) -> None:
    await own_feed(scene)
    await polls(scene, printed("Rain in Nairobi", 3, "Slow Lane", "Opinion"), printed("Talks begin", 2, "Fast Lane"))
    (notice,) = told(scene)
    assert text(notice).startswith("🏷️ **Nobody has said what these tags mean.**")
    assert "**Slow Lane** in The \\*Gazette\\* (1 article)" in text(notice) and "Opinion" not in text(notice)
    assert labels(notice) == ["Africa", "Another region …", "No region", "A region …", "No region"]
    await scene.client.close()
    client = NewsClient(scene.desk, cogs.names(), guild_ready_timeout=0.05)
    async with on_stage(client, scene.stage):
        again = replace(scene, client=client)
        await looks(again)
        assert len(told(again)) == 1


async def test_what_comes_later_is_told_once_the_day_is_over_in_one_message(scene: Scene) -> None:
    await own_feed(scene)
    await polls(scene, printed("Rain in Nairobi", 3, "Slow Lane"))
    await polls(scene, printed("Floods in Mombasa", 2, "Fast Lane"))
    await polls(scene, printed("Storms in Lima", 1, "Third Lane"))
    assert len(told(scene)) == 1
    scene.house.clock.turn(timedelta(days=1))
    await looks(scene)
    _, second = told(scene)
    assert "Fast Lane" in text(second) and "Third Lane" in text(second) and "Slow Lane" not in text(second)


async def test_a_button_maps_it_and_the_article_that_is_here_goes_to_the_channel_that_is_new_to_it(
    scene: Scene,
) -> None:
    feed = await own_feed(scene)
    story = printed("Talks begin", 2, "Slow Lane")
    await polls(scene, story, printed("Rain in Nairobi", 3, "Slow Lane"))
    assert [each.content for each in await delivers(scene)] == ["**Rain in Nairobi**"]
    (notice,) = told(scene)
    pressed = await scene.stage.press(scene.ada, notice, button(notice, "Africa"))
    assert await _said_besides(pressed) == (
        "“Slow Lane” in The \\*Gazette\\* means **Africa** from now on. "
        "1 article that is here follows; 1 post is on its way."
    )
    (kept,) = told(scene)
    assert [each.get("disabled") for each in parts(kept) if each["type"] == 2] == [True, True, True]
    assert [each.content for each in await delivers(scene)] == ["**Rain in Nairobi**", "**Talks begin**"]
    found = await scene.house.archive.article_at("https://mag.test/talks-begin", feed.owner)
    assert found is not None and found.regions == ("africa",)
    await polls(scene, printed("A third story", 1, "Slow Lane"), story)
    assert len(await delivers(scene)) == 3, "and so does every article after it"
    assert len(told(scene)) == 1


async def test_another_region_is_picked_from_a_menu(scene: Scene) -> None:
    feed = await own_feed(scene)
    await polls(scene, printed("Talks begin", 2, "Slow Lane"))
    (notice,) = told(scene)
    menu = answer(await (await scene.stage.press(scene.ada, notice, button(notice, "A region …"))).finished(10))
    (select,) = [each for each in parts(menu) if each["type"] == 3]
    picked = await scene.stage.press(scene.ada, menu, select["custom_id"], ["europe"])
    said = text(answer(await picked.finished(10)))
    assert "means **Europe** from now on. 1 article that is here follows; nothing is posted for that." in said
    (kept,) = await scene.house.archive.feeds(feed.owner)
    assert kept.tags == {"Slow Lane": "europe"}


async def test_an_old_menu_maps_to_the_region_that_it_shows_and_says_where_that_is_gone(scene: Scene) -> None:
    feed = await own_feed(scene)
    await polls(scene, printed("Talks begin", 2, "Slow Lane"))
    (notice,) = told(scene)
    menu = answer(await (await scene.stage.press(scene.ada, notice, button(notice, "A region …"))).finished(10))
    (select,) = [each["custom_id"] for each in parts(menu) if each["type"] == 3]
    await scene.client.close()
    others = Regions(each for each in reversed(list(REGIONS)) if each.code != "asia-pacific")
    client = NewsClient(replace(scene.desk, regions=others), cogs.names(), guild_ready_timeout=0.05)
    async with on_stage(client, scene.stage):
        gone = answer(await (await scene.stage.press(scene.ada, menu, select, ["asia-pacific"])).finished(10))
        assert text(gone).startswith("There is no such region any more.") and gone.id != menu.id
        picked = await scene.stage.press(scene.ada, menu, select, ["europe"])
        assert "means **Europe** from now on" in text(answer(await picked.finished(10)))
    (kept,) = await scene.house.archive.feeds(feed.owner)
    assert kept.tags == {"Slow Lane": "europe"}


async def test_of_more_regions_than_a_menu_holds_each_can_be_picked(scene: Scene) -> None:
    feed = await own_feed(scene)
    areas = [Region(f"area-{n}", f"Area {n}", 0x123456, "🌍", (f"Zone {n}",)) for n in range(50)]
    scene.client.desk = replace(scene.desk, regions=Regions([*areas, *REGIONS]))
    await polls(scene, printed("Talks begin", 2, "Slow Lane"))
    (notice,) = told(scene)
    menu = answer(await (await scene.stage.press(scene.ada, notice, button(notice, "A region …"))).finished(10))
    selects = [each for each in parts(menu) if each["type"] == 3]
    assert [len(each["options"]) for each in selects] == [20, 20, 18]
    assert selects[1]["placeholder"] == "Which region? Area 20 – Area 39"
    picked = await scene.stage.press(scene.ada, menu, selects[2]["custom_id"], ["europe"])
    assert "means **Europe** from now on." in text(answer(await picked.finished(10)))
    (kept,) = await scene.house.archive.feeds(feed.owner)
    assert kept.tags == {"Slow Lane": "europe"}


async def test_many_tags_are_asked_by_what_they_seem_to_mean_and_the_rest_goes_with_one_button(scene: Scene) -> None:
    feed = await own_feed(scene)
    topics = [f"Topic {number}" for number in range(9)]
    await polls(scene, printed("Talks begin", 3, *topics), printed("Rain in Nairobi", 2, "Slow Lane"))
    (notice,) = told(scene)
    assert text(notice).index("Slow Lane") < text(notice).index("Topic 0")
    assert "Also: Topic 3, Topic 4, Topic 5, Topic 6, Topic 7, Topic 8" in text(notice)
    pressed = await scene.stage.press(scene.ada, notice, button(notice, "None of these is a region"))
    assert await _said_besides(pressed) == "6 tags mean no region from now on."
    (kept,) = await scene.house.archive.feeds(feed.owner)
    assert kept.tags == dict.fromkeys(topics[3:], "-")
    left = text(answer(await scene.call("desk status")))
    assert "**Slow Lane**" in left and "Topic 2" in left and "Topic 3" not in left


async def test_a_tag_that_several_feeds_have_is_not_named_twice_as_if_it_were_one(scene: Scene) -> None:
    await own_feed(scene)
    for number in (1, 2):
        scene.house.web[f"/{number}"] = rss(OLD)
        await scene.house.add(f"/{number}", owner=scene.guild.id, title=f"Letter {number}")
    await polls(scene)
    scene.house.web["/1"] = rss(printed("A letter", 3, "topic 0", "TOPIC 1"), OLD)
    scene.house.web["/2"] = rss(printed("Another letter", 3, "topic 1"), OLD)
    topics = [f"Topic {number}" for number in range(4)]
    await polls(scene, printed("Talks begin", 3, *topics), printed("Talks end", 2, *topics))
    (notice,) = told(scene)
    assert "-# Also: topic 0 in Letter 1, TOPIC 1 in 2 other feeds" in text(notice)


async def test_whoever_has_seen_them_in_the_status_is_not_told_besides(scene: Scene) -> None:
    await own_feed(scene)
    scene.house.web["/feed"] = rss(printed("Rain in Nairobi", 3, "Slow Lane"), OLD)
    await scene.house.goes_round(SOON)
    shown = await scene.call("desk status")
    assert "**Slow Lane**" in text(answer(shown))
    await looks(scene)
    assert told(scene) == [] and len(shown.messages) == 1


async def test_who_only_reads_the_moderators_channel_maps_nothing(scene: Scene) -> None:
    feed = await own_feed(scene)
    await polls(scene, printed("Rain in Nairobi", 3, "Slow Lane"))
    bob = scene.stage.world.add_member(scene.guild, "Bob")
    scene.mods.overwrite(bob, allow=Permission.VIEW_CHANNEL)
    (notice,) = told(scene)
    refused = await (await scene.stage.press(bob, notice, button(notice, "Africa"))).finished(10)
    assert "Only those who may manage this server" in text(answer(refused))
    (kept,) = await scene.house.archive.feeds(feed.owner)
    assert kept.tags == {}


async def test_the_operators_tags_are_for_the_only_server_and_for_nobody_where_there_are_two(scene: Scene) -> None:
    archive = scene.house.archive
    await scene.house.add()
    await archive.unsubscribe("channel:1", "*")
    await archive.subscribe(Subscription(f"channel:{scene.lobby.id}", "africa", guild=scene.guild.id))
    await polls(scene)
    await archive.subscribe(Subscription("channel:1", "*", guild=1))
    await polls(scene, printed("Rain in Nairobi", 3, "Slow Lane"))
    assert told(scene) == []
    await archive.unsubscribe("channel:1", "*")
    await looks(scene)
    (notice,) = told(scene)
    scene.stage.world.add_guild("Elsewhere")
    await _until(lambda: len(scene.client.guilds) == 2)
    eve = scene.stage.world.add_member(scene.guild, "Eve", admin=True)  # the first person, Ada, runs the bot
    scene.mods.overwrite(eve, allow=Permission.VIEW_CHANNEL)
    refused = await (await scene.stage.press(eve, notice, button(notice, "Africa"))).finished(10)
    assert "Only whoever runs the bot" in text(answer(refused))


async def test_what_a_button_said_of_a_feed_of_feeds_toml_outlives_a_restart(scene: Scene, tmp_path: Path) -> None:
    url = scene.house.web.url("/feed", "127.0.0.1")
    (tmp_path / "feeds.toml").write_text(f'[[feed]]\nurl = "{url}"\npages = false\ntags = {{ "Own" = "europe" }}\n')
    archive, settings = scene.house.archive, Settings(data=tmp_path)
    await take_listed_feeds(settings, archive, REGIONS)
    (feed,) = await archive.feeds()
    await scene.desk.feeds.means(feed, "Slow Lane", "africa", route)
    await take_listed_feeds(settings, archive, REGIONS)
    (feed,) = await archive.feeds()
    assert feed.tags == {"Own": "europe", "Slow Lane": "africa"}


async def test_where_a_person_has_put_an_article_no_tag_takes_it_away(scene: Scene) -> None:
    feed = await own_feed(scene)
    await polls(scene, printed("Talks begin", 2, "Slow Lane"))
    where = {"article": "https://mag.test/talks-begin", "region": "europe"}
    await (await scene.stage.call(scene.ada, scene.lobby, "desk move", **where)).finished(10)
    (notice,) = told(scene)
    pressed = await scene.stage.press(scene.ada, notice, button(notice, "No region"))
    assert (await _said_besides(pressed)).endswith("means no region from now on.")
    await scene.desk.feeds.means((await scene.house.archive.feeds(feed.owner))[0], "Slow Lane", "africa", route)
    found = await scene.house.archive.article_at("https://mag.test/talks-begin", feed.owner)
    assert found is not None and found.regions == ("europe",)


async def _said_besides(pressed: Interaction) -> str:
    """What only the person who pressed sees, once the message itself has followed."""
    await _until(lambda: any(each.only_for for each in pressed.messages))
    return next(text(each) for each in pressed.messages if each.only_for)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)
