"""What takes long is announced; what is quick is simply answered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.archive.archive import Archive
from bot.archive.connect import Connection
from bot.chat.pages import pager
from bot.errors import Busy
from bot.model import Found, Query
from tests.cogs.conftest import House, answer, article, button, text
from tests.fakes import until


class Slow:
    """An archive that takes its time, or is too busy to answer."""

    def __init__(self, archive: Archive, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.archive, self.seconds, self.error = archive, seconds, error

    async def latest(self, query: Query) -> Found:
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return await self.archive.latest(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive, name)


class Guessing(Slow):
    """An archive that found nothing, and thinks of another word."""

    async def search(self, query: Query) -> Found:
        return Found(suggestion="kenya", understood="kenja")


def slow(house: House, **how: Any) -> None:
    house.client.desk = replace(house.desk, archive=cast(Archive, Slow(house.archive, **how)))


def endless(db: Connection, query: Query) -> Found:
    while True:
        db.heed()


@contextmanager
def without_end(house: House) -> Iterator[None]:
    """The real archive, to which no question has an end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.archive._desk, "answer", endless)
        yield


async def test_a_quick_answer_is_not_announced(house: House) -> None:
    called = await house.call(house.bob, "latest")
    assert (called.deferred, called.response_type) == (False, 4)


async def test_a_slow_answer_is_announced_and_comes_for_the_reader_alone(house: House) -> None:
    await house.accept(article(1))
    slow(house, seconds=pager.PATIENCE + 0.1)
    called = await house.call(house.bob, "latest")
    assert (called.deferred, called.response_type) == (True, 5)
    assert "Story number 1" in text(answer(called)) and answer(called).only_for == house.bob.id


async def test_a_slow_page_replaces_the_one_that_was_pressed(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 8)))
    shown = answer(await house.call(house.bob, "latest"))
    slow(house, seconds=pager.PATIENCE + 0.1)
    pressed = await house.press(house.bob, shown, button(shown, "Next ›"))
    assert pressed.response_type == 6
    async with asyncio.timeout(5):
        while "Story number 6" not in text(shown):
            await asyncio.sleep(0.01)


async def test_an_archive_that_is_too_busy_says_so(house: House) -> None:
    slow(house, error=Busy("Too many ask at once; try again in a moment."))
    said = answer(await house.call(house.bob, "latest"))
    assert text(said) == "Too many ask at once; try again in a moment." and said.only_for == house.bob.id


async def test_so_does_a_button(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 8)))
    shown = answer(await house.call(house.bob, "latest"))
    slow(house, error=Busy("Too many ask at once; try again in a moment."))
    said = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
    assert text(said).startswith("Too many ask at once") and said.only_for == house.bob.id
    assert "Story number 1" in text(shown)


@pytest.mark.parametrize(
    ("command", "typed", "told"), [("latest", {}, ""), ("search", {"words": "story"}, "Searched for story")]
)
async def test_what_took_too_long_is_not_told_as_nothing_and_can_be_tried_again(
    house: House, deadline: float, command: str, typed: dict[str, str], told: str
) -> None:
    await house.accept(*(article(number) for number in range(1, 8)))
    with without_end(house):
        shown = answer(await house.call(house.bob, command, **typed))
        assert "took too long" in text(shown) and told in text(shown)
        assert not any(word in text(shown) for word in ("Nothing", "nothing", "Latest"))
    await house.press(house.bob, shown, button(shown, "Try again"))
    assert "Story number" in text(shown) and "too long" not in text(shown)


async def test_a_page_stays_where_the_next_took_too_long(house: House, deadline: float) -> None:
    await house.accept(*(article(number) for number in range(1, 8)))
    shown = answer(await house.call(house.bob, "latest"))
    before = text(shown)
    with without_end(house):
        pressed = await house.press(house.bob, shown, button(shown, "Next ›"))
        await until(lambda: pressed.followups)
        assert "took too long" in text(pressed.followups[0]) and pressed.followups[0].only_for == house.bob.id
        assert text(shown) == before
    await house.press(house.bob, shown, button(shown, "Next ›"))
    assert "Story number 6" in text(shown)


async def test_a_week_that_was_not_read_is_not_told_as_an_empty_one(house: House, deadline: float) -> None:
    await house.accept(article(1))
    with without_end(house):
        assert "took too long" in text(answer(await house.call(house.bob, "roundup")))


async def test_the_word_that_may_have_been_meant_is_a_button(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    house.client.desk = replace(house.desk, archive=cast(Archive, Guessing(house.archive)))
    shown = answer(await house.call(house.bob, "search", words="kenja"))
    assert "Rain in Kenya" not in text(shown)
    house.client.desk = house.desk
    meant = answer(await house.press(house.bob, shown, button(shown, "Did you mean “kenya”?")))
    assert meant.id == shown.id and "Rain in Kenya" in text(meant)
