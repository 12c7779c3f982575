"""Whatever a publisher does to a feed between two polls: nothing is posted twice, nothing is missed."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake.test_shared_feeds import REPLAY, needs_shared
from tests.polling import House, InThisProcess, open_house
from tests.press import NOON, Item, atom, item, rss

STORIES = [item(f"Story {number}", 30 - number) for number in range(24)]
EXAMPLES = int(os.environ.get("NEWSDESK_EXAMPLES") or 15)


@st.composite
def editions(draw: st.DrawFn) -> list[list[Item]]:
    """Editions of one feed: news comes on top, the desk reorders, re-dates, retitles, re-slugs, drops and returns."""
    out = 4
    edition: list[Item] = [STORIES[number] for number in reversed(range(out))]
    said: list[list[Item]] = [edition]
    prints = {each.guid: each for each in STORIES}
    for _ in range(draw(st.integers(1, 6))):
        fresh = draw(st.integers(0, 5))
        listed = [each.guid for each in edition]
        listed[:0] = [each.guid for each in reversed(STORIES[out : out + fresh])]
        out = min(len(STORIES), out + fresh)
        gone = [each.guid for each in STORIES[:out] if each.guid not in listed]
        returns: bool = draw(st.booleans())
        if gone and returns:
            listed.append(draw(st.sampled_from(gone)))
        drops: bool = draw(st.booleans())
        if len(listed) > 3 and drops:
            news = {each.guid for each in STORIES[out - fresh : out]}
            droppable = [guid for guid in listed if guid not in news]
            if droppable:
                listed.remove(draw(st.sampled_from(droppable)))
        for guid in draw(st.lists(st.sampled_from(listed), max_size=3)):
            prints[guid] = draw(st.sampled_from(CHANGES))(prints[guid])
        if draw(st.booleans()):
            listed = list(draw(st.permutations(listed)))
        edition = [prints[guid] for guid in listed]
        said.append(edition)
    return said


CHANGES = [
    lambda each: each.but(date=NOON),
    lambda each: each.but(date=None),
    lambda each: each.but(title=each.title + ", again"),
    lambda each: each.but(link=each.link + "?utm_source=rss"),
    lambda each: each.but(link=each.link.replace("https", "http").rstrip("/")),
    lambda each: each.but(link=each.link.rstrip("/") + "-again/"),
    lambda each: each.but(teaser=each.teaser + " And more."),
]


@contextmanager
def a_loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


async def _tell(house: House, documents: list[bytes], moments: list[datetime] | None = None) -> list[list[str]]:
    """The headlines posted at each step."""
    await house.add()
    steps, before = [], 0
    for number, document in enumerate(documents):
        if moments:
            house.clock.set(moments[number])
        house.web["/feed"] = document
        await house.goes_round(timedelta(0) if moments else timedelta(minutes=10))
        rows = sorted(await house.archive.outbox_rows(1000), key=lambda row: row.id)
        steps.append([row.article.title for row in rows[before:]])
        before = len(rows)
    return steps


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=editions(), as_atom=st.booleans())
def test_every_story_is_posted_once_when_it_first_appears(said: list[list[Item]], as_atom: bool) -> None:
    async def story() -> None:
        async with open_house(InThisProcess()) as house:
            await house.add()
            known: set[str] = set()
            for number, edition in enumerate(said):
                before = len(await house.archive.outbox_rows(1000))
                house.web["/feed"] = (atom if as_atom else rss)(*edition)
                await house.goes_round()
                news = {each.guid for each in edition} - known
                known |= news
                after = len(await house.archive.outbox_rows(1000))
                assert after - before == (len(news) if number else 0), f"step {number}"

    with a_loop() as runner:
        runner.run(story())


def _replay() -> tuple[list[datetime], list[bytes]]:
    lines = (REPLAY / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [datetime.fromisoformat(row[2]) for row in rows], [(REPLAY / row[1]).read_bytes() for row in rows]


def _items(document: bytes) -> tuple[bytes, list[bytes], bytes]:
    head, _, rest = document.partition(b"<item>")
    pieces = (b"<item>" + rest).split(b"</item>")
    return head, [piece.strip() + b"</item>" for piece in pieces[:-1]], pieces[-1]


def _guid(piece: bytes) -> bytes:
    return piece.partition(b'isPermaLink="false">')[2].partition(b"<")[0]


@settings(max_examples=max(3, EXAMPLES // 3), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_replay_with_its_items_reordered_redated_dropped_and_returned(data: st.DataObject) -> None:
    needs_shared()
    moments, documents = _replay()
    met: dict[bytes, bytes] = {}
    altered: list[bytes] = []
    expected: list[int] = []
    for document in documents[:12]:
        head, pieces, tail = _items(document)
        kept = [each for each in pieces if data.draw(st.integers(0, 9)) or _guid(each) in met]
        gone = [met[guid] for guid in met if guid not in {_guid(each) for each in kept}]
        kept += data.draw(st.lists(st.sampled_from(gone), max_size=2, unique=True)) if gone else []
        kept = list(data.draw(st.permutations(kept)))
        redates: bool = data.draw(st.booleans())
        if kept and redates:
            index = data.draw(st.integers(0, len(kept) - 1))
            kept[index] = kept[index].replace(b"+1200</pubDate>", b"+1100</pubDate>")
        expected.append(len({_guid(each) for each in kept} - set(met)))
        met |= {_guid(each): each for each in kept}
        altered.append(head + b"\n".join(kept) + tail)

    async def story() -> None:
        async with open_house(InThisProcess()) as house:
            posted = [len(step) for step in await _tell(house, altered, moments)]
            assert posted == [0, *expected[1:]]

    with a_loop() as runner:
        runner.run(story())
