"""When a known feed suddenly prints nothing but news: has it changed its ids, have we been away, or is it a flood?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.intake.addresses import host_of
from bot.intake.identify import url_keys
from bot.model import Article, Owed, Route, Sighting, Subscription

MANY = 20  # new articles at once, from which on it is too many for one poll
AT_ONCE = 10  # posted without delay; the others follow, so many a minute
_PATH = 8  # characters: a shorter path says nothing about which article it is


def is_doubtful(new: int, count: int) -> bool:
    """Whether so many new articles among `count` items call for a second look."""
    return new > max(MANY, count // 2) or (new == count and new > 0)


def is_flood(new: int, count: int) -> bool:
    """Whether, after that look, they had better wait for a person."""
    return new > max(MANY, count // 2)


def recognised(sightings: Iterable[Sighting], recent: Sequence[Article]) -> list[Sighting]:
    """The sightings, each under the address of the known article whose headline and date, or path, it shares.

    A publisher who moves to another system changes all guids and links in one night; headlines and dates stay.
    """
    by_words = _unique((_words(each), each) for each in recent)
    by_path = _unique((_path(each), each) for each in recent)
    known: list[Sighting] = []
    for sighting in sightings:
        article = sighting.article
        match = by_words.get(_words(article)) or by_path.get(_path(article))
        if match is not None and (_words(match) == _words(article) or host_of(match.url) != host_of(article.url)):
            alias = url_keys(match.url)[:1]
            known.append(replace(sighting, article=replace(article, keys=(*article.keys, *alias))))
        else:
            known.append(sighting)
    return known


def paced(route: Route, now: datetime, held: str = "") -> Route:
    """The route, but what is more than a few articles at once goes out over the next minutes, or is held."""
    routed = 0

    def slowly(article: Article, wanted: Sequence[Subscription]) -> list[Owed]:
        nonlocal routed
        owed = route(article, wanted)
        if not owed:
            return owed
        minutes = routed // AT_ONCE
        routed += 1
        due = now + timedelta(minutes=minutes) if minutes else None
        return [replace(each, due=each.due or due, held=each.held or held) for each in owed]

    return slowly


def _words(article: Article) -> str:
    second = article.published.isoformat() if article.published else article.teaser
    return f"{' '.join(article.title.casefold().split())}\x1f{second}" if article.title and second else ""


def _path(article: Article) -> str:
    try:
        path = urlsplit(article.url).path.rstrip("/").lower()
    except ValueError:
        return ""
    return path if len(path) >= _PATH else ""


def _unique(named: Iterable[tuple[str, Article]]) -> dict[str, Article]:
    """By name, without what two share and what has none."""
    pairs = list(named)
    counted = Counter(name for name, _ in pairs)
    return dict(_once(pairs, counted))


def _once(pairs: Iterable[tuple[str, Article]], counted: Counter[str]) -> Iterator[tuple[str, Article]]:
    return ((name, article) for name, article in pairs if name and counted[name] == 1)
