"""/desk, as those who run a server type it."""

import asyncio
from dataclasses import replace

import pytest

from bot.chat.orders import standing
from bot.delivery.terms import Terms, read_terms
from bot.model import OPERATOR, Feed, Source, Subscription
from bot.poller.adding import Candidate
from bot.stage import Permission, Refusal
from tests.cogs.conftest import NOON, House, answer, article, button, labels, parts, text


async def test_a_region_is_ordered_for_a_channel(house: House) -> None:
    africa = house.guild.add_channel("africa")
    await house.archive.add_feed(Feed(url="https://paper.test/feed"))
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=africa))
    assert text(said) == f"<#{africa.id}> gets every new article about **Africa** from now on."
    assert said.only_for == house.ada.id
    (order,) = await house.archive.subscriptions(house.guild.id)
    assert (order.target, order.region, order.kind, order.guild) == (
        f"channel:{africa.id}",
        "africa",
        "text",
        house.guild.id,
    )


async def test_an_order_may_say_much_more(house: House) -> None:
    wire, role = house.guild.add_channel("wire", kind="announcement"), house.guild.add_role("Readers")
    role.mentionable = True
    said = answer(
        await house.call(
            house.ada,
            "desk subscribe",
            region="all regions",
            channel=wire,
            mention=role,
            silent=True,
            publish=True,
            include='sanctions, "red sea"',
            exclude="tag:podcast",
        )
    )
    assert "every new article from now on" in text(said) and "only what speaks of" in text(said)
    (order,) = await house.archive.subscriptions(house.guild.id)
    assert (order.region, order.kind, order.mention) == ("*", "announcement", role.id)
    assert (order.silent, order.publish, order.include, order.exclude) == (
        True,
        True,
        'sanctions, "red sea"',
        "tag:podcast",
    )


async def test_said_again_it_changes_the_order(house: House) -> None:
    africa = house.guild.add_channel("africa")
    await house.call(house.ada, "desk subscribe", region="africa", channel=africa)
    said = answer(await house.call(house.ada, "desk subscribe", region="APAC", channel=africa))
    again = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=africa, silent=True))
    assert not text(said).startswith("Changed") and text(again).startswith("Changed: ")
    assert [(each.region, each.silent) for each in await house.archive.subscriptions(house.guild.id)] == [
        ("africa", True),
        ("asia-pacific", False),
    ]


@pytest.mark.parametrize(
    ("kind", "denied", "name"),
    [
        ("text", Permission.SEND_MESSAGES, "Send Messages"),
        ("text", Permission.VIEW_CHANNEL, "View Channel"),
        ("text", Permission.EMBED_LINKS, "Embed Links"),
        ("announcement", Permission.SEND_MESSAGES, "Send Messages"),
        ("forum", Permission.SEND_MESSAGES, "Send Messages"),
    ],
)
async def test_a_channel_we_cannot_write_in_is_refused_with_the_permissions_name(
    house: House, kind: str, denied: Permission, name: str
) -> None:
    closed = house.guild.add_channel("closed", kind=kind)
    house.stage.world.withdraw(closed, denied)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=closed))
    assert f"**{name}**" in text(said) and f"<#{closed.id}>" in text(said)
    assert said.only_for == house.ada.id
    assert await house.archive.subscriptions() == []


async def test_all_permissions_that_are_missing_are_named(house: House) -> None:
    house.stage.world.withdraw(house.lobby, Permission.SEND_MESSAGES)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby))
    lacking = "the permissions **Send Messages** and **Embed Links**. Give them to my role"
    assert lacking in text(said)
    house.stage.world.withdraw(house.lobby, Permission.VIEW_CHANNEL)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby))
    assert "**View Channel**, **Send Messages** and **Embed Links**" in text(said)


async def test_a_thread_needs_the_permission_of_threads(house: House) -> None:
    thread = house.stage.world.open_thread(house.lobby, house.ada, "Kenya")
    house.stage.world.withdraw(house.lobby, Permission.SEND_MESSAGES_IN_THREADS)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=thread))
    assert "**Send Messages in Threads**" in text(said)
    house.stage.world.restore(house.lobby, Permission.SEND_MESSAGES_IN_THREADS)
    await house.call(house.ada, "desk subscribe", region="africa", channel=thread)
    assert [each.kind for each in await house.archive.subscriptions()] == ["thread"]


async def test_without_history_it_is_ordered_and_the_risk_is_told(house: House) -> None:
    house.stage.world.withdraw(house.lobby, Permission.READ_MESSAGE_HISTORY)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby))
    assert "**Read Message History**" in text(said)
    assert len(await house.archive.subscriptions()) == 1


async def test_a_role_that_cannot_be_mentioned_is_refused(house: House) -> None:
    role = house.guild.add_role("Readers")
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, mention=role))
    assert "Mention @everyone, @here and All Roles" in text(said)
    assert await house.archive.subscriptions() == []


