"""Lists of feeds: the operator's feeds.toml, and OPML in and out."""

import logging
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from bot.errors import BrokenFile
from bot.intake import text
from bot.intake.addresses import split, spoken
from bot.intake.classify import NO_REGION
from bot.model import Feed
from bot.regions import Regions, UnknownRegion
from bot.written import meant, read_toml

log = logging.getLogger(__name__)

_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "url": str,
    "title": str,
    "region": str,
    "default": str,
    "home": str,
    "every": (int, float),
    "pages": bool,
    "full_text": bool,
    "hints": bool,
    "any_certificate": bool,
    "tags": dict,
    "places": dict,
}
_SHOWN = 200  # letters of a title, or of an address that is none
_LARGEST_OPML = 5_000_000  # bytes


def read_feeds(path: Path, regions: Regions, places: Collection[str] = ()) -> list[Feed]:
    """The feeds of a feeds.toml; raise BrokenFile with the line and what is wrong there.

    Where the places are known, a country that is none of them is refused.
    """
    if not path.exists():
        return []
    text, tables = read_toml(path)
    return _Reader(path, text, regions, places).feeds(tables)


def read_opml(path: Path) -> list[Feed]:
    """The feeds of an OPML file, in its order, each once."""
    try:
        body = path.read_bytes()
        if len(body) > _LARGEST_OPML:
            raise BrokenFile(path, None, f"it has {len(body):,} bytes; a list of feeds has at most {_LARGEST_OPML:,}")
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except OSError as error:
        raise BrokenFile(path, None, f"it cannot be read ({error.strerror})") from error
    except etree.XMLSyntaxError as error:
        raise BrokenFile(path, error.lineno, f"it is not OPML: {error.msg}") from error
    found: dict[str, Feed] = {}
    for outline in root.iter("outline"):
        url = str(outline.get("xmlUrl") or "").strip()
        if _is_address(url) and (split(url) is None or " " in url or not url.isprintable()):
            log.warning("left out what is no address url=%s", spoken(url)[:_SHOWN])
        elif _is_address(url):
            title = text.line(str(outline.get("title") or outline.get("text") or "")[:_SHOWN])
            found.setdefault(url, Feed(url=url, title=title))
    if not found:
        raise BrokenFile(path, None, 'no feed stands in it; OPML names one as <outline xmlUrl="…">')
    return list(found.values())


