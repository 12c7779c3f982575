"""Commands that ask the archive: latest, search, why, classify."""

import argparse
import json
import math
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from rich.text import Text

from bot.app.core import none_yet, open_archive
from bot.app.stopping import at_once
from bot.cli import show
from bot.clock import WallClock
from bot.delivery.text import clean, cut, in_quotes
from bot.errors import ConfigError, NewsError, NotFound
from bot.intake import memory
from bot.intake.addresses import canonical, spoken
from bot.intake.classify import explain, load_classifier
from bot.intake.policy import policy
from bot.model import Found, Hit, Query
from bot.regions import load_regions
from bot.settings import Settings, shipped

_SCHEME = re.compile(r"https?://", re.I)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([:/?]|$)")  # of an address that a person types
_HEADLINE = 'newsdesk classify "Floods in Kenya"'
_INVITED = (
    f'Write an article a line, as in {{"id": 1, "title": "…"}}; Ctrl+D ends. To ask about a headline: {_HEADLINE}'
)
PAGE = 25  # articles asked of the archive at once


async def latest(settings: Settings, arguments: argparse.Namespace) -> None:
    """Newest first, of one region or of all."""
    regions = load_regions(settings.file("regions.toml"))
    region = regions.named(arguments.region).code if arguments.region else None
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        found = await _pages(archive.latest, Query(region=region, viewer=None), arguments.limit)
    if arguments.json:
        for hit in found.hits:
            show.out(show.as_json(hit.article))
        return
    found = replace(found, understood="")  # nobody searched
    nothing = (
        f"Nothing in the archive of {region} yet." if region else f"Nothing in the archive {settings.archive} yet."
    )
    show.print_found(show.console(), found, nothing)


async def search(settings: Settings, arguments: argparse.Namespace) -> None:
    """What a reader means by these words; or the article of that address."""
    regions = load_regions(settings.file("regions.toml"))
    words = " ".join(arguments.words)
    query = Query(
        words=words,
        region=regions.named(arguments.region).code if arguments.region else None,
        author=arguments.author,
        feed=arguments.feed,
        after=arguments.after,
        before=arguments.before,
        order=arguments.order,
        viewer=None,
    )
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        address = _address(words.strip().removeprefix("<").removesuffix(">"))
        article = await archive.article_at(canonical(address) or address, None) if address else None
        found = Found((Hit(article),)) if article else await _pages(archive.search, query, arguments.limit)
    if arguments.json:
        for hit in found.hits:
            show.out(show.hit_as_json(hit))
        return
    if article:
        show.print_found(show.console(), found, "")
        show.console().print(Text(f"Its whole story: newsdesk why {article.url}", style="dim"), soft_wrap=True)
        return
    if address and "/" in words and not found.hits:
        found = replace(found, understood="")  # it was no question
        show.print_found(show.console(), found, f"No article at {cut(clean(address), show.LONGEST)} is in the archive.")
        return
    about = f" about {in_quotes(cut(clean(words), show.LONGEST))}" if words.strip() else ""
    show.print_found(show.console(), found, f"Nothing in the archive{about}.")


async def _pages(ask: Callable[[Query], Awaitable[Found]], query: Query, limit: int) -> Found:
    """As many as were asked for: the archive answers in pages."""
    progress = show.Progress()
    progress.tell("looks ...")
    try:
        found = last = await ask(replace(query, limit=min(limit, PAGE)))
        hits = list(found.hits)
        while last.next and len(hits) < limit:
            progress.tell(f"found {len(hits)}, and looks further back ...")
            last = await ask(replace(query, limit=PAGE, cursor=last.next))
            hits += last.hits
    finally:
        progress.end()
    if found.lacking:
        print(found.lacking, file=sys.stderr)  # noqa: T201 - also for who has a program read the rest
    return replace(found, hits=tuple(hits[:limit]), total=max(found.total, len(hits)), understood=last.understood)