async def test_who_may_not_mention_a_role_has_nobody_else_do_it(house: House) -> None:
    keepers = house.guild.add_role("Keepers", permissions=Permission.MANAGE_GUILD)
    cleo = house.stage.world.add_member(house.guild, "Cleo", roles=[keepers])
    house.stage.world.restore(house.lobby, Permission.MENTION_EVERYONE)
    role = house.guild.add_role("Readers")
    wanted = {"region": "africa", "channel": house.lobby, "mention": role}
    said = answer(await house.call(cleo, "desk subscribe", **wanted))
    assert "You may not mention" in text(said) and await house.archive.subscriptions() == []
    role.mentionable = True
    await house.call(cleo, "desk subscribe", **wanted)
    role.mentionable = False
    await house.call(cleo, "desk subscribe", region="africa", channel=house.lobby, silent=True)
    assert [(each.mention, each.silent) for each in await house.archive.subscriptions()] == [(role.id, True)]
    assert "Changed: " in text(answer(await house.call(house.ada, "desk subscribe", **wanted)))


async def test_only_announcements_can_be_published(house: House) -> None:
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, publish=True))
    assert "is no announcement channel" in text(said)


async def test_an_unknown_region_is_refused_and_the_known_ones_are_named(house: House) -> None:
    said = answer(await house.call(house.ada, "desk subscribe", region="atlantis", channel=house.lobby))
    assert "There is no region “atlantis”" in text(said)
    assert all(code in text(said) for code in house.desk.regions.codes)


async def test_a_wish_that_cannot_be_read_is_refused_with_its_option(house: House) -> None:
    said = answer(
        await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, include='"red sea')
    )
    assert text(said).startswith("`include`: ")
    assert await house.archive.subscriptions() == []


async def test_a_forums_tags_are_offered_and_checked(house: House) -> None:
    forum = house.guild.add_channel("stories", kind="forum", tags=["Africa", "Asia"])
    offered = await house.choices(house.ada, "desk subscribe", "tag", region="africa", channel=forum, tag="af")
    assert [each["name"] for each in offered] == ["Africa"]
    wrong = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=forum, tag="Mars"))
    assert "has no tag “Mars”. It has “Africa”, “Asia”." in text(wrong)
    await house.call(house.ada, "desk subscribe", region="africa", channel=forum, tag="africa")
    (order,) = await house.archive.subscriptions()
    assert order.kind == "forum" and order.tag is not None


async def test_regions_are_offered_by_their_aliases_too(house: House) -> None:
    offered = await house.choices(house.ada, "desk subscribe", "region", region="apac")
    assert [each["value"] for each in offered] == ["asia-pacific"]
    assert "*" in [each["value"] for each in await house.choices(house.ada, "desk subscribe", "region", region="")]


async def test_an_order_given_again_sets_a_suspended_channel_going(house: House) -> None:
    await house.archive.add_feed(Feed(url="https://paper.test/feed", polled=NOON))
    for region in ("africa", "europe"):
        await house.call(house.ada, "desk subscribe", region=region, channel=house.lobby)
    await house.archive.suspend_target(f"channel:{house.lobby.id}", "the bot lacks Send Messages")
    await house.accept(article(1), article(2, regions=("europe",)), silent=False)
    await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby)
    assert [each.suspended for each in await house.archive.subscriptions()] == ["", ""]
    assert [each.state for each in await house.archive.outbox_rows()] == ["pending", "pending"]
    assert house.nudges == [1]


async def test_an_order_is_taken_back(house: House) -> None:
    await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby)
    offered = await house.choices(house.ada, "desk unsubscribe", "region", region="")
    assert [each["value"] for each in offered] == ["africa"]
    said = answer(await house.call(house.ada, "desk unsubscribe", region="africa", channel=house.lobby))
    assert text(said) == f"<#{house.lobby.id}> no longer gets **Africa**."
    again = answer(await house.call(house.ada, "desk unsubscribe", region="africa", channel=house.lobby))
    assert text(again) == f"<#{house.lobby.id}> does not get Africa. It gets nothing."


async def test_orders_are_listed_with_their_state(house: House) -> None:
    empty = answer(await house.call(house.ada, "desk subscriptions"))
    assert "ordered nothing yet" in text(empty)
    other = house.guild.add_channel("europe")
    await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, silent=True)
    await house.call(house.ada, "desk subscribe", region="europe", channel=other)
    await house.archive.suspend_target(f"channel:{other.id}", "the bot lacks Send Messages in #europe")
    shown = answer(await house.call(house.ada, "desk subscriptions"))
    assert text(shown).startswith("## Standing orders (2)")
    assert f"**Africa** → <#{house.lobby.id}>\n-# silent" in text(shown)
    assert "**Nothing is sent:** the bot lacks Send Messages in #europe" in text(shown)


