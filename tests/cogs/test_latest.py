"""/latest, as members of a server type it."""

import json
from typing import Any

import pytest

from bot.chat.pages import answers
from bot.model import Feed
from tests.cogs.conftest import House, answer, article, button, labels, parts, text


async def test_the_newest_articles_come_as_cards_that_only_the_reader_sees(house: House) -> None:
    await house.accept(article(2, "Tides of Japan", regions=("asia-pacific",)), article(1, "Rain in Kenya"))
    shown = answer(await house.call(house.bob, "latest"))
    assert "### [Rain in Kenya](https://paper.test/1)\nWhat story 1 is about.\n-# By Ann Low\n-# 🌍 Africa" in text(
        shown
    )
    assert text(shown).index("Rain in Kenya") < text(shown).index("Tides of Japan")
    assert shown.only_for == house.bob.id
    assert next(each["media"]["url"] for each in parts(shown) if each["type"] == 11) == "https://paper.test/1.jpg"


async def test_one_region_alone_can_be_chosen(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Tides of Japan", regions=("asia-pacific",)))
    shown = answer(await house.call(house.bob, "latest", region="asia-pacific"))
    assert "Tides of Japan" in text(shown) and "Rain in Kenya" not in text(shown)
    assert text(shown).startswith("## Latest · 🌏 Asia-Pacific")


async def test_the_regions_are_choices(house: House) -> None:
    command = house.stage.commands.named("latest", None)
    (region,) = [each for each in command["options"] if each["name"] == "region"]
    assert [each["value"] for each in region["choices"]] == list(house.desk.regions.codes)


async def test_it_may_be_used_in_servers_in_direct_messages_and_everywhere_else(house: House) -> None:
    for name in ("latest", "search", "regions", "follow", "following"):
        command = house.stage.commands.named(name, None)
        assert sorted(command["contexts"]) == [0, 1, 2]
        assert sorted(command["integration_types"]) == [0, 1]


async def test_one_leafs_forth_and_back(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    first = answer(await house.call(house.bob, "latest"))
    assert labels(first)[-3:] == ["‹ Previous", "1–5 of 12", "Next ›"]
    second = answer(await house.press(house.bob, first, button(first, "Next ›")))
    assert "Story number 6" in text(second) and "Story number 5" not in text(second)
    third = answer(await house.press(house.bob, second, button(second, "Next ›")))
    assert labels(third)[-3:] == ["‹ Previous", "11–12 of 12", "Next ›"]
    assert [each.get("disabled", False) for each in parts(third) if each["type"] == 2][-3:] == [False, True, True]
    back = answer(await house.press(house.bob, third, button(third, "‹ Previous")))
    assert labels(back)[-2] == "6–10 of 12"


async def test_pages_stay_put_while_articles_arrive(house: House) -> None:
    await house.accept(*(article(number) for number in range(3, 12)))
    first = answer(await house.call(house.bob, "latest"))
    await house.accept(article(1), article(2))
    second = answer(await house.press(house.bob, first, button(first, "Next ›")))
    assert "Story number 8" in text(second) and "Story number 7]" not in text(second)


async def test_keep_reading_opens_in_place_and_show_less_closes(house: House) -> None:
    await house.accept(article(1), article(2))
    shown = answer(await house.call(house.bob, "latest"))
    assert "a longer text" not in text(shown)
    opened = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert opened.id == shown.id
    assert "a longer text which says more about story 1." in text(opened)
    assert "a longer text which says more about story 2." not in text(opened)
    both = answer(await house.press(house.bob, opened, button(opened, "Keep reading")))
    assert text(both).count("a longer text") == 2
    closed = answer(await house.press(house.bob, both, button(both, "Show less")))
    assert "says more about story 1." not in text(closed) and "says more about story 2." in text(closed)


async def test_an_opened_card_says_why_it_is_here_in_one_line(house: House) -> None:
    named = {"words": "*Sahel*", "place": "", "region": "africa", "where": "tag"}
    why = json.dumps({"rule": "tag", "sentence": "Africa: its tag says so (“*Sahel*”).", "why": [named]})
    await house.accept(article(1, why=why), article(2, why=why))
    shown = answer(await house.call(house.bob, "latest"))
    assert "Why here?" not in text(shown)
    opened = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert text(opened).count("-# Why here? Its publisher tags it “\\*Sahel\\*”.") == 1


async def test_a_page_stays_as_it_is_when_a_card_opens_after_newer_articles_came(house: House) -> None:
    await house.accept(*(article(number) for number in range(11, 23)))
    shown = answer(await house.call(house.bob, "latest"))
    was = text(shown)
    await house.accept(*(article(number) for number in range(1, 7)))
    opened = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert "says more about story 11." in text(opened) and "Story number 15" in text(opened)
    assert "Story number 1]" not in text(opened) and "1–5 of 12" in labels(opened)
    closed = answer(await house.press(house.bob, opened, button(opened, "Show less")))
    assert text(closed) == was
    second = answer(await house.press(house.bob, closed, button(closed, "Next ›")))
    assert "Story number 16" in text(second) and "Story number 15" not in text(second)


async def test_of_a_search_too_the_page_stays_with_what_was_found_in_it(house: House) -> None:
    await house.accept(*(article(number, f"Rain number {number}") for number in range(11, 23)))
    shown = answer(await house.call(house.bob, "search", words="rain", order="newest"))
    await house.accept(*(article(number, f"Rain number {number}") for number in range(1, 7)))
    opened = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert "says more about story 11." in text(opened) and "Rain number 15" in text(opened)
    assert text(opened).startswith(text(shown).splitlines()[0])


@pytest.mark.parametrize("heavy", [False, True])
async def test_all_cards_of_a_page_can_be_open_together_however_long_they_are(house: House, heavy: bool) -> None:
    texts = {number: f"Story {number} begins. " + f"And {number} goes on, *slowly*. " * 200 for number in range(1, 6)}
    why = json.dumps({"rule": "text", "why": [{"words": "word " * 12, "region": "africa", "where": "tag"}]})
    long: dict[str, Any] = {"title": "A *long* title " * 13, "authors": ("Ann Low " * 40,), "why": why} if heavy else {}
    far = f"?{'x' * 200}" if heavy else ""
    for number, each in texts.items():
        await house.accept(article(number, teaser=each, text=each, url=f"https://paper.test/{number}{far}", **long))
    page = answer(await house.call(house.bob, "latest"))
    was = text(page)
    for _ in texts:
        page = answer(await house.press(house.bob, page, button(page, "Keep reading")))
    assert labels(page)[:5] == ["Show less"] * 5
    assert len(text(page)) < 4000 and all(f"Story {number} begins." in text(page) for number in texts)
    for _ in texts:
        page = answer(await house.press(house.bob, page, button(page, "Show less")))
    assert labels(page)[:5] == ["Keep reading"] * 5 and text(page)[:300] == was[:300]


async def test_a_page_that_was_leafed_to_stays_open_when_a_card_opens(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    first = answer(await house.call(house.bob, "latest"))
    second = answer(await house.press(house.bob, first, button(first, "Next ›")))
    opened = answer(await house.press(house.bob, second, button(second, "Keep reading")))
    assert "says more about story 6." in text(opened) and labels(opened)[-2] == "6–10 of 12"


async def test_more_than_five_come_as_headlines(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 30)))
    shown = answer(await house.call(house.bob, "latest", count=12))
    assert text(shown).count("https://paper.test/") == 12
    assert "What story" not in text(shown)
    assert labels(shown) == ["‹ Previous", "1–12 of 29", "Next ›"]


async def test_headlines_that_are_too_long_for_one_message_make_shorter_pages_and_none_is_lost(house: House) -> None:
    await house.accept(
        *(article(n, f"{n} " + "long " * 50, url=f"https://paper.test/{n}/{'x' * 200}") for n in range(1, 31))
    )
    shown = answer(await house.call(house.bob, "latest", count=25))
    seen = []
    while True:
        seen += [line.split()[0].lstrip("*[") for line in text(shown).splitlines() if "paper.test" in line]
        if "‹ Previous" in labels(shown) and any(
            each.get("disabled") for each in parts(shown) if each.get("label") == "Next ›"
        ):
            break
        shown = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
    assert seen == [str(number) for number in range(1, 31)]


async def test_a_shared_answer_is_seen_by_all_and_leafed_by_who_asked(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    shared = answer(await house.call(house.bob, "latest", share=True))
    assert shared.only_for is None
    turned = answer(await house.press(house.bob, shared, button(shared, "Next ›")))
    assert (turned.id, turned.only_for) == (shared.id, None)
    assert labels(turned)[-2] == "6–10 of 12"


async def test_others_who_leaf_a_shared_answer_get_a_page_of_their_own(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    shared = answer(await house.call(house.bob, "latest", share=True))
    own = answer(await house.press(house.ada, shared, button(shared, "Next ›")))
    assert own.id != shared.id and own.only_for == house.ada.id
    assert labels(own)[-2] == "6–10 of 12"
    assert labels(shared)[-2] == "1–5 of 12"


async def test_keep_reading_on_a_shared_answer_is_for_the_one_who_presses(house: House) -> None:
    await house.accept(article(1))
    shared = answer(await house.call(house.bob, "latest", share=True))
    own = answer(await house.press(house.ada, shared, button(shared, "Keep reading")))
    assert own.id != shared.id and own.only_for == house.ada.id
    assert "says more about story 1." in own.embeds[0]["description"] and "a longer text" not in text(shared)


async def test_buttons_work_after_a_restart(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    shown = answer(await house.call(house.bob, "latest"))
    async with house.restarted():
        second = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
        opened = answer(await house.press(house.bob, second, button(second, "Keep reading")))
    assert "says more about story 6." in text(opened)


async def test_an_empty_archive_says_so(house: House) -> None:
    shown = answer(await house.call(house.bob, "latest", region="africa"))
    assert text(shown) == "Nothing has come in for 🌍 Africa yet. As soon as something does, it will be here."


async def test_a_servers_own_feed_is_shown_there_alone(house: House) -> None:
    own = Feed(url="https://own.test/feed", owner=house.guild.id)
    await house.accept(article(1, "Ours alone", owner=house.guild.id, keys=("url:own",)), feed=own)
    assert "Ours alone" in text(answer(await house.call(house.bob, "latest")))
    other = house.stage.world.add_guild("Elsewhere")
    hall = other.add_channel("hall")
    house.stage.world.add_member(other, house.bob)
    assert "Ours alone" not in text(answer(await house.call(house.bob, "latest", hall)))
    direct = house.stage.world.dm(house.bob)
    assert "Ours alone" not in text(answer(await house.call(house.bob, "latest", direct)))


async def test_a_picture_that_discord_does_not_take_is_left_out(house: House) -> None:
    await house.accept(article(1))
    house.stage.fault("error", method="POST", path="/interactions/*/*/callback", code=50035)
    shown = answer(await house.call(house.bob, "latest"))
    assert "Story number 1" in text(shown) and 11 not in [each["type"] for each in parts(shown)]
    house.stage.violations.clear()  # it was refused on purpose


async def test_a_full_page_keeps_within_forty_components(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 13)))
    first = answer(await house.call(house.bob, "latest"))
    shown = answer(await house.press(house.bob, first, button(first, "Next ›")))
    assert len([each for each in parts(shown) if each["type"] == 17]) == answers.CARDS
    assert len(parts(shown)) <= 40


async def test_a_page_with_every_card_open_keeps_within_forty_components(house: House) -> None:
    long = "A sentence of a longer text, with 日本語 in it. " * 80
    await house.accept(*(article(number, text=long) for number in range(1, 13)))
    first = answer(await house.call(house.bob, "latest"))
    shown = answer(await house.press(house.bob, first, button(first, "Next ›")))
    for _ in range(answers.CARDS):
        await house.press(house.bob, shown, button(shown, "Keep reading"))
    assert labels(shown).count("Show less") == answers.CARDS
    assert len(parts(shown)) <= 40 and len(text(shown)) <= 4000 and len(text(shown).encode()) <= 8000
