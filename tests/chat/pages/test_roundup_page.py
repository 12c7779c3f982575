"""A week as a post keeps within all of Discord's limits, whatever came in."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.pages.roundup import page
from bot.delivery.text import size
from bot.delivery.weekly import MOST, MOST_REGIONS
from bot.model import Article, Image, Part, Roundup
from bot.regions import load_regions
from bot.settings import shipped

REGIONS = load_regions(shipped() / "regions.toml")
UNTIL = datetime(2026, 11, 23, 8, tzinfo=UTC)
TITLES = {
    "long": "A headline that goes on and on about ports, grain and the price of bread " * 4,
    "Japanese": "港湾と穀物とパンの値段についての長い見出し" * 12,
    "marks": "**_~~`[x](https://evil.test)`~~_** @everyone <@&1> ||spoiler|| " * 4,
    "nothing": "",
    "right to left": "\u202e\u2067عنوان طويل جدا عن الموانئ والقمح\u2069 " * 8,
}


def a_week(title: str, regions: int) -> Roundup:
    def article(number: int) -> Article:
        return Article(
            title,
            f"https://example.org/{'x' * 200}/{number}(a)",
            number,
            teaser=title * 3,
            authors=(title[:60],) * 5,
            image=Image("https://example.org/photo.jpg", title),
            published=UNTIL - timedelta(hours=5 * number),
            source_name=title[:80],
        )

    codes = [*REGIONS.codes, *(f"own-region-{number}-{'x' * 20}" for number in range(MOST_REGIONS))][:regions]
    parts = tuple(Part(code, tuple(map(article, range(1, MOST + 1))), 1234) for code in codes or [""])
    return Roundup(UNTIL - timedelta(days=7), UNTIL, "Europe/Berlin", parts)


@pytest.mark.parametrize("regions", [0, 1, 3, 7, MOST_REGIONS])
@pytest.mark.parametrize("kind", TITLES)
def test_it_fits(kind: str, regions: int) -> None:
    made = page(202648, a_week(TITLES[kind], regions), REGIONS)
    texts = [each.description or "" for each in made.embeds]
    assert len(made.embeds) <= 10 and sum(len(each) for each in made.embeds) <= 6000
    assert all(0 < len(text) <= 4096 for text in texts) and all(len(each.title or "") <= 256 for each in made.embeds)
    assert sum(map(size, texts)) + size(made.card.content) <= 8000
    assert len(made.card.content) <= 2000 and 0 < len(made.card.title) <= 100
    assert all(len(f"pg+{packed}") <= 100 and 0 < len(label) <= 80 for packed, label in made.buttons)
    assert len({packed for packed, _ in made.buttons}) == len(made.buttons)
    assert "](https://evil.test)" not in "".join(texts).replace("\\", "\0")


def test_days_that_lie_in_two_months_are_both_named() -> None:
    week = Roundup(UNTIL + timedelta(days=1), UNTIL + timedelta(days=8), "UTC", a_week("Rain", 1).parts)
    assert page(1, week, REGIONS).card.title.endswith("24 November – 1 December")
