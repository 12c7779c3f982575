"""Answers leave nothing behind in the bot's memory; their buttons work all the same."""

import asyncio

from bot.intake import memory
from tests.cogs.conftest import House, answer, article, button, text


def timers() -> list[str]:
    """What the library keeps of views: a task for each, for a quarter of an hour."""
    return [name for each in asyncio.all_tasks() if "timeout_task" in (name := repr(each.get_coro()))]


async def test_no_view_of_an_answer_is_kept_and_its_buttons_go_on_working(house: House) -> None:
    await house.accept(*(article(number, f"Story number {number}") for number in range(1, 31)))
    shown = answer(await house.call(house.bob, "latest", region="africa"))
    for command in ("latest", "regions", "roundup", "regions"):
        await house.call(house.bob, command)
    turned = await house.press(house.bob, shown, button(shown, "Next ›"))
    assert timers() == []
    assert "Story number 6" in text(answer(turned))


def test_what_is_remembered_of_a_feed_with_many_items_is_not_kept_for_each_of_its_polls() -> None:
    few, many = (memory.write(memory.Memory(marks=tuple(f"{each:014}" for each in range(n)))) for n in (20, 500))
    assert memory.read(few) is memory.read(few)
    assert memory.read(many) is not memory.read(many) and memory.read(many) == memory.read(many)