def write_opml(feeds: Iterable[Feed]) -> str:
    """OPML 2.0 of the feeds, for other programs."""
    lines = [
        f'    <outline type="rss" text={quoteattr(feed.title or feed.url)} xmlUrl={quoteattr(feed.url)}/>'
        for feed in feeds
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
    head += "  <head><title>Newsdesk</title></head>\n  <body>\n"
    return head + "\n".join(lines) + "\n  </body>\n</opml>\n"


class _Reader:
    """Turns the tables of one feeds.toml into feeds, and knows on which line each thing stands."""

    def __init__(self, path: Path, text: str, regions: Regions, places: Collection[str]) -> None:
        self.path = path
        self.regions = regions
        self.places = places
        self.lines = text.splitlines()
        self.heads = [at for at, line in enumerate(self.lines, 1) if re.match(r"\s*\[\[\s*feed\s*\]\]", line)]

    def feeds(self, tables: dict[str, object]) -> list[Feed]:
        listed = tables.pop("feed", [])
        if tables:
            odd = next(iter(tables))
            raise BrokenFile(self.path, self._first(odd), f'"{odd}" is unknown; a feed is a table headed [[feed]]')
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise BrokenFile(self.path, self._first("feed"), "a feed is a table headed [[feed]], with double brackets")
        feeds: dict[str, Feed] = {}
        for at, table in enumerate(listed):
            feed = self._feed(at, table)
            if feed.url in feeds:
                raise self._broken(at, "url", f"{feed.url} is there twice")
            feeds[feed.url] = feed
        return list(feeds.values())

    def _feed(self, at: int, table: Mapping[str, object]) -> Feed:
        for key, value in table.items():
            if key not in _KEYS:
                raise self._broken(at, key, f'"{key}" is unknown; a feed has {", ".join(_KEYS)}{meant(key, _KEYS)}')
            if not isinstance(value, _KEYS[key]) or (isinstance(value, bool) and _KEYS[key] is not bool):
                raise self._broken(at, key, f'"{key}" must be {_said(_KEYS[key])}')
        url = str(table.get("url", "")).strip()
        if not _is_address(url):
            raise self._broken(at, "url", "a feed needs a url that begins with http:// or https://")
        if len(url.split()) > 1:
            raise self._broken(at, "url", "a url has no spaces; they are written as %20")
        home = str(table.get("home", "")).upper()
        if home and not re.fullmatch("[A-Z]{2}", home):
            raise self._broken(at, "home", f'home = "{home}" must be the two letters of a country, such as "US"')
        if home:
            self._check_place(at, "home", home)
        return Feed(
            url=url,
            title=str(table.get("title", "")),
            region=self._region(at, table, "region"),
            default=self._region(at, table, "default"),
            home=home or None,
            every=self._every(at, table),
            pages=bool(table.get("pages", True)),
            full_text=bool(table.get("full_text", False)),
            hints=bool(table.get("hints", True)),
            any_certificate=bool(table.get("any_certificate", False)),
            tags=self._map(at, table, "tags"),
            places=self._map(at, table, "places"),
        )

    def _region(self, at: int, table: Mapping[str, object], key: str) -> str | None:
        return self._code(at, key, str(table[key])) if key in table else None

    def _code(self, at: int, key: str, word: str) -> str:
        try:
            return self.regions.named(word).code
        except UnknownRegion as error:
            raise self._broken(at, key, str(error)) from error

    def _every(self, at: int, table: Mapping[str, object]) -> timedelta | None:
        if "every" not in table:
            return None
        minutes = float(str(table["every"]))
        if not 1 <= minutes <= 7 * 24 * 60:
            raise self._broken(at, "every", f"every = {minutes:g} must be minutes, from 1 to a week")
        return timedelta(minutes=minutes)

    def _map(self, at: int, table: Mapping[str, object], key: str) -> dict[str, str]:
        pairs = table.get(key, {})
        assert isinstance(pairs, dict)
        plain = {str(word): str(region) for word, region in pairs.items()}
        folded = [word.casefold() for word in plain]
        if double := next((word for word in plain if folded.count(word.casefold()) > 1), ""):
            raise self._broken(at, double, f'"{double}" is there twice, in other letters')
        for place in plain if key == "places" else ():
            self._check_place(at, place, place)
        nothing = {NO_REGION} if key == "tags" else set[str]()
        return {word: each if each in nothing else self._code(at, word, each) for word, each in plain.items()}

    def _check_place(self, at: int, word: str, place: str) -> None:
        """A country that nobody knows would be passed over in silence."""
        if not self.places or place in self.places:
            return
        code = "GB" if place == "UK" else place.upper()
        hint = f"; did you mean {code}?" if code in self.places else ""
        raise self._broken(at, word, f'"{place}" is no place in places.tsv, such as "EG" for Egypt{hint}')

    def _first(self, word: str) -> int | None:
        return next((at for at, each in enumerate(self.lines, 1) if word in each), None)

    def _broken(self, at: int, word: str, problem: str) -> BrokenFile:
        first = self.heads[at] if at < len(self.heads) else 1
        last = self.heads[at + 1] - 1 if at + 1 < len(self.heads) else len(self.lines)
        inside = range(first, last + 1)
        line = next((each for each in inside if word in self.lines[each - 1]), first)
        return BrokenFile(self.path, line, problem)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _said(kind: type | tuple[type, ...]) -> str:
    words = {str: "a text in quotes", bool: "true or false", dict: 'a table such as { "Far East" = "asia-pacific" }'}
    return words.get(kind, "a number") if isinstance(kind, type) else "a number of minutes"
