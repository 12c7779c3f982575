"""Finding, adding, checking and backfilling feeds, over a real server."""

from datetime import timedelta

import pytest

from bot.errors import NewsError, NotFound
from bot.intake import discover
from bot.model import Query, Subscription
from bot.poller import Filled, SeveralFeeds
from tests.fakes import Answer
from tests.polling import House
from tests.press import NOON, Item, atom, item, of_news, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2)


def page(*links: str) -> Answer:
    listed = "".join(f'<link rel="alternate" type="application/rss+xml" href="{link}">' for link in links)
    html = f"<!doctype html><html><head><title>Mag</title>{listed}</head><body>Hello</body></html>"
    return Answer(html.encode(), headers={"Content-Type": "text/html"})


async def test_a_feeds_own_address_is_added_asked_and_archived(house: House) -> None:
    house.web["/feed"] = rss(C, B, A)
    added = await house.poller.add(house.web.url("/feed"), 0)
    assert (added.feed.url, added.feed.title, added.articles) == (house.web.url("/feed"), "The Magazine", 3)
    assert "3 articles" in added.sentence
    assert await house.posted() == []
    assert len((await house.archive.latest(Query(limit=9))).hits) == 3


async def test_what_was_answered_while_looking_is_taken_in_and_not_asked_for_twice(house: House) -> None:
    house.web["/feed"] = Answer(rss(B, A), headers={"ETag": '"one"'})
    added = await house.poller.add(house.web.url("/feed"), 0)
    assert len(house.web.asked) == 1 and "Its 2 articles are in the archive" in added.sentence
    await house.goes_round()
    assert house.web.asked[-1].headers["If-None-Match"] == '"one"'


async def test_whoever_wants_to_see_that_it_works_gets_the_newest_posted_once(house: House) -> None:
    house.web["/feed"] = rss(C, B, A)
    added = await house.poller.add(house.web.url("/feed"), 0, newest=True)
    assert "posted as a sample: “Vote in France”" in added.sentence
    again = await house.poller.add(house.web.url("/feed"), 0, newest=True)
    assert "out already" in again.sentence
    await house.goes_round()
    assert await house.posted() == [C.title] and house.nudged == ["owed"]


async def test_a_servers_sample_goes_to_that_server_alone(house: House) -> None:
    await house.archive.subscribe(Subscription("channel:7", "*", guild=7))
    house.web["/feed"] = rss(A)
    await house.poller.add(house.web.url("/feed"), 7, newest=True)
    assert [each.target for each in await house.archive.outbox_rows()] == ["channel:7"]


async def test_a_feed_without_articles_says_so(house: House) -> None:
    house.web["/feed"] = rss()
    added = await house.poller.add(house.web.url("/feed"), 0, newest=True)
    assert "has no articles yet" in added.sentence and "no article to post" in added.sentence
    house.web["/feed"] = rss(A)
    await house.goes_round()
    assert await house.posted() == [A.title]


async def test_a_page_leads_to_the_feed_that_it_names(house: House) -> None:
    house.web["/"] = page("/comments/feed/", "rss.xml")
    house.web["/rss.xml"] = rss(A)
    added = await house.poller.add(house.web.url("/"), 0)
    assert added.feed.url == house.web.url("/rss.xml")
    assert house.web.asked_for("/comments/feed/") == []


async def test_a_page_whose_feed_is_polled_already_says_so(house: House) -> None:
    house.web["/"] = page("/feed")
    house.web["/feed"] = rss(B, A)
    assert "is polled from now on" in (await house.poller.add(house.web.url("/"), 0)).sentence
    again = await house.poller.add(house.web.url("/"), 0)
    assert "is polled already" in again.sentence and again.articles == 0
    assert len(await house.archive.feeds()) == 1


async def test_what_is_said_of_a_pages_certificate_is_not_said_of_a_known_feed_elsewhere(house: House) -> None:
    there = house.web.url("/feed", "localhost")
    house.web["/"], house.web["/feed"] = page(there), rss(B, A)
    await house.poller.add(there, 0)
    again = await house.poller.add(house.web.url("/"), 0, any_certificate=True)
    assert again.feed.url == there and not again.feed.any_certificate


async def test_one_feed_in_two_formats_counts_once(house: House) -> None:
    house.web["/"] = page("/rss", "/atom")
    house.web["/rss"], house.web["/atom"] = rss(B, A), atom(B, A)
    assert (await house.poller.add(house.web.url("/"), 0)).feed.url == house.web.url("/rss")