async def test_an_order_is_taken_back_from_the_list(house: House) -> None:
    for name in ("africa", "europe"):
        await house.call(house.ada, "desk subscribe", region=name, channel=house.guild.add_channel(name))
    shown = answer(await house.call(house.ada, "desk subscriptions"))
    left = answer(await house.press(house.ada, shown, button(shown, "Take back")))
    assert "**Europe**" in text(left) and "**Africa**" not in text(left)
    assert [each.region for each in await house.archive.subscriptions()] == ["europe"]


async def test_a_long_list_has_pages(house: House) -> None:
    for number in range(23):
        await house.archive.subscribe(
            Subscription(target=f"channel:{100 + number}", region="africa", guild=house.guild.id)
        )
    first = answer(await house.call(house.ada, "desk subscriptions"))
    assert labels(first) == ["Take back"] * 10 + ["Next ›"]
    second = answer(await house.press(house.ada, first, button(first, "Next ›")))
    third = answer(await house.press(house.ada, second, button(second, "Next ›")))
    assert labels(third) == ["Take back"] * 3 + ["‹ Previous"]
    assert len(parts(second)) <= 40


async def test_other_servers_orders_are_neither_listed_nor_offered_to_be_taken_back(house: House) -> None:
    await house.archive.subscribe(Subscription(target="channel:1", region="africa", guild=99))
    assert await house.choices(house.ada, "desk unsubscribe", "region", region="") == []
    assert "ordered nothing yet" in text(answer(await house.call(house.ada, "desk subscriptions")))


async def test_a_feed_is_added_for_this_server_alone(house: House) -> None:
    said = answer(await house.call(house.ada, "desk feed add", url="https://gazette.test/"))
    assert text(said) == "“The \\*Gazette\\*” is polled from now on. Its 12 articles are in the archive."
    assert said.only_for == house.ada.id
    assert [each.owner for each in await house.archive.feeds()] == [house.guild.id]


async def test_a_refusal_of_any_length_is_told(house: House) -> None:
    house.finder.refusals["https://a.test/"] = "It names this feed: " + "https://a.test/" * 400
    said = answer(await house.call(house.ada, "desk feed add", url="https://a.test/"))
    assert text(said).startswith("It names this feed: https://a.test/") and len(text(said)) <= 2000


async def test_a_feed_that_cannot_be_added_is_answered_in_a_sentence(house: House) -> None:
    house.finder.refusals["http://127.0.0.1/"] = "127.0.0.1 lies on a private network, where I do not go."
    said = answer(await house.call(house.ada, "desk feed add", url="http://127.0.0.1/"))
    assert text(said) == "127.0.0.1 lies on a private network, where I do not go."
    assert said.only_for == house.ada.id


async def test_of_several_feeds_one_is_chosen_also_after_a_restart(house: House) -> None:
    long = "https://gazette.test/" + "feed/" * 30
    house.finder.pages["https://gazette.test/"] = [
        Candidate(long, "The *News*", 10),
        Candidate("https://b.test/", "", 2),
    ]
    asked = answer(await house.call(house.ada, "desk feed add", url="https://gazette.test/"))
    assert "That page has 2 feeds." in text(asked) and "**The \\*News\\***" in text(asked)
    assert labels(asked) == ["Add", "Add"] and await house.archive.feeds() == []
    async with house.restarted():
        said = answer(await house.press(house.ada, asked, button(asked, "Add")))
        async with asyncio.timeout(5):
            while "is polled from now on" not in text(said):
                await asyncio.sleep(0.01)
    assert [each.url for each in await house.archive.feeds(house.guild.id)] == [long]


async def test_what_is_wished_for_a_feed_is_done_also_when_one_of_several_is_chosen(house: House) -> None:
    house.finder.pages["https://gazette.test/"] = [Candidate("https://gazette.test/feed", "News", 10)]
    wishes = {"newest": True, "any_certificate": True}
    asked = answer(await house.call(house.ada, "desk feed add", url="https://gazette.test/", **wishes))
    assert house.finder.samples == []
    await house.press(house.ada, asked, button(asked, "Add"))
    async with asyncio.timeout(5):
        while not await house.archive.feeds():
            await asyncio.sleep(0.01)
    assert [each.any_certificate for each in await house.archive.feeds(house.guild.id)] == [True]
    assert house.finder.samples == ["https://gazette.test/feed"]
    listed = answer(await house.call(house.ada, "desk feed list"))
    assert "any certificate of its host is taken" in text(listed)


