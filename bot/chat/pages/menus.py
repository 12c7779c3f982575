"""Menus of regions: Discord has room for 25 choices in one, so that many regions stand in several."""

from collections.abc import Collection, Iterable, Sequence

from discord import SelectOption

from bot.delivery.text import clean, cut
from bot.regions import Region

MOST = 25  # choices in one menu
_LABEL, _BOUND = 100, 50  # characters of a choice; of the first and the last in a menu's own words

Menu = Sequence[SelectOption]


def options(some: Iterable[Region], chosen: Collection[str] = ()) -> list[SelectOption]:
    """The regions as choices."""
    return [
        SelectOption(label=cut(clean(each.name), _LABEL), value=each.code, default=each.code in chosen) for each in some
    ]


def menus(every: Menu, most: int) -> list[Menu]:
    """So many menus at most, of much the same length; what is over has no room."""
    room = every[: most * MOST]
    length = -(-len(room) // -(-len(room) // MOST))
    return [room[at : at + length] for at in range(0, len(room), length)]


def named(what: str, menu: Menu, several: bool) -> str:
    """What stands in a menu before something is chosen: of several, from where to where it goes."""
    if not several or not menu:
        return what
    first, last = (cut(each.label, _BOUND) for each in (menu[0], menu[-1]))
    return f"{what} {first} – {last}"