async def test_when_several_fit_somebody_has_to_choose(house: House) -> None:
    house.web["/"] = page("/africa", "/europe")
    house.web["/africa"], house.web["/europe"] = rss(A, title="Africa"), rss(C, title="Europe")
    with pytest.raises(SeveralFeeds) as told:
        await house.poller.add(house.web.url("/"), 0)
    first, *listed = str(told.value).splitlines()
    assert first == f"{house.web.url('/')} has several feeds; add the one that you want:"
    assert listed == [
        f"  {house.web.url('/africa')}  Africa, 1 article",
        f"  {house.web.url('/europe')}  Europe, 1 article",
    ]
    assert [each.url for each in told.value.feeds] == [house.web.url("/africa"), house.web.url("/europe")]
    assert await house.archive.feeds() == []


@pytest.mark.parametrize("place", ["/section/feed", "/feed", "/index.xml", "/feeds/feed.rss", "/news-sitemap.xml"])
async def test_a_page_that_names_none_has_it_at_a_usual_place(house: House, place: str) -> None:
    house.web["/section"] = page()
    house.web[place] = rss(A)
    assert (await house.poller.add(house.web.url("/section"), 0)).feed.url == house.web.url(place)


async def test_where_there_is_no_feed_it_is_said(house: House) -> None:
    house.web["/"] = page()
    with pytest.raises(NotFound, match="no feed that we could find"):
        await house.poller.add(house.web.url("/"), 0)
    with pytest.raises(NewsError, match="404"):
        await house.poller.add(house.web.url("/nothing"), 0)
    with pytest.raises(NewsError, match="no web address"):
        await house.poller.add("mailto://x", 0)
    assert await house.archive.feeds() == []


async def test_a_feed_that_its_page_names_and_that_does_not_answer_now_is_not_said_to_be_missing(house: House) -> None:
    house.web["/"] = page("/africa")
    house.web["/africa"], house.web["/news-sitemap.xml"] = Answer(status=503), of_news(A)
    with pytest.raises(
        NewsError, match=r"names a feed, .*/africa, but that cannot be read now: .*not available at the moment \(503\)"
    ):
        await house.poller.add(house.web.url("/"), 0)
    assert await house.archive.feeds() == []
    house.web["/africa"] = rss(A)
    house.clock.turn(timedelta(hours=1))
    assert (await house.poller.add(house.web.url("/"), 0)).feed.url == house.web.url("/africa")


async def test_where_one_of_two_feeds_of_a_page_does_not_answer_now_that_is_said(house: House) -> None:
    house.web["/"] = page("/africa", "/europe")
    house.web["/africa"], house.web["/europe"] = Answer(status=503), rss(A, title="Europe")
    africa = house.web.url("/africa")
    said = f"This page names another feed, {africa}, which cannot be read now: 127.0.0.1:{house.web.port} is not"
    assert said in (await house.poller.check(house.web.url("/"))).sentence
    added = await house.poller.add(house.web.url("/"), 0)
    assert (added.feed.url, added.unread) == (house.web.url("/europe"), (africa,)) and said in added.sentence
    assert said in (await house.poller.add(house.web.url("/"), 0)).sentence  # also where the other is there already
    house.web["/"], house.web["/asia"] = page("/africa", "/europe", "/asia"), rss(B, title="Asia")
    with pytest.raises(SeveralFeeds, match=said):
        await house.poller.add(house.web.url("/"), 0)
    house.web["/"] = page("/africa", "/late", "/europe")
    house.web["/late"] = Answer(status=500)
    both = f"This page names 2 more feeds, {africa} and {house.web.url('/late')}, which cannot be read now: "
    assert both in (await house.poller.add(house.web.url("/"), 0)).sentence


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(status=403), r"does not let us read this \(403\)"),
        (b"x" * 11_000_000, "sends more than 10 MB"),
        (b"<html><h1>Database error</h1>", "sends "),
    ],
)
async def test_where_the_one_feed_that_a_page_names_is_of_no_use_it_is_said_why(
    house: House, answer: Answer | bytes, why: str
) -> None:
    house.web["/"], house.web["/named"] = page("/named"), answer
    with pytest.raises(NotFound, match=f"The page names {house.web.url('/named')}, but 127.0.0.1:.* {why}"):
        await house.poller.add(house.web.url("/"), 0)


