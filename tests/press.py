"""Prints feeds for tests, as publishers do, and serves them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
_SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)

_MAPS = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


@dataclass(frozen=True)
class Item:
    """One item of a feed; "" leaves a thing out."""

    title: str
    link: str = ""
    guid: str = ""
    date: datetime | str | None = NOON - timedelta(hours=1)
    teaser: str = ""
    more: str = ""  # further XML

    def but(self, **changes: object) -> "Item":
        return replace(self, **changes)  # type: ignore[arg-type]  # a test's own words


def item(name: str, hours: float = 1, **more: str) -> Item:
    """A usual item: its name is in its link and its guid, and it is so many hours old at noon."""
    link = f"https://mag.test/{name.lower().replace(' ', '-')}/"
    return Item(name, link, f"id-{name}", NOON - timedelta(hours=hours), f"What is said of {name}.", **more)


def rss(*items: Item, head: str = "", title: str = "The Magazine", link: str = "https://mag.test/") -> bytes:
    body = "\n".join(map(_rss_item, items))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" {_SPACES}><channel><title>{escape(title)}</title>'
        f"<link>{link}</link><description>All of it</description>{head}\n{body}\n</channel></rss>"
    ).encode()


def atom(*items: Item, head: str = "", title: str = "The Magazine") -> bytes:
    body = "\n".join(map(_atom_entry, items))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed {_SPACES} xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(title)}</title><id>urn:mag</id><updated>2026-03-24T12:00:00Z</updated>{head}\n{body}\n</feed>"
    ).encode()


def of_news(*items: Item) -> bytes:
    """A news sitemap."""
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {_MAPS}>{"".join(map(_url, items))}</urlset>'.encode()


def index(parts: Iterable[tuple[str, str]]) -> bytes:
    """An index of sitemaps: addresses with the dates of their last change."""
    listed = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>" for loc, date in parts
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {_MAPS}>{listed}</sitemapindex>'.encode()


@asynccontextmanager
async def serving(path: str, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A server on this machine that answers at one path. Gives its address, to which the path is added."""
    app = web.Application()
    app.router.add_get(path, answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _url(each: Item) -> str:
    when = f"{each.date:%Y-%m-%dT%H:%M:%SZ}" if isinstance(each.date, datetime) else each.date
    tags = ", ".join(re.findall(r"<category>(.*?)</category>", each.more))
    return (
        f"<url><loc>{escape(each.link)}</loc><news:news><news:publication><news:name>The Magazine</news:name>"
        "<news:language>en</news:language></news:publication>"
        + (f"<news:publication_date>{when}</news:publication_date>" if when else "")
        + (f"<news:keywords>{escape(tags)}</news:keywords>" if tags else "")
        + f"<news:title>{escape(each.title)}</news:title></news:news></url>"
    )


def _rss_item(each: Item) -> str:
    parts = [f"<title>{escape(each.title)}</title>" if each.title else ""]
    parts.append(f"<link>{escape(each.link)}</link>" if each.link else "")
    parts.append(f'<guid isPermaLink="false">{escape(each.guid)}</guid>' if each.guid else "")
    when = format_datetime(each.date) if isinstance(each.date, datetime) else each.date
    parts.append(f"<pubDate>{when}</pubDate>" if when else "")
    parts.append(f"<description>{escape(each.teaser)}</description>" if each.teaser else "")
    return "<item>" + "".join(parts) + each.more + "</item>"


def _atom_entry(each: Item) -> str:
    when = each.date.isoformat() if isinstance(each.date, datetime) else each.date
    parts = [f"<title>{escape(each.title)}</title>"]
    parts.append(f'<link href="{escape(each.link)}"/>' if each.link else "")
    parts.append(f"<id>{escape(each.guid)}</id>" if each.guid else "")
    parts.append(f"<published>{when}</published><updated>{when}</updated>" if when else "")
    parts.append(f"<summary>{escape(each.teaser)}</summary>" if each.teaser else "")
    return "<entry>" + "".join(parts) + each.more + "</entry>"
