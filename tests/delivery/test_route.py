"""Who is owed an article."""

from bot.delivery.route import route
from bot.model import Tag
from tests.delivery.samples import NOON, an_article, an_order


def targets(*orders: object, **article: object) -> list[str]:
    return [owed.target for owed in route(an_article(**article), orders)]  # type: ignore[arg-type]


def test_an_article_is_owed_to_those_who_want_its_region() -> None:
    assert targets(an_order("channel:1", "africa"), an_order("channel:2", "europe"), an_order("channel:3", "*")) == [
        "channel:1",
        "channel:3",
    ]


def test_a_channel_that_wants_both_regions_gets_it_once_under_the_stronger() -> None:
    orders = [an_order("channel:1", "*"), an_order("channel:1", "africa"), an_order("channel:1", "europe")]
    (owed,) = route(an_article(regions=("europe", "africa")), orders)
    assert owed.subscription.region == "europe"


def test_another_servers_own_feed_is_none_of_ours() -> None:
    assert targets(an_order("channel:1", guild=7), an_order("channel:2", guild=8), owner=7) == ["channel:1"]


def test_what_is_late_or_gone_is_owed_to_nobody() -> None:
    assert targets(an_order(), late=True) == []
    assert targets(an_order(), gone=NOON) == []


def test_include_and_exclude_are_heeded() -> None:
    rain, podcast = an_order("channel:1", include="rain"), an_order("channel:2", exclude="tag:podcast")
    assert targets(rain, podcast) == ["channel:1", "channel:2"]
    assert targets(rain, podcast, title="Sun", teaser="", tags=(Tag("Podcast"),)) == []


def test_a_flood_is_held_with_its_reason() -> None:
    (owed,) = route(an_article(), [an_order()], held="300 at once")
    assert owed.held == "300 at once"


def test_a_suspended_channel_is_owed_it_all_the_same() -> None:
    assert targets(an_order(suspended="no permission")) == ["channel:100"]
