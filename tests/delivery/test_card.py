"""What a post shows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.card import OCTETS, READING, TEASER, card, plain
from bot.delivery.terms import Terms
from bot.delivery.text import fits, size
from bot.model import Image
from tests.delivery.samples import HOSTILE, NOON, REGIONS, an_article


def test_a_card_shows_headline_byline_teaser_photo_credit_region_source_and_time() -> None:
    made = card(an_article(), REGIONS)
    assert made.content == "**Rain in Kenya**"
    assert made.byline == "By Ada Okoro"
    assert made.teaser == "It rains. The rivers rise."
    assert made.line == f"-# 🌍 Africa · The Review · <t:{int(NOON.timestamp())}:R>"
    assert made.picture and (made.picture.url, made.picture.alt) == ("https://a.test/rain.jpg", "A street under water")
    assert made.small_print == "Photo: Jo Njoroge / Lens"
    assert (made.colour, made.link) == (0xE09F3E, "https://a.test/rain")


def test_the_region_it_is_posted_under_gives_the_colour() -> None:
    both = an_article(regions=("africa", "asia-pacific"))
    assert card(both, REGIONS, region="asia-pacific").colour == 0xD1495B
    assert card(both, REGIONS, region="asia-pacific").line.startswith("-# 🌏 Asia-Pacific, Africa · ")
    assert card(both, REGIONS, terms=Terms(colour=0x123456)).colour == 0x123456


@pytest.mark.parametrize(
    ("authors", "said"),
    [
        ((), ""),
        (("A",), "By A"),
        (("A", "B"), "By A and B"),
        (("A", "B", "C"), "By A, B and C"),
        (("A", "B", "C", "D"), "By A, B, C and 1 other"),
        (("A", "B", "C", "D", "E"), "By A, B, C and 2 others"),
        (("  ", "\u200b"), ""),
        (("陈美玲", "王芳"), "陈美玲, 王芳"),
        (("Łukasz Żak", "Élodie"), "By Łukasz Żak and Élodie"),
    ],
)
def test_a_byline_names_three_and_counts_the_rest(authors: tuple[str, ...], said: str) -> None:
    assert card(an_article(authors=authors), REGIONS).byline == said


def test_there_is_more_to_read_only_when_the_feed_gave_more() -> None:
    assert not card(an_article(), REGIONS).more
    longer = an_article(text="It rains. The rivers rise. " + "The town waits for boats. " * 30)
    assert card(longer, REGIONS).more
    opened = card(longer, REGIONS, long=True)
    assert "boats" in opened.teaser and opened.long and len(opened.teaser) <= READING


def test_a_feed_without_teaser_shows_the_beginning_of_its_text() -> None:
    made = card(an_article(teaser="", text="The first sentence. " * 50), REGIONS)
    assert made.teaser.endswith("sentence.") and len(made.teaser) <= TEASER


def test_no_credit_no_photo_can_be_asked_for() -> None:
    bare = an_article(image=Image("https://a.test/rain.jpg"))
    assert card(bare, REGIONS).picture
    assert card(bare, REGIONS, terms=Terms(credit=True)).picture is None
    assert card(an_article(), REGIONS, terms=Terms(credit=True)).picture


def test_a_compact_card_is_headline_and_small_print() -> None:
    made = card(an_article(), REGIONS, terms=Terms(style="compact"))
    assert (made.teaser, made.picture) == ("", None) and made.more


def test_a_correction_says_when_by_the_servers_own_clock() -> None:
    later = NOON + timedelta(hours=2, minutes=5)
    assert card(an_article(), REGIONS, updated=later).note == "Updated 14:05 UTC"
    assert card(an_article(), REGIONS, updated=later, terms=Terms(zone="Asia/Tokyo")).note == "Updated 23:05"


def test_only_what_is_shown_makes_a_difference() -> None:
    first = card(an_article(), REGIONS)
    assert card(an_article(), REGIONS, updated=NOON).shown == first.shown
    assert card(an_article(why="other evidence", keys=("guid:x",)), REGIONS).shown == first.shown
    for change in (
        {"title": "Rain in Chad"},
        {"teaser": "Other."},
        {"image": None},
        {"regions": ("europe",)},
        {"gone": NOON},
    ):
        assert card(an_article(**change), REGIONS).shown != first.shown


def test_an_article_that_is_gone_is_marked() -> None:
    assert "No longer at its address" in card(an_article(gone=NOON), REGIONS).small_print


def test_right_to_left_pieces_do_not_disturb_their_line() -> None:
    made = card(an_article("أمطار في كينيا", source_name="المجلة", authors=("أحمد",)), REGIONS)
    assert made.content == "**أمطار في كينيا**"
    assert "· \u2068المجلة\u2069 ·" in made.line and made.byline == "\u2068أحمد\u2069"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("long", [False, True])
def test_no_text_breaks_a_card(text: str, long: bool) -> None:
    article = an_article(
        text,
        teaser=text,
        text=text * 2,
        authors=(text,) * 5,
        source_name=text,
        url=text,
        image=Image("https://a.test/i", text, text),
    )
    for made in (card(article, REGIONS, long=long), plain(card(article, REGIONS))):
        assert 1 <= len(made.title) <= 100
        assert len(made.content) <= 300 and made.content.startswith("**") and len(made.content) > 4
        assert fits(made.byline, 256) and fits(made.description, 4096) and fits(made.small_print, 2048)
        assert made.link == "" or made.link.startswith(("http://", "https://"))
        alt = made.picture.alt if made.picture else ""
        assert len(alt) <= 1024
        assert size(made.content + made.byline + made.description + made.small_print + made.link + alt) <= OCTETS


def test_two_articles_never_show_the_same() -> None:
    assert card(an_article(), REGIONS).shown != card(replace(an_article(), id=5), REGIONS).shown
