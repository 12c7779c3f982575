"""JSON Feed 1.0 and 1.1, which feedparser does not read."""

import json
from collections.abc import Iterator

from bot.intake import media, text
from bot.intake.addresses import join
from bot.intake.dates import read_date
from bot.intake.media import Medium
from bot.intake.people import names
from bot.model import Entry, Tag

_VERSION = "jsonfeed.org/version/"


def load(body: bytes) -> dict[str, object] | None:
    """The feed, or None when the body is none. Too deep a nesting is no feed either."""
    if body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        return None
    return found if _VERSION in _string(found.get("version")) else None


def entries(feed: dict[str, object], base: str, most: int) -> Iterator[Entry]:
    """Its items, as far as they are any."""
    home = join(base, _string(feed.get("home_page_url"))) or base
    items = feed["items"]
    for item in items[:most] if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield _entry(item, feed, home)


def _entry(item: dict[str, object], feed: dict[str, object], home: str) -> Entry:
    body = text.read(_string(item.get("content_html")) or _string(item.get("content_text")))
    title = text.line(_string(item.get("title")))[:500]
    standfirst = text.teaser(text.read(_string(item.get("summary"))).text, title) or text.teaser(body.text, title)
    link = join(home, _string(item.get("url"))) or join(home, _string(item.get("external_url")))
    guid = item.get("id")
    number = str(guid) if isinstance(guid, int | float) and not isinstance(guid, bool) else _string(guid)
    image = [Medium(_string(item.get(name)), 0, kind="image") for name in ("image", "banner_image")]
    tags = item.get("tags")
    return Entry(
        title=title or text.cut(standfirst.partition("\n")[0], 120),
        link=link or (join(home, number) if number.startswith(("http://", "https://")) else ""),
        guid=number.strip()[:1000],
        teaser=standfirst,
        text=body.text if body.text != standfirst else "",
        authors=names(_authors(item) or _authors(feed)),
        tags=tuple(Tag(text.line(each)[:200]) for each in tags if isinstance(each, str) and each.strip())[:50]
        if isinstance(tags, list)
        else (),
        image=media.lead_image((*image, *_attached(item)), body.pictures, home, body.credit),
        published=read_date(_string(item.get("date_published"))),
        updated=read_date(_string(item.get("date_modified"))),
        language=_string(item.get("language") or feed.get("language"))[:20],
    )


def _authors(thing: dict[str, object]) -> list[str]:
    many = thing.get("authors")
    written = [*(many if isinstance(many, list) else ()), thing.get("author")]
    return [_string(each.get("name")) for each in written if isinstance(each, dict) and each.get("name")]


def _attached(item: dict[str, object]) -> Iterator[Medium]:
    attached = item.get("attachments")
    for each in attached if isinstance(attached, list) else ():
        if isinstance(each, dict):
            yield Medium(
                _string(each.get("url")), 1, kind=_string(each.get("mime_type")), alt=_string(each.get("title"))
            )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