async def why(settings: Settings, arguments: argparse.Namespace) -> None:
    """Where and when seen, which rule gave which region, what was sent, held or failed where."""
    regions = load_regions(settings.file("regions.toml"))
    url = arguments.url.strip()
    if not url:
        raise ConfigError("Give the address of an article.")
    address = _address(url) or url
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        story = await archive.why(canonical(address) or address, None)
        if story is None:
            raise NotFound(f"No article at {url} is in the archive. {_hint(settings, address)}".rstrip())
        trust = {each.url: policy(memory.read(each.memory).shared) for each in await archive.sources()}
    if arguments.json:
        identity = {spoken(url): trust[url].sentence for url in story.article.feeds if url in trust}
        show.out(show.story_as_json(story) | {"identity": identity})
    else:
        show.print_story(show.console(), story)
        for url in story.article.feeds:
            if url in trust and trust[url].names:
                show.console().print(Text(f"{spoken(url)}: its articles are {trust[url].sentence}.", style="dim"))


def _address(typed: str) -> str:
    """An address as a person types it, in full; "" where these are words."""
    if typed.split()[1:]:
        return ""
    if _SCHEME.match(typed):
        return typed
    return f"https://{typed}" if _HOST.match(typed) else ""


def _hint(settings: Settings, address: str) -> str:
    return none_yet(settings) or ("" if canonical(address) else "To find an article's address: newsdesk search WORDS")


async def classify(settings: Settings, arguments: argparse.Namespace) -> None:
    """Read {"id", "title", "teaser", "tags", "url"} a line; print the regions and the words that gave them away.

    As JSON wherever a program may read it; who sits before a terminal, or gives headlines, is told in a sentence.
    """
    as_prose = (sys.stdout.isatty() or bool(arguments.headlines)) and not arguments.json
    regions = load_regions(settings.file("regions.toml"))
    classifier = load_classifier([shipped(), settings.data], regions)
    given = ({"id": number, "title": title} for number, title in enumerate(arguments.headlines, 1))
    for asked in given if arguments.headlines else _lines():
        title, tags = _text(asked["title"]), asked.get("tags")
        placed = classifier.place(
            title,
            _text(asked.get("teaser")),
            tags=tuple(filter(None, map(_text, tags if isinstance(tags, list) else [tags]))),
            url=_text(asked.get("url")),
        )
        if as_prose:
            show.told(title, explain(placed, regions))
            continue
        reasons = [
            {"words": each.words, "place": each.place, "region": each.region, "where": each.where}
            for each in placed.why
        ]
        show.out(
            {
                "id": asked["id"],
                "regions": list(placed.regions),
                "confidence": round(placed.confidence, 3),
                "why": reasons,
            }
        )
        sys.stdout.flush()  # whoever asks line by line waits for the answer


def _text(given: object) -> str:
    """What is null, or no text at all, says nothing."""
    return str(given) if isinstance(given, str | int | float) else ""


def _lines() -> Iterator[dict[str, object]]:
    if sys.stdin.isatty():
        print(_INVITED, file=sys.stderr)  # noqa: T201
    with at_once():
        for number, line in enumerate(sys.stdin.buffer, 1):  # JSON is UTF-8, whatever the terminal is
            if line.strip():
                yield _asked(line.decode("utf-8-sig", "replace"), number)


def _asked(line: str, number: int) -> dict[str, object]:
    try:
        asked = json.loads(line, parse_constant=_number, parse_float=_number)
    except ValueError as error:
        wrong = f"{error.msg} (character {error.colno})" if isinstance(error, json.JSONDecodeError) else f"{error}"
        raise NewsError(f"Line {number} is not JSON: {wrong}. To ask about a headline: {_HEADLINE}") from error
    except RecursionError:
        raise NewsError(f"Line {number} is not JSON that anybody means: there are too many brackets.") from None
    if not isinstance(asked, dict) or "id" not in asked or "title" not in asked:
        raise NewsError(f'Line {number} is not an article: it must be an object with at least "id" and "title".')
    return asked


def _number(text: str) -> float:
    """Python would read, and write, what JSON has no words for."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number in it")
    return number
