"""The longer pages of the documentation, in the terminal."""

import argparse
import sys
from pathlib import Path

from rich.markdown import Markdown

from bot.cli import show
from bot.errors import ConfigError
from bot.settings import Settings, shipped

_WIDEST = 100  # characters: longer lines are hard to read


async def help_(settings: Settings, arguments: argparse.Namespace) -> None:
    """A page, or what there are."""
    pages = topics()
    if not arguments.topic:
        _list(pages)
        return
    page = pages.get(arguments.topic.strip().casefold())
    if page is None:
        raise ConfigError(f"There is no page about “{arguments.topic}”. There are: {', '.join(pages)}.")
    _print(page.read_text("utf-8"))


def topics() -> dict[str, Path]:
    """The pages by their names, in the order in which one needs them."""
    folder = shipped() / "help"
    return {each.stem: each for each in sorted(folder.glob("*.md"), key=lambda page: (_rank(page.stem), page.stem))}


def title(page: Path) -> str:
    """The first line of a page."""
    with page.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").strip()


_ORDER = ("discord", "setup", "feeds", "regions", "search", "deliveries", "notices", "backup", "service", "monitoring")
_LAST = ("privacy", "troubleshooting", "developing")


def _rank(name: str) -> int:
    known = (*_ORDER, *_LAST)
    return known.index(name) if name in known else len(_ORDER)


def _list(pages: dict[str, Path]) -> None:
    width = max(map(len, pages))
    for name, page in pages.items():
        sys.stdout.write(f"newsdesk help {name:<{width}}  {title(page)}\n")
    sys.stdout.write("\nnewsdesk --help lists the commands, newsdesk COMMAND --help the options of one.\n")


def _print(text: str) -> None:
    """Rendered for a person at a terminal; as it is written for everybody else."""
    to = show.console()
    if to.is_terminal:
        to.print(Markdown(text, hyperlinks=False), width=min(to.width, _WIDEST))
    else:
        sys.stdout.write(text)