async def test_a_usual_place_that_does_not_answer_now_is_none_that_the_page_names(house: House) -> None:
    house.web["/"] = page()
    house.web["/feed"], house.web["/rss.xml"] = Answer(status=503), rss(A)
    added = await house.poller.add(house.web.url("/"), 0)
    assert added.feed.url == house.web.url("/rss.xml") and "cannot be read now" not in added.sentence


async def test_a_feed_that_is_there_already_is_not_asked_again(house: House) -> None:
    house.web["/feed"] = rss(A)
    await house.poller.add(house.web.url("/feed"), 0)
    asked = len(house.web.asked)
    added = await house.poller.add(house.web.url("/feed"), 0)
    assert "polled already" in added.sentence and len(house.web.asked) == asked


async def test_another_servers_feed_at_the_same_address_is_silent_at_first_too(house: House) -> None:
    await house.archive.subscribe(Subscription("channel:7", "*", guild=7))
    house.web["/feed"] = rss(A)
    await house.poller.add(house.web.url("/feed"), 0)
    await house.poller.add(house.web.url("/feed"), 7)
    assert await house.posted() == []
    assert len(await house.archive.feeds()) == 2


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        (
            "https://www.youtube.com/channel/UC2eYFnH61tmytImy1mTYvhA",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC2eYFnH61tmytImy1mTYvhA",
        ),
        (
            "https://www.youtube.com/playlist?list=PL0123456789AB",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789AB",
        ),
        ("https://old.reddit.com/r/geopolitics/", "https://www.reddit.com/r/geopolitics/.rss"),
        ("https://mastodon.test/@mag", "https://mastodon.test/@mag.rss"),
        ("https://mag.substack.com/p/some-post", "https://mag.substack.com/feed"),
        ("https://bsky.app/profile/mag.test/post/3k", "https://bsky.app/profile/mag.test/rss"),
        ("https://medium.com/@mag", "https://medium.com/feed/@mag"),
    ],
)
async def test_platforms_are_known_by_their_addresses(url: str, feed: str) -> None:
    assert discover.by_platform(url) == [feed]


@pytest.mark.parametrize(
    ("host", "path", "feed"),
    [("mag.substack.com", "/p/some-post", "/feed"), ("mastodon.test", "/@mag", "/@mag.rss")],
)
async def test_a_platforms_page_that_keeps_robots_out_still_leads_to_its_feed(
    house: House, host: str, path: str, feed: str
) -> None:
    house.web[f"{host}{path}"] = Answer(b"<html>no", 403)
    house.web[f"{host}{feed}"] = rss(A)
    added = await house.poller.add(house.web.url(path, host), 0)
    assert (added.feed.url, added.articles) == (house.web.url(feed, host), 1)


async def test_a_youtube_handle_is_looked_up_in_its_page() -> None:
    html = b'<script>{"externalId":"UC2eYFnH61tmytImy1mTYvhA"}</script>'
    found = discover.by_platform("https://www.youtube.com/@mag", html)
    assert found == ["https://www.youtube.com/feeds/videos.xml?channel_id=UC2eYFnH61tmytImy1mTYvhA"]


async def test_an_address_without_a_scheme_is_asked_for_plainly_where_https_does_not_answer(house: House) -> None:
    house.web["/feed"] = rss(A)
    added = await house.poller.add(f"127.0.0.1:{house.web.port}/feed", 0)
    assert added.feed.url == house.web.url("/feed")
    with pytest.raises(NewsError, match="does not speak a TLS"):
        await house.poller.add(f"https://127.0.0.1:{house.web.port}/feed", 0)


async def test_a_check_takes_the_address_of_a_page_too(house: House) -> None:
    house.web["/"] = page("/rss.xml")
    house.web["/rss.xml"] = rss(B, A)
    checked = await house.poller.check(house.web.url("/"))
    assert checked.feed.url == house.web.url("/rss.xml") and len(checked.articles) == 2
    house.web["/"] = page("/rss.xml", "/other")
    house.web["/other"] = rss(C)
    with pytest.raises(SeveralFeeds):
        await house.poller.check(house.web.url("/"))
    assert await house.archive.feeds() == []


