"""A page as it lies before its reader, of which some cards are made anew and all else stays as it was."""

import re
from collections.abc import Iterator
from typing import Any

import discord
from discord import ui

from bot.chat.pages import answers
from bot.delivery.text import size

TOGGLE = re.compile(r"more(?P<article>[0-9a-z]{1,13}):(?P<open>[01])")  # the name of a card's button

Item = ui.Item[Any]


class Kept:
    """The parts of a page that was sent. What has come in since does not move what somebody reads."""

    def __init__(self, message: discord.Message | None) -> None:
        view = ui.LayoutView.from_message(message, timeout=None) if message else ui.LayoutView()
        self._parts = dict(enumerate(view.children))
        self._cards = {number: found for number, part in self._parts.items() if (found := _article(part))}

    @property
    def opened(self) -> frozenset[int]:
        """The articles whose longer text is shown."""
        return frozenset(article for article, is_open in self._cards.values() if is_open)

    def taken(self, anew: frozenset[int]) -> tuple[int, int]:
        """How many of the cards' characters and octets go to what is not made anew."""
        kept = [part for number, part in self._parts.items() if self._at(number) not in anew]
        cards = [text for part in kept if isinstance(part, ui.Container) for text in _texts(part)]
        around = answers.taken_around("\n".join(each.content for each in kept if isinstance(each, ui.TextDisplay)))
        return sum(map(len, cards)) + around[0], sum(map(size, cards)) + around[1]

    def with_cards(self, made: dict[int, Item]) -> ui.LayoutView:
        """The page, with these cards in the places of theirs."""
        view = ui.LayoutView(timeout=None)
        for number, part in self._parts.items():
            view.add_item(made.get(self._at(number), part))
        return view

    def _at(self, number: int) -> int:
        return self._cards.get(number, (0, False))[0]


def _article(part: Item) -> tuple[int, bool] | None:
    """Which article's card this is, and whether it is open; nothing for what has no button to open it."""
    for each in _below(part):
        if isinstance(each, ui.Button) and (found := TOGGLE.fullmatch(each.custom_id or "")):
            return int(found["article"], 36), found["open"] == "1"
    return None


def _texts(part: ui.Container[Any]) -> list[str]:
    return [each.content for each in part.walk_children() if isinstance(each, ui.TextDisplay)]


def _below(part: Item) -> Iterator[Item]:
    if isinstance(part, ui.Container):
        yield from part.walk_children()
