"""/desk status and /desk why, as those who run a server type them."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.delivery.route import route
from bot.intake import ledger
from bot.model import OPERATOR, Feed, Image, Later, Owed, Refused, Sent, Sighting, Subscription, Suspended
from tests.cogs.conftest import NOON, House, answer, article, button, labels, text
from tests.fakes import until


async def test_all_is_well(house: House) -> None:
    await house.archive.add_feed(Feed(url="https://paper.test/feed"))
    shown = answer(await house.call(house.ada, "desk status"))
    assert shown.only_for == house.ada.id
    assert "**Feeds:** 1 for everybody, 0 of this server\n-# All are well." in text(shown)
    assert "**Standing orders:** none" in text(shown)
    assert "**Deliveries:** nothing waits; all is out" in text(shown)


async def test_where_nothing_was_done_yet_it_says_what_to_do(house: House) -> None:
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "**Feeds:** none yet, so nothing can come\n-# `/desk feed add` adds one for this server" in shown
    assert "**Standing orders:** none\n-# `/desk setup` leads through the first" in shown
    assert "All are well" not in shown


async def test_what_a_permission_mends_goes_on_by_itself(house: House) -> None:
    await _order(house)
    target = f"channel:{house.lobby.id}"
    await house.archive.suspend_target(target, "the bot lacks Send Messages in #lobby")
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "-# Put that right, and it goes on by itself." in shown and "again with" not in shown
    await house.archive.suspend_target(target, "the thread is locked or archived")
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "-# Put that right, then give the order again with `/desk subscribe`." in shown


async def test_what_is_late_or_stands_still_is_named_with_its_reason(house: House) -> None:
    await _order(house)
    await house.accept(article(1, "Rain in Kenya"), article(2, "Floods"), silent=False)
    (delivery,) = await house.archive.due_deliveries(NOON)
    await house.archive.sending(delivery.id, NOON)
    await house.archive.settle(delivery.id, Later("Discord answered 500", timedelta(minutes=1)), NOON)
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "**Deliveries:** 1 on their way, 1 to be tried again" in shown
    assert f"[Floods](https://paper.test/2) → <#{house.lobby.id}>\n-# Discord answered 500 · again <t:" in shown
    await house.archive.settle(delivery.id, Suspended("the bot lacks Send Messages"), NOON)
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert f"Africa → <#{house.lobby.id}>\n⚠️ **Nothing is sent:** the bot lacks Send Messages" in shown
    assert "2 waiting for you" in shown


async def test_a_feed_in_trouble_is_named(house: House) -> None:
    feed = await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper"))
    (source,) = await house.archive.sources()
    await house.archive.settle_source(replace(source, failures=2, polled=NOON, status="gone", error="It is gone."))
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert f"⚠️ {feed.title}: It is gone." in shown


async def test_other_servers_business_is_not_told(house: House) -> None:
    await house.archive.add_feed(Feed(url="https://theirs.test/feed", owner=99, title="Theirs"))
    (source,) = await house.archive.sources()
    await house.archive.settle_source(replace(source, failures=2, polled=NOON, status="gone", error="It is gone."))
    await house.archive.subscribe(Subscription(target="channel:1", region="africa", guild=99))
    await house.accept(article(1), silent=False)
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "Theirs" not in shown and "nothing waits" in shown and "**Standing orders:** none" in shown
    story = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "<#1>" not in story


async def test_the_story_of_an_article_is_told(house: House) -> None:
    await _order(house)
    evidence = {
        "rule": "text",
        "confidence": 0.8,
        "sentence": "Africa: its words speak for it. Africa 75% (title “Kenya” 2.0); Europe 25% (tag “EU” 0.6). Sure.",
        "why": [{"words": "Kenya", "place": "KE", "region": "africa", "where": "title"}],
    }
    await house.accept(article(1, "Rain in Kenya", why=json.dumps(evidence)), silent=False)
    (delivery,) = await house.archive.due_deliveries(NOON)
    await house.archive.sending(delivery.id, NOON)
    await house.archive.settle(delivery.id, Sent(123), NOON)
    shown = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "[Rain in Kenya](https://paper.test/1)" in shown
    because = "**Africa**\n-# Why here? Its headline says “Kenya”.\n-# In numbers: Africa 75% (title “Kenya” 2.0)\n"
    assert f"{because}-# Europe 25% (tag “EU” 0.6)\n-# Sure." in shown
    assert "seen in The Paper" in shown
    assert f"owed to <#{house.lobby.id}> for Africa" in shown and f"sent to <#{house.lobby.id}>" in shown


async def test_an_edit_that_was_refused_is_not_told_as_one_that_was_made(house: House) -> None:
    await _order(house)
    await house.accept(article(1, "Rain in Kenya"), silent=False)
    (delivery,) = await house.archive.due_deliveries(NOON)
    later = NOON + timedelta(minutes=5)
    for now, outcome in ((NOON, Sent(123)), (later, Refused("it is not ours to edit"))):
        await house.archive.sending(delivery.id, now)
        await house.archive.settle(delivery.id, outcome, now)
    told = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1"))).splitlines()[-1]
    assert told == f"<t:{int(later.timestamp())}:f> not edited in <#{house.lobby.id}> it is not ours to edit"


async def told_of_one_that_is_out(house: House, channels: Iterable[int], posted: int) -> str:
    """What `/desk why` says of an article for these channels, which is out in so many of them."""
    for number in channels:
        order = Subscription(target=f"channel:{number}", region="africa", guild=house.guild.id)
        await house.archive.subscribe(order)
    await house.accept(article(1, "Rain in Kenya"), silent=False)
    for each in await house.archive.due_deliveries(NOON, posted):
        await house.archive.sending(each.id, NOON)
        await house.archive.settle(each.id, Sent(each.id), NOON)
    return text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))


async def test_what_became_of_an_article_in_many_channels_is_told_in_few_lines(house: House) -> None:
    numbers = range(1574277186049802240, 1574277186049802265)
    shown = await told_of_one_that_is_out(house, numbers, 10)
    every = [f"<#{number}>" for number in numbers]
    owed, sent = shown.splitlines()[-2:]
    assert owed.endswith(f"owed to {' '.join(every)} for Africa")
    assert sent.endswith(f"sent to {' '.join(every[:10])}")
    status = text(answer(await house.call(house.ada, "desk status")))
    assert status.count("Rain in Kenya") == 1 and f"{every[14]} and 10 others" in status


async def test_what_waits_for_one_reason_is_told_once(house: House) -> None:
    await _order(house)
    found = await house.accept(*(article(number, f"Story {number}") for number in range(1, 9)))
    (order,) = await house.archive.subscriptions()
    for each in found:
        await house.archive.owe(each, [Owed(order.target, order, held="It brought 8 at once")], NOON)
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert shown.count("It brought 8 at once") == shown.count("[Story") == 1
    assert f"(https://paper.test/8) and 7 others → <#{house.lobby.id}>\n-# It brought 8 at once" in shown


async def test_what_an_article_was_before_is_told_in_words(house: House) -> None:
    await house.accept(article(1))
    await house.call(house.ada, "desk move", article="https://paper.test/1", region="europe")
    (feed,) = await house.archive.feeds()
    other = article(1, image=Image("https://paper.test/2.jpg"), authors=("Bo Ek", "Cy Fu"))
    await house.archive.accept([Sighting(other, feed, b"2")], None, route, NOON)
    await house.archive.accept([Sighting(article(1), feed, b"3")], None, route, NOON)
    shown = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "changed: regions were “africa”" in shown
    assert "authors were “Ann Low”; image was “https⁠://paper.test/1.jpg”" in shown
    assert "authors were “Bo Ek, Cy Fu”; image was “https⁠://paper.test/2.jpg”" in shown


async def test_a_long_story_keeps_its_beginning_and_its_end(house: House) -> None:
    told = "The teaser is another one now, " * 6
    await house.accept(article(1, teaser=f"0 {told}"))
    for number in range(1, 60):
        clock = timedelta(minutes=number)
        sighting = Sighting(article(1, teaser=f"{number} {told}"), (await house.archive.feeds())[0], bytes([number]))
        await house.archive.accept([sighting], None, route, NOON + clock)
    shown = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "seen in The Paper" in shown and "teaser was “58 The teaser" in shown
    assert re.search(r"^-# and \d+ more between$", shown, re.MULTILINE) and len(shown) <= 4000


async def test_what_was_kept_before_there_were_sentences_is_told_by_its_words(house: House) -> None:
    why = [{"words": "Kenya", "place": "KE", "region": "africa", "where": "title"}]
    await house.accept(article(1, "Rain in Kenya", why=json.dumps({"rule": "text", "why": why})))
    shown = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "**Africa**\n-# Why here? Its headline says “Kenya”.\n" in shown and "In numbers" not in shown


async def test_an_article_may_be_picked_by_its_headline(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    (offered,) = await house.choices(house.ada, "desk why", "url", url="rain")
    assert "Rain in Kenya" in text(answer(await house.call(house.ada, "desk why", url=offered["value"])))


async def test_words_of_one_headline_will_do_and_of_several_are_asked_back(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Rain in Peru"))
    assert "Rain in Kenya" in text(answer(await house.call(house.ada, "desk why", url="kenya")))
    said = text(answer(await house.call(house.ada, "desk why", url="rain")))
    assert said.startswith("Several headlines have these words.") and "\n- Rain in Kenya\n- Rain in Peru" in said
    assert "and others" not in said
    await house.accept(*(article(number, f"Rain number {number}") for number in range(3, 9)))
    said = text(answer(await house.call(house.ada, "desk why", url="rain")))
    assert said.count("\n- Rain") == 5 and said.endswith("\n- and others")


async def test_an_address_may_stand_in_the_brackets_that_discord_takes(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    assert "Rain in Kenya" in text(answer(await house.call(house.ada, "desk why", url="<https://paper.test/1>")))


async def test_an_address_nobody_knows_is_answered_in_a_sentence(house: House) -> None:
    said = answer(await house.call(house.ada, "desk why", url="https://nowhere.test/"))
    assert text(said).startswith("I know of no such article.")


async def test_a_servers_own_tag_that_nobody_mapped_is_mapped_by_a_button(house: House) -> None:
    feed = await house.archive.add_feed(Feed(url="https://own.test/feed", title="Own *Paper*", owner=house.guild.id))
    theirs = await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper"))
    kept = ledger.Ledger(4, 3, "1110", {"Slow Lane": {"africa": 3}})
    for each in (feed, theirs):
        await house.archive.remember(f"{ledger.KEYS}{each.id}", ledger.written(kept))
    shown = answer(await house.call(house.ada, "desk status"))
    assert text(shown).count("**Slow Lane** in Own \\*Paper\\* (3 articles)") == 1
    assert "-# Own \\*Paper\\*: tags and text agree for 3 of 4 articles (75%)" in text(shown)
    assert labels(shown) == ["Africa", "Another region …", "No region"] and "in The Paper (" not in text(shown)
    pressed = await house.press(house.ada, shown, button(shown, "Africa"))
    await until(lambda: len(pressed.messages) >= 2)
    assert "“Slow Lane” in Own \\*Paper\\* means **Africa** from now on." in map(text, pressed.messages)
    assert [each.tags for each in await house.archive.feeds(house.guild.id)] == [{"Slow Lane": "africa"}]
    assert labels(answer(await house.call(house.ada, "desk status"))) == []


async def test_a_feed_whose_tags_no_longer_agree_with_its_text_is_named(house: House) -> None:
    feed = await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper"))
    kept = ledger.Ledger(60, 40, "0" * 20)
    await house.archive.remember(f"{ledger.KEYS}{feed.id}", ledger.written(kept))
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "⚠️ The Paper: tags and text agree for 40 of 60 articles (67%), but for 0 of the last 20" in shown


async def _order(house: House) -> None:
    await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper", polled=NOON, owner=OPERATOR))
    order = Subscription(target=f"channel:{house.lobby.id}", region="africa", guild=house.guild.id)
    await house.archive.subscribe(order)


async def test_how_an_article_stands_now_is_told_also_where_it_is_owed_to_hundreds_of_channels(house: House) -> None:
    numbers = range(1574277186049802240, 1574277186049802440)
    shown = await told_of_one_that_is_out(house, numbers, 150)
    owed, sent = shown.splitlines()[-2:]
    assert owed.endswith(f"<#{numbers[29]}> and 170 others for Africa")
    assert f"sent to <#{numbers[0]}> " in sent and sent.endswith(f"<#{numbers[29]}> and 120 others")


async def test_how_an_article_stands_now_is_told_also_where_it_began_with_many_regions(house: House) -> None:
    regions = [each.code for each in house.desk.regions]
    for number in range(1574277186049802240, 1574277186049802520):
        region = regions[number % len(regions)]
        await house.archive.subscribe(Subscription(f"channel:{number}", region, guild=house.guild.id))
    await house.accept(article(1, "Rain in Kenya", regions=tuple(regions)), silent=False)
    later = NOON + timedelta(hours=1)
    for each in await house.archive.due_deliveries(NOON, 20):
        await house.archive.sending(each.id, later)
        await house.archive.settle(each.id, Sent(each.id), later)
    shown = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "seen in The Paper" in shown and " more between" in shown
    assert shown.splitlines()[-1].startswith(f"<t:{int(later.timestamp())}:f> sent to <#")


async def test_much_trouble_with_feeds_and_orders_leaves_room_for_what_is_held(house: House) -> None:
    for number in range(12):
        title = f"Gazette {number} {'of the coast ' * 8}"
        await house.archive.add_feed(Feed(f"https://{number}.test/feed", owner=house.guild.id, title=title))
    for source in await house.archive.sources():
        error = "Its server says that something is wrong. " * 6
        await house.archive.settle_source(replace(source, failures=2, polled=NOON, error=error))
    (found,) = await house.accept(article(1, "Rain in Kenya"))
    for number in range(1574277186049802240, 1574277186049802260):
        order = Subscription(target=f"channel:{number}", region="africa", guild=house.guild.id)
        order = await house.archive.subscribe(order)
        await house.archive.owe(found, [Owed(order.target, order, held="A flood")], NOON)
        await house.archive.suspend_target(order.target, f"the forum wants a tag: {'ä' * 300}")
    shown = text(answer(await house.call(house.ada, "desk status")))
    assert "**Feeds:** 1 for everybody, 12 of this server" in shown and "**Standing orders:** 20" in shown
    assert "**Deliveries:** 20 held back (`/desk release`)" in shown and "A flood" in shown
    assert len(shown) <= 4000 and len(shown.encode()) <= 8000