async def test_a_feed_can_be_looked_at_first(house: House) -> None:
    said = answer(await house.call(house.ada, "desk feed check", url="https://gazette.test/feed"))
    assert said.only_for == house.ada.id
    assert "“The \\*Gazette\\*”, with 5 items." in text(said)
    assert "[Story ∗1∗ of the feed]" in text(said) and "What story 2 is about." in text(said)
    assert await house.archive.feeds() == []


async def test_feeds_are_listed_with_their_state(house: House) -> None:
    assert "no feeds of its own" in text(answer(await house.call(house.ada, "desk feed list")))
    await house.archive.add_feed(Feed(url="https://operators.test/feed", owner=OPERATOR))
    await house.call(house.ada, "desk feed add", url="https://gazette.test/feed")
    assert "Not asked yet" in text(answer(await house.call(house.ada, "desk feed list")))
    (source,) = [each for each in await house.archive.sources() if "gazette" in each.url]
    await _settle(house, source, status="gone", error="The feed is gone (410).", failures=3)
    shown = answer(await house.call(house.ada, "desk feed list"))
    assert text(shown).startswith("## This server's own feeds (1)")
    assert "**The \\*Gazette\\***" in text(shown)
    assert "The feed is gone (410). (3 times in a row)" in text(shown)
    assert "operators.test" not in text(shown)
    await _settle(house, source, status="ok")
    assert "✓ well" in text(answer(await house.call(house.ada, "desk feed list")))


async def test_a_feed_is_removed_and_its_articles_stay(house: House) -> None:
    await house.call(house.ada, "desk feed add", url="https://gazette.test/feed")
    (feed,) = await house.archive.feeds(house.guild.id)
    await house.accept(article(1, "Ours", owner=house.guild.id), feed=feed)
    offered = await house.choices(house.ada, "desk feed remove", "url", url="gaz")
    said = answer(await house.call(house.ada, "desk feed remove", url=offered[0]["value"]))
    assert text(said) == "**The \\*Gazette\\*** is no longer read. Its articles stay."
    assert await house.archive.feeds() == []
    assert "Ours" in text(answer(await house.call(house.bob, "latest")))


async def test_only_a_servers_own_feeds_can_be_removed(house: House) -> None:
    await house.archive.add_feed(Feed(url="https://operators.test/feed", owner=OPERATOR))
    said = answer(await house.call(house.ada, "desk feed remove", url="https://operators.test/feed"))
    assert "This server has no feed" in text(said)
    assert len(await house.archive.feeds()) == 1


async def test_a_server_takes_back_nothing_that_is_anothers(house: House) -> None:
    feed = await house.archive.add_feed(Feed(url="https://theirs.test/feed", owner=99))
    order = await house.archive.subscribe(Subscription(target="channel:1", region="africa", guild=99))
    await standing.remove_feed(house.desk, house.guild.id, str(feed.id))
    await standing.take_back(house.desk, house.guild.id, str(order.id))
    assert len(await house.archive.feeds(99)) == len(await house.archive.subscriptions(99)) == 1


async def test_readers_cannot_give_orders(house: House) -> None:
    with pytest.raises(Refusal):
        await house.call(house.bob, "desk subscriptions")
    with pytest.raises(Refusal):
        await house.call(house.ada, "desk subscriptions", house.stage.world.dm(house.ada))


async def _settle(house: House, source: Source, **values: object) -> None:
    told = replace(source, polled=NOON, error="", failures=0)
    await house.archive.settle_source(replace(told, **values))  # type: ignore[arg-type]


async def test_an_order_has_hours_a_cap_and_a_look_of_its_own(house: House) -> None:
    said = answer(
        await house.call(
            house.ada,
            "desk subscribe",
            region="africa",
            channel=house.lobby,
            quiet="22:00-7 Europe/Paris",
            cap=5,
            style="compact",
            colour="#D1495B",
            credit=True,
        )
    )
    (order,) = await house.archive.subscriptions(house.guild.id)
    assert read_terms(order.options) == Terms("22:00-07:00", "Europe/Paris", 5, 0xD1495B, "compact", True)
    listed = answer(await house.call(house.ada, "desk subscriptions"))
    for shown in (text(said), text(listed)):
        assert "quiet 22:00-07:00 (Europe/Paris)" in shown and "at most 5 an hour" in shown
        assert "#d1495b" in shown and "compact style" in shown and "no photo without its credit" in shown


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"quiet": "at night"}, "write them like 22:00-07:00 Europe/Paris"),
        ({"quiet": "22:00-07:00 Mars"}, "“Mars” is no time zone; write one like Europe/Berlin"),
        ({"colour": "red"}, "“red” is no colour; write one like #d1495b"),
    ],
)
async def test_terms_that_cannot_be_read_are_refused_with_their_form(
    house: House, said: dict[str, str], told: str
) -> None:
    refused = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, **said))
    assert told in text(refused)
    assert await house.archive.subscriptions() == []
