"""Cards and lines stay within Discord's limits, and show only what we mean."""

import json
from datetime import UTC, datetime
from typing import Any

from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.pages import answers
from bot.chat.pages.pager import Toggle
from bot.model import Article, Hit, Image
from bot.regions import Regions, load_regions
from bot.settings import shipped

REGIONS: Regions = load_regions(shipped() / "regions.toml")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def article(title: str = "Rain in Kenya", **values: Any) -> Article:
    given_values: dict[str, Any] = {
        "id": 7,
        "url": "https://a.test/rain",
        "regions": ("africa",),
        "published": NOON,
    } | values
    return Article(title=title, **given_values)


def sent(items: list[answers.Item]) -> list[dict[str, Any]]:
    view = ui.LayoutView(timeout=None)
    for each in items:
        view.add_item(each)
    made: list[dict[str, Any]] = view.to_components()  # type: ignore[no-untyped-call]
    return made


def parts(made: Any) -> list[dict[str, Any]]:
    """All components, however deep."""
    if isinstance(made, list):
        return [part for each in made for part in parts(each)]
    inside = [*made.get("components", []), *([made["accessory"]] if "accessory" in made else [])]
    return [made, *parts(inside)]


def text(made: Any) -> str:
    return "\n".join(each["content"] for each in parts(made) if each["type"] == 10)


words = st.text(alphabet=st.characters(codec="utf-8"), max_size=900)
hits = st.builds(
    lambda title, teaser, body, authors, url, alt, snippet, number: Hit(
        article(
            title,
            id=number,
            teaser=teaser,
            text=body * 4,
            authors=tuple(authors),
            url=f"https://a.test/{url}",
            image=Image(f"https://a.test/{url}.jpg", alt),
            source_name=title,
            why=json.dumps({"sentence": body}),
        ),
        snippet,
    ),
    words,
    words,
    words,
    st.lists(words, max_size=4),
    st.text(max_size=200),
    words,
    words,
    st.integers(1, 2**40),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(hits, min_size=1, max_size=answers.CARDS, unique_by=lambda hit: hit.article.id), st.data())
def test_cards_fit_into_a_message_whatever_a_feed_says(found: list[Hit], data: st.DataObject) -> None:
    opened = data.draw(st.sets(st.sampled_from([each.article.id for each in found])))
    made = sent(answers.cards(found, REGIONS, opened, Toggle))
    assert len(parts(made)) <= 40 - 5  # a heading, and a row of three buttons
    assert len(text(made)) <= 3700
    assert len(text(made).encode()) + 12 * len(parts(made)) <= 8000
    assert len(json.dumps(made, ensure_ascii=False).encode()) < 17_000


@settings(max_examples=100, deadline=None)
@given(st.lists(hits, min_size=1, max_size=25))
def test_lines_fit_into_a_message_and_say_how_many_they_are(found: list[Hit]) -> None:
    items, count = answers.lines(found, REGIONS)
    made = sent(items)
    assert 1 <= count <= len(found)
    assert len(text(made)) <= 3700
    assert len(text(made).encode()) <= 7400


def test_a_card_has_headline_byline_teaser_region_feed_and_time() -> None:
    hit = Hit(article(teaser="It pours.", authors=("Ann Low", "Bo Ek"), source_name="The Paper"))
    made = sent(answers.cards([hit], REGIONS))
    assert text(made) == (
        "### [Rain in Kenya](https://a.test/rain)\nIt pours.\n-# By Ann Low and Bo Ek\n"
        f"-# 🌍 Africa · The Paper · <t:{int(NOON.timestamp())}:R>"
    )
    assert made[0]["accent_color"] == REGIONS["africa"].colour


def test_a_photo_has_its_description() -> None:
    hit = Hit(article(image=Image("https://a.test/rain.jpg", "A flooded road")))
    (thumbnail,) = [each for each in parts(sent(answers.cards([hit], REGIONS))) if each["type"] == 11]
    assert thumbnail["media"]["url"] == "https://a.test/rain.jpg"
    assert thumbnail["description"] == "A flooded road"


def test_a_photo_of_another_scheme_is_left_out() -> None:
    hit = Hit(article(image=Image("javascript:alert(1)", "x")))
    assert not [each for each in parts(sent(answers.cards([hit], REGIONS))) if each["type"] == 11]


def test_words_that_matched_are_bold() -> None:
    hit = Hit(article(), "rain over \ue0f0Kenya\ue0f1 and *Uganda*")
    assert "rain over **Kenya** and \\*Uganda\\*" in text(sent(answers.cards([hit], REGIONS)))


def test_words_that_matched_stay_words() -> None:
    hit = Hit(article(), "\ue0f0[x](https://evil.test)\ue0f1 and \ue0f0*\ue0f1")
    shown = text(sent(answers.cards([hit], REGIONS)))
    assert "](https://evil.test)" not in shown and "**\\***" in shown


def test_marks_without_their_partner_do_no_harm() -> None:
    for snippet in ("a \ue0f0b", "a\ue0f1 b", "\ue0f1\ue0f0", "\ue0f0\ue0f0a\ue0f1\ue0f1"):
        shown = text(sent(answers.cards([Hit(article(), snippet)], REGIONS)))
        assert shown.count("**") % 2 == 0
        assert "\ue0f0" not in shown and "\ue0f1" not in shown


def test_keep_reading_is_offered_only_where_there_is_more() -> None:
    whole, cut = article(teaser="It pours.", text="It pours."), article(teaser="It pours.", text="It pours. All day.")
    assert not [each for each in parts(sent(answers.cards([Hit(whole)], REGIONS, (), Toggle))) if each["type"] == 2]
    (button,) = [each for each in parts(sent(answers.cards([Hit(cut)], REGIONS, (), Toggle))) if each["type"] == 2]
    assert (button["label"], button["custom_id"]) == ("Keep reading", "more7:0")


def test_an_opened_card_shows_all_that_the_feed_gave_and_can_be_closed() -> None:
    long = article(teaser="It pours.", text="It pours. All day.")
    made = sent(answers.cards([Hit(long)], REGIONS, {7}, Toggle))
    (button,) = [each for each in parts(made) if each["type"] == 2]
    assert (button["label"], button["custom_id"]) == ("Show less", "more7:1")
    assert "It pours. All day." in text(made)


def test_a_headline_cannot_break_out_of_its_link() -> None:
    evil = article("[x](https://evil.test) @everyone <@1> **b** `c`", url="https://a.test/a_(b)")
    shown = text(sent(answers.cards([Hit(evil)], REGIONS)))
    assert "(https://a.test/a_%28b%29)" in shown
    assert "](https://evil.test)" not in shown
    assert "@everyone" not in shown and "<@1>" not in shown and "**b**" not in shown


def test_an_address_that_is_too_long_for_the_text_becomes_a_button() -> None:
    url = "https://a.test/" + "x" * 400
    made = sent(answers.cards([Hit(article(url=url))], REGIONS, (), Toggle))
    assert [each["url"] for each in parts(made) if each["type"] == 2] == [url]
    assert url not in text(made)
