"""The forty nasty cases, by their numbers: a feed is known (A, B, C), then something odd happens to it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.intake.worker import ParseWorker
from bot.model import Query, Subscription
from tests.fakes import Answer
from tests.polling import House, open_house
from tests.press import NOON, Item, atom, item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C, D = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2), item("Talks in Oman", 1)
E, F = item("Dams of Laos", 0.5), item("Trains in Peru", 0.25)


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    """A feed at /feed that has printed A, B and C, oldest last; nothing is posted."""
    async with open_house(worker) as here:
        await here.add()
        await prints(here, rss(C, B, A))
        assert await here.posted() == []
        yield here


async def prints(house: House, *documents: bytes | Answer, later: timedelta = timedelta(minutes=10)) -> list[str]:
    """The feed prints these, one after the other; what is posted in the end."""
    for document in documents:
        house.web["/feed"] = document
        await house.goes_round(later)
    return await house.posted()


async def kept(house: House) -> list[str]:
    found = await house.archive.latest(Query(limit=25))
    return [hit.article.title for hit in found.hits]


async def test_01_a_first_poll_keeps_all_and_posts_nothing(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add()
        house.web["/feed"] = rss(*(item(f"Story {number}", number) for number in range(30)))
        assert [line.new for line in await house.goes_round()] == [30]
        assert await house.posted() == []


async def test_02_one_on_top_is_posted_once(house: House) -> None:
    assert await prints(house, rss(D, C, B, A), rss(D, C, B)) == [D.title]


@pytest.mark.parametrize("order", [(C, B, A, D), (C, D, B, A)], ids=["bottom", "middle"])
async def test_03_one_at_the_bottom_or_in_the_middle_is_posted_once(house: House, order: tuple[Item, ...]) -> None:
    assert await prints(house, rss(*order), rss(*order)) == [D.title]


async def test_04_one_dated_before_the_others_is_posted(house: House) -> None:
    assert await prints(house, rss(D.but(date=NOON - timedelta(hours=10)), C, B, A)) == [D.title]


async def test_05_one_of_last_year_is_kept_and_not_posted(house: House) -> None:
    assert await prints(house, rss(D.but(date=NOON - timedelta(days=400)), C, B, A)) == []
    assert D.title in await kept(house)


async def test_05_how_old_one_may_be_counts_from_when_we_last_looked(house: House) -> None:
    house.clock.turn(timedelta(days=13))
    recent, old = D.but(date=NOON - timedelta(days=5)), E.but(date=NOON - timedelta(days=15))
    assert await prints(house, rss(recent, old, C, B, A)) == [D.title]


async def test_06_one_from_the_future_is_posted_now_and_dated_now(house: House) -> None:
    early = D.but(date=NOON + timedelta(hours=5))
    assert await prints(house, rss(early, C, B, A), rss(early, C, B, A)) == [D.title]
    shown = (await house.archive.latest(Query(limit=1))).hits[0].article
    assert shown.title == D.title and shown.published == NOON + timedelta(minutes=10)


async def test_07_one_without_a_date_is_posted_and_dated_when_seen(house: House) -> None:
    assert await prints(house, rss(D.but(date=None), C, B, A)) == [D.title]
    shown = (await house.archive.latest(Query(limit=1))).hits[0].article
    assert shown.title == D.title and shown.seen == NOON + timedelta(minutes=10)


async def test_08_three_of_one_second_are_posted_in_reversed_order(house: House) -> None:
    three = [each.but(date=NOON) for each in (F, E, D)]
    assert await prints(house, rss(*three, C, B, A)) == [D.title, E.title, F.title]


async def test_09_a_new_headline_is_a_correction_not_a_post(house: House) -> None:
    assert await prints(house, rss(C, B, A.but(title="Floods in Kenya"))) == []
    assert "Floods in Kenya" in await kept(house) and A.title not in await kept(house)


async def test_10_a_new_date_is_not_a_post(house: House) -> None:
    assert await prints(house, rss(A.but(date=NOON), C, B)) == []


async def test_11_a_new_slug_under_the_same_guid_is_an_alias(house: House) -> None:
    moved = A.but(link="https://mag.test/floods-in-kenya/")
    assert await prints(house, rss(C, B, moved), rss(C, B, moved.but(guid="another"))) == []


@pytest.mark.parametrize("guid", [A.guid, ""], ids=["same guid", "no guid"])
async def test_12_tracking_in_the_link_is_not_a_post(house: House, guid: str) -> None:
    assert await prints(house, rss(C, B, A.but(link=A.link + "?at_medium=RSS", guid=guid))) == []


async def test_13_tracking_in_the_guid_is_not_a_post(house: House) -> None:
    tracked = D.but(link="", guid="https://mag.test/talks?ito=1")
    assert await prints(house, rss(tracked, C), rss(tracked.but(guid="https://mag.test/talks?ito=2"), C)) == [D.title]


async def test_14_a_guid_that_becomes_the_permalink_is_known_by_link(house: House) -> None:
    first = D.but(guid="https://mag.test/?p=123")
    assert await prints(house, rss(first, C), rss(first.but(guid=D.link), C)) == [D.title]
    assert await prints(house, rss(D.but(guid=D.link, link="https://mag.test/x/"), C)) == [D.title]


async def test_15_when_all_ids_change_overnight_nothing_is_posted(house: House) -> None:
    moved = [
        each.but(guid=f"new-{each.guid}", link=f"https://mag.test/2026/{index}") for index, each in enumerate((C, B, A))
    ]
    assert await prints(house, rss(*moved), rss(D, *moved)) == [D.title]
    assert len(await kept(house)) == 4


@pytest.mark.parametrize(
    "link",
    ["http://mag.test/rain-in-kenya/", "https://www.mag.test/rain-in-kenya", "https://mag.test/rain-in-kenya/#0"],
    ids=["http", "www, no slash", "fragment"],
)
async def test_16_another_spelling_of_the_address_is_known(house: House, link: str) -> None:
    assert await prints(house, rss(C, B, A.but(link=link, guid=""))) == []


async def test_16_the_fragment_counts_when_two_items_differ_by_it_alone(house: House) -> None:
    one = D.but(link="https://mag.test/live#1", guid="")
    two = E.but(link="https://mag.test/live#2", guid="")
    three = F.but(link="https://mag.test/live#3", guid="")
    assert await prints(house, rss(two, one, C), rss(three, C), rss(one, C)) == [D.title, E.title, F.title]


async def test_17_a_guid_that_all_items_share_is_not_trusted(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add()
        same = [each.but(guid="feed") for each in (C, B, A)]
        assert await prints(house, rss(*same)) == []
        assert len(await kept(house)) == 3


async def test_18_a_new_item_under_the_shared_guid_is_posted_and_the_old_ones_are_not(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add()
        one, two, three, four = (each.but(guid="feed") for each in (A, B, C, D))
        assert await prints(house, rss(three, two, one), rss(four, three, two, one), rss(four)) == [D.title]
        assert await prints(house, rss(E.but(guid="feed"))) == [D.title, E.title]


async def test_19_one_link_for_all_items_is_no_name(house: House) -> None:
    broken = [each.but(link="https://mag.test/feeds/") for each in (D, C, B, A)]
    assert await prints(house, rss(*broken), rss(D, C, B, A), rss(E, D, C, B, A)) == [D.title, E.title]


async def test_20_an_item_listed_twice_is_posted_once(house: House) -> None:
    assert await prints(house, rss(D, C, D, B, A), rss(D, D)) == [D.title]


async def test_21_two_articles_of_one_title_are_two_posts(house: House) -> None:
    one, two = D.but(title="Letters"), E.but(title="Letters")
    assert await prints(house, rss(two, one, C)) == ["Letters", "Letters"]


async def test_22_one_that_comes_back_after_two_months_is_not_posted(house: House) -> None:
    await prints(house, rss(C, B), later=timedelta(days=60))
    assert await prints(house, rss(C, B, A)) == []


async def test_23_an_empty_document_forgets_nothing(house: House) -> None:
    assert await prints(house, rss(), rss(C, B, A), rss(D, C, B, A)) == [D.title]


async def test_24_of_a_document_that_breaks_off_the_whole_items_are_used_and_no_validator_is_kept(house: House) -> None:
    whole = rss(F, E, D, C)
    half = whole[: whole.index(D.title.encode()) + 20]
    assert await prints(house, Answer(half, headers={"ETag": '"half"'})) == [E.title, F.title]
    source = await house.source()
    assert (source.status, source.etag, source.digest) == ("cut-off", None, None)
    assert await prints(house, whole) == [E.title, F.title, D.title]
    assert "If-None-Match" not in house.web.asked[-1].headers


async def test_24_a_connection_that_breaks_off_keeps_what_was_held(house: House) -> None:
    await prints(house, Answer(rss(C, B, A), headers={"ETag": '"whole"'}))
    assert await prints(house, Answer(rss(D, C, B, A), headers={"ETag": '"half"'}, cut=300)) == []
    source = await house.source()
    assert (source.status, source.etag) == ("cut-off", '"whole"')
    assert await prints(house, rss(D, C, B, A)) == [D.title]


async def test_25_a_web_page_in_its_place_is_a_state_and_nothing_is_lost(house: House) -> None:
    await prints(house, Answer(rss(C, B, A), headers={"ETag": '"a"'}))
    page = b"<!DOCTYPE html><html><body><h1>Log in</h1><article><h2>Rain</h2></article></body></html>"
    await prints(house, Answer(page, headers={"Content-Type": "text/html", "ETag": '"page"'}))
    source = await house.source()
    assert (source.status, source.etag, source.failures) == ("not-a-feed", '"a"', 1)
    assert await prints(house, rss(D, C, B, A)) == [D.title]


async def test_26_after_an_outage_the_older_pages_are_read_back_to_what_is_known(house: House) -> None:
    news = [item(f"News {number:02}", -number) for number in range(25)]
    house.clock.turn(timedelta(days=2))
    house.web["/feed?page=2"] = rss(*reversed(news[5:15]))
    house.web["/feed?page=3"] = rss(*reversed(news[:5]), C, B, A)
    posted = await prints(house, rss(*reversed(news[15:])))
    assert posted == [each.title for each in news]
    rows = await house.archive.outbox_rows(100)
    assert len({row.due for row in rows}) == 3  # ten at once, the others over the next minutes
    assert house.web.asked_for("/feed?page=4") == []


async def test_26_a_server_that_is_busy_when_its_older_pages_are_wanted_is_not_one_without(house: House) -> None:
    house.web["/feed?page=2"] = house.web["/feed?paged=2"] = Answer(status=500)
    assert await prints(house, rss(E, D)) == [D.title, E.title]
    one, two = item("Dust over Chad", -1), item("Snow in Chile", -2)
    house.web["/feed?page=2"] = rss(one, E)
    assert await prints(house, rss(two)) == [D.title, E.title, one.title, two.title]


async def test_27_without_guid_the_alternate_link_is_taken(house: House) -> None:
    links = '<link rel="self" href="https://mag.test/self"/><link rel="alternate" href="https://mag.test/alternate"/>'
    assert await prints(house, atom(Item(D.title, more=links, date=D.date), C)) == [D.title]
    assert (await house.archive.latest(Query(limit=1))).hits[0].article.url == "https://mag.test/alternate"


async def test_28_without_guid_and_link_headline_and_date_or_headline_and_teaser_tell(house: House) -> None:
    bare = Item("Notes", date=NOON, teaser="Of today")
    undated = Item("Notes", date=None, teaser="Of yesterday")
    nothing = Item("", date=NOON)
    document = rss(bare, undated, nothing, C)
    assert await prints(house, document, document + b"\n", rss(C, undated, bare)) == ["Notes", "Notes"]


async def test_29_relative_links_are_resolved_on_xml_base_or_else_on_the_channels_link(house: House) -> None:
    relative = D.but(link="/talks/")
    based = rss(E.but(link="dams/"), C).replace(b"<item>", b'<item xml:base="https://base.test/x/">', 1)
    assert await prints(house, rss(relative, C), based) == [D.title, E.title]
    urls = {hit.article.title: hit.article.url for hit in (await house.archive.latest(Query(limit=9))).hits}
    assert (urls[D.title], urls[E.title]) == ("https://mag.test/talks/", "https://base.test/x/dams/")


# Case 30, a crash between store and send or between send and mark, is told in tests/test_crashes.py with the real bot.


async def test_31_validators_and_articles_are_kept_together_or_not_at_all(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add()
        await prints(house, Answer(rss(C, B, A), headers={"ETag": '"one"'}))
        with closing(sqlite3.connect(house.archive.path)) as db:
            db.execute("CREATE TRIGGER no_news BEFORE INSERT ON article BEGIN SELECT RAISE(FAIL, 'disk full'); END")
            db.commit()
            assert await prints(house, Answer(rss(D, C, B, A), headers={"ETag": '"two"'})) == []
            source = await house.source()
            assert (source.etag, source.status) == ('"one"', "fault")
            db.execute("DROP TRIGGER no_news")
            db.commit()
        assert await prints(house, Answer(rss(D, C, B, A), headers={"ETag": '"two"'})) == [D.title]
        assert house.web.asked[-1].headers["If-None-Match"] == '"one"'


async def test_32_two_servers_that_follow_one_feed_cost_one_fetch_and_get_two_posts(house: House) -> None:
    await house.add(owner=7)
    await house.archive.subscribe(Subscription("channel:2", "*", guild=7))
    await prints(house, rss(C, B, A))
    asked = len(house.web.asked)
    await prints(house, rss(D, C, B, A))
    assert len(house.web.asked) == asked + 1
    rows = [(row.target, row.article.title) for row in await house.archive.outbox_rows(100)]
    assert sorted(rows) == [("channel:1", D.title), ("channel:2", D.title)]
    await house.archive.subscribe(Subscription("channel:3", "*", guild=1))
    await prints(house, rss(D, C, B))
    assert len(await house.archive.outbox_rows(100)) == 2


async def test_33_an_article_in_two_feeds_of_one_channel_is_posted_once(house: House) -> None:
    await house.add("/section")
    house.web["/section"] = rss(A)
    await house.goes_round()
    house.web["/section"] = rss(D.but(guid="other", link=D.link + "?utm_source=section"), A)
    assert await prints(house, rss(D, C, B, A), rss(D, C, B, A)) == [D.title]


async def test_34_behind_a_redirector_the_original_is_the_address(house: House) -> None:
    origin = f"<feedburner:origLink>{D.link}</feedburner:origLink>"
    burnt = D.but(link="http://feedproxy.google.com/~r/mag/~3/xyz/", guid="", more=origin)
    google = E.but(link="https://news.google.com/rss/articles/CBM?oc=5", guid=E.link)
    origin = f'<pheedo:origLink xmlns:pheedo="http://www.pheedo.com/namespace/pheedo">{F.link}</pheedo:origLink>'
    pheedo = F.but(link="http://www.pheedo.com/click.phdo?i=1", guid="", more=origin)
    plain = [each.but(guid="") for each in (F, E, D)]
    posted = await prints(house, rss(pheedo, google, burnt, C), rss(*plain, C))
    assert posted == [D.title, E.title, F.title]
    urls = {hit.article.url for hit in (await house.archive.latest(Query(limit=9))).hits}
    assert {D.link, F.link} <= urls


async def test_35_a_feed_that_becomes_atom_is_known_by_its_links(house: House) -> None:
    assert await prints(house, atom(D, *(each.but(guid=f"urn:{each.guid}") for each in (C, B, A)))) == [D.title]


async def test_36_a_feed_that_moves_to_a_new_host_is_known_by_its_paths(house: House) -> None:
    moved = [
        each.but(guid=f"urn:{each.guid}", link=each.link.replace("mag.test", "magazine.test"), date=NOON)
        for each in (C, B, A)
    ]
    assert await prints(house, rss(*moved), rss(D, *moved)) == [D.title]


async def test_37_one_that_is_withdrawn_and_returns_is_posted_once(house: House) -> None:
    assert await prints(house, rss(D, C, B, A), rss(C, B, A), rss(D, C, B, A)) == [D.title]


async def test_38_a_live_blog_is_one_post(house: House) -> None:
    posts = [rss(D.but(title=f"Live: {number} votes"), C) for number in range(30)]
    assert await prints(house, *posts) == ["Live: 29 votes"]


async def test_39_a_guid_that_does_not_open_is_never_a_link(house: House) -> None:
    odd = D.but(guid="https://mag.test/?t=1789019882", more="<post-id>1</post-id>")
    other = E.but(guid="https://mag.test/?t=1789019883", more="<post-id>1</post-id>")
    assert await prints(house, rss(other, odd, C)) == [D.title, E.title]
    assert (await house.archive.latest(Query(words="", limit=1))).hits[0].article.url == E.link


@pytest.mark.parametrize(
    "date",
    [
        "Di, 24 Mär 2026 10:00:00 +0100",
        "Ter, 24 Mar 2026 10:00:00 GMT",
        "2026/3/24 10:33",
        "Thu, 01 Jan 2035 00:00:00 GMT",
        "soon",
    ],
)
async def test_40_a_strange_date_breaks_nothing(house: House, date: str) -> None:
    odd = D.but(date=date)
    assert await prints(house, rss(odd, C, B, A), rss(E, odd, C, B, A)) == [D.title, E.title]
