"""Which feeds a page has: those it names, those its platform is known for, those that lie at the usual places."""

import re
from urllib.parse import urlsplit

from bot.intake.addresses import join

USUAL_PLACES = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feeds/feed.rss", "/feed.json")
SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml")
_COMMENTS = re.compile(r"/comments/|comments/feed|/feed/?\?.*comment|-comments\.|/replies/", re.I)


def completed(typed: str) -> str:
    """An address as people type it: with https:// in front where there is nothing."""
    typed = typed.strip().strip("<>")
    typed = re.sub(r"^feed:(?://)?(?=https?:)", "", typed, flags=re.I)
    typed = re.sub(r"^(?:feed|rss)://", "https://", typed, flags=re.I)
    return typed if re.match(r"[a-z][a-z0-9+.-]*://", typed, re.I) else f"https://{typed}"


def by_platform(url: str, page: bytes = b"") -> list[str]:
    """The feed that a page of a well-known platform has, by its address alone (YouTube's also by its page)."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    if host in {"youtube.com", "m.youtube.com"}:
        return _youtube(parts.query, path, page)
    if host in {"reddit.com", "old.reddit.com"} and re.match(r"/(r|user|u)/[^/]+", path):
        return [f"https://www.reddit.com{path}/.rss"]
    if host.endswith(".substack.com"):
        return [f"{parts.scheme}://{parts.netloc}/feed"]
    if host == "bsky.app" and re.match(r"/profile/[^/]+", path):
        return [f"https://bsky.app{'/'.join(path.split('/')[:3])}/rss"]
    if re.fullmatch(r"/@[\w.-]+", path) and host not in {"medium.com", "youtube.com"}:
        return [f"{parts.scheme}://{parts.netloc}{path}.rss"]  # Mastodon and its kin
    if host == "medium.com" and path:
        return [f"https://medium.com/feed{path}"]
    return []


def named(url: str, alternates: tuple[str, ...]) -> list[str]:
    """The feeds that a page names, without those of its readers' comments."""
    found = [join(url, each) for each in alternates]
    own = [each for each in found if each and not _COMMENTS.search(each)]
    return list(dict.fromkeys(own or filter(None, found)))


def usual_places(url: str) -> list[str]:
    """Where feeds lie on most sites, the page's own folder first."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    folder = parts.path.rstrip("/")
    near = [f"{root}{folder}{place}" for place in ("/feed", "/rss")] if folder else []
    return near + [root + place for place in USUAL_PLACES]


def usual_sitemaps(url: str) -> list[str]:
    """Where a site's news sitemap lies, if it is named nowhere."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}{place}" for place in SITEMAPS]


def robots(url: str) -> str:
    """Where a site says what robots should know, its sitemaps among it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _youtube(query: str, path: str, page: bytes) -> list[str]:
    feed = "https://www.youtube.com/feeds/videos.xml?"
    channel = re.match(r"/channel/(UC[\w-]{20,24})", path)
    if channel:
        return [f"{feed}channel_id={channel[1]}"]
    listed = re.search(r"(?:^|&)list=([\w-]{10,60})", query)
    if listed:
        return [f"{feed}playlist_id={listed[1]}"]
    said = re.search(rb'"(?:externalId|channelId)":"(UC[\w-]{20,24})"', page)
    return [f"{feed}channel_id={said[1].decode()}"] if said else []