async def test_whoever_waits_hears_what_is_tried(house: House) -> None:
    house.web["/"] = page()
    house.web["/rss.xml"] = rss(A)
    heard: list[str] = []
    await house.poller.add(house.web.url("/"), 0, told=heard.append)
    assert heard[0] == house.web.url("/") and heard[-1] == house.web.url("/rss.xml") and len(heard) > 3


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mag.test/feed", "https://mag.test/feed"),
        ("feed://mag.test/feed", "https://mag.test/feed"),
        ("feed:https://mag.test/feed", "https://mag.test/feed"),
        ("  <http://mag.test> ", "http://mag.test"),
    ],
)
async def test_what_people_type_is_completed(typed: str, meant: str) -> None:
    assert discover.completed(typed) == meant


async def test_a_check_shows_what_would_be_posted_and_keeps_nothing(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(B, A)
    await house.goes_round()
    house.web["/feed"] = rss(C, B, A)
    checked = await house.poller.check(house.web.url("/feed"))
    assert [each.title for each in checked.articles] == [C.title, B.title, A.title]
    assert [(each.title, each.regions) for each in checked.new] == [(C.title, ("europe",))]
    assert "1 of them would be posted now" in checked.sentence
    assert await house.posted() == [] and len((await house.archive.latest(Query(limit=9))).hits) == 2


def years(first: int, last: int) -> list[Item]:
    """One story a month, the newest first."""
    return [item(f"Story {number}", number * 30 * 24) for number in range(first, last)]


async def test_a_backfill_reads_older_pages_to_the_day_and_posts_nothing(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(*years(0, 5))
    for number in range(2, 9):
        house.web[f"/feed?paged={number}"] = rss(*years(5 * (number - 1), 5 * number))
    told: list[Filled] = []
    since = NOON - timedelta(days=30 * 17 + 1)
    filled = await house.poller.backfill(house.web.url("/feed"), since, told=told.append)
    assert (filled.new, filled.pages, filled.done) == (18, 5, True)
    assert [each.new for each in told] == [5, 10, 15, 18, 18]
    assert await house.posted() == []


async def test_a_backfill_says_how_far_back_it_keeps_and_not_how_far_back_the_last_page_goes(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(*years(0, 5))
    house.web["/feed?paged=2"] = rss(*years(5, 10))
    told: list[Filled] = []
    await house.poller.backfill(house.web.url("/feed"), NOON - timedelta(days=30 * 6 + 1), told=told.append)
    oldest = NOON - timedelta(days=30 * 6)
    assert [each.oldest for each in told] == [NOON - timedelta(days=30 * 4), oldest]
    filled = await house.poller.backfill(house.web.url("/feed"), NOON - timedelta(days=30 * 6 + 1))
    assert f"back to {oldest:%d %B %Y}." in filled.sentence


async def test_a_backfill_that_was_stopped_goes_on_where_it_was(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(*years(0, 5))
    for number in range(2, 6):
        house.web[f"/feed?page={number}"] = rss(*years(5 * (number - 1), 5 * number))

    def stops(filled: Filled) -> None:
        if filled.pages == 3:
            raise KeyboardInterrupt

    since = NOON - timedelta(days=10_000)
    with pytest.raises(KeyboardInterrupt):
        await house.poller.backfill(house.web.url("/feed"), since, told=stops)
    before = len(house.web.asked)
    filled = await house.poller.backfill(house.web.url("/feed"), since)
    assert [each.path for each in house.web.asked[before:]][:3] == ["/feed?page=2", "/feed?page=3", "/feed?page=4"]
    assert len((await house.archive.latest(Query(limit=25))).hits) == 25
    assert filled.done


async def test_a_backfill_follows_the_pages_that_a_feed_names(house: House) -> None:
    await house.add()
    house.web["/feed"] = atom(*years(0, 3), head='<link rel="next" href="/older/1"/>')
    house.web["/older/1"] = atom(*years(3, 6), head='<link rel="prev-archive" href="/older/2"/>')
    house.web["/older/2"] = atom(*years(6, 8))
    filled = await house.poller.backfill(house.web.url("/feed"), NOON - timedelta(days=10_000))
    assert (filled.new, filled.pages) == (8, 3)


async def test_a_feed_without_older_pages_says_so(house: House) -> None:
    await house.add()
    house.web["/feed"] = house.web["/feed?page=2"] = house.web["/feed?paged=2"] = rss(*years(0, 3))
    filled = await house.poller.backfill(house.web.url("/feed"), NOON - timedelta(days=10_000))
    assert filled.new == 3 and "no older pages" in filled.sentence
