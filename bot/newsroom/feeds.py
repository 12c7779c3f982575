"""Prints the feeds: RSS 2.0 and Atom with the habits of large publishing systems, and JSON Feed 1.1."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from bot.newsroom.addresses import Addresses
from bot.newsroom.desk import Printed
from bot.newsroom.stories import FeedPlan, Magazine, Photo, Story

WIDTH, HEIGHT = 1200, 675
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
RSS_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
<channel>"""
ATOM_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en-GB">"""


def print_feed(magazine: Magazine, plan: FeedPlan, printed: Sequence[Printed], at: Addresses, opened: datetime) -> str:
    """The feed as its server sends it. The same stories give the same bytes, so that validators hold."""
    touched = max((each.touched for each in printed), default=opened)
    press = {"rss": _rss, "atom": _atom, "json": _json}[plan.manner]
    return press(magazine, plan, printed, at, touched)


def story_html(story: Story, at: Addresses) -> str:
    """The body as it stands inside a feed: the photo as a figure, then the paragraphs."""
    return "\n".join([*([_figure(story.photo, at)] if story.photo else []), *map(_paragraph, story.paragraphs)])


def _rss(magazine: Magazine, plan: FeedPlan, printed: Sequence[Printed], at: Addresses, touched: datetime) -> str:
    lines = [
        RSS_HEAD,
        f"<title>{escape(plan.title)}</title>",
        f"<link>{at.root}/</link>",
        f"<description>{escape(magazine.motto)}</description>",
        f'<atom:link href="{at.root}/{plan.path}" rel="self" type="{TYPES["rss"]}"/>',
        "<language>en-gb</language>",
        f"<lastBuildDate>{format_datetime(touched, usegmt=True)}</lastBuildDate>",
    ]
    for each in printed:
        lines += ["<item>", *_rss_item(each, plan, at), "</item>"]
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _rss_item(each: Printed, plan: FeedPlan, at: Addresses) -> Iterator[str]:
    story = each.story
    yield f"<title>{escape(story.title)}</title>"
    yield f"<link>{escape(at.tracked(story, plan.key))}</link>"
    if plan.region:  # section feeds name a story by its address, the main feed by its number
        yield f'<guid isPermaLink="true">{at.page(story)}</guid>'
    else:
        yield f'<guid isPermaLink="false">{story.number}</guid>'
    yield f"<pubDate>{format_datetime(each.published, usegmt=True)}</pubDate>"
    yield from (f"<dc:creator>{escape(author)}</dc:creator>" for author in story.authors)
    yield from _rss_categories(story, plan, at)
    yield f"<description>{escape(story.standfirst)}</description>"
    yield f"<content:encoded><![CDATA[{story_html(story, at)}]]></content:encoded>"
    if story.photo:
        yield _media(story.photo, at)
        if plan.enclosures:
            yield f'<enclosure url="{escape(at.photo(story.photo))}" length="{story.photo.size}" type="image/webp"/>'


def _rss_categories(story: Story, plan: FeedPlan, at: Addresses) -> Iterator[str]:
    """The main feed prints bare terms, section feeds give each a domain."""
    yield f'<category domain="{at.root}/section">{escape(story.section.capitalize())}</category>'
    for tag in story.tags:
        domain = f' domain="{at.tag(tag)}"' if plan.region else ""
        yield f"<category{domain}>{escape(tag)}</category>"


def _atom(magazine: Magazine, plan: FeedPlan, printed: Sequence[Printed], at: Addresses, touched: datetime) -> str:
    lines = [
        ATOM_HEAD,
        f"<title>{escape(plan.title)}</title>",
        f"<subtitle>{escape(magazine.motto)}</subtitle>",
        f"<id>{at.root}/{plan.path}</id>",
        f'<link rel="self" type="{TYPES["atom"]}" href="{at.root}/{plan.path}"/>',
        f'<link rel="alternate" type="text/html" href="{at.root}/"/>',
        f"<updated>{touched.isoformat(timespec='seconds')}</updated>",
    ]
    for each in printed:
        lines += ["<entry>", *_atom_entry(each, plan, at), "</entry>"]
    return "\n".join([*lines, "</feed>", ""])


def _atom_entry(each: Printed, plan: FeedPlan, at: Addresses) -> Iterator[str]:
    story = each.story
    yield f'<title type="html">{escape(escape(story.title, quote=False))}</title>'
    yield f'<link rel="alternate" type="text/html" href="{escape(at.tracked(story, plan.key))}"/>'
    yield f"<id>tag:far-harbour.example,2026:post-{story.number}</id>"
    yield f"<published>{each.published.isoformat(timespec='seconds')}</published>"
    yield f"<updated>{each.touched.isoformat(timespec='seconds')}</updated>"
    yield from (f"<author><name>{escape(author)}</name></author>" for author in story.authors)
    for term in (story.section.capitalize(), *story.tags):
        yield f'<category scheme="{at.tag(term)}" term="{escape(term.lower())}" label="{escape(term)}"/>'
    yield f"<summary>{escape(story.standfirst)}</summary>"
    yield f'<content type="html">{escape(story_html(story, at))}</content>'
    if story.photo and plan.enclosures:  # then alt text and credit are in the figure alone
        url = escape(at.photo(story.photo))
        yield f'<link rel="enclosure" type="image/webp" length="{story.photo.size}" href="{url}"/>'
    elif story.photo:
        yield _media(story.photo, at)


def _json(magazine: Magazine, plan: FeedPlan, printed: Sequence[Printed], at: Addresses, touched: datetime) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": plan.title,
        "description": magazine.motto,
        "home_page_url": f"{at.root}/",
        "feed_url": f"{at.root}/{plan.path}",
        "language": "en-GB",
        "items": [_json_item(each, plan, at) for each in printed],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _json_item(each: Printed, plan: FeedPlan, at: Addresses) -> dict[str, object]:
    story = each.story
    item: dict[str, object] = {
        "id": str(story.number),
        "url": at.tracked(story, plan.key),
        "title": story.title,
        "summary": story.standfirst,
        "content_html": story_html(story, at),
        "date_published": each.published.isoformat(timespec="seconds"),
        "date_modified": each.touched.isoformat(timespec="seconds"),
        "authors": [{"name": author} for author in story.authors],
        "tags": [story.section.capitalize(), *story.tags],
    }
    return item | ({"image": at.photo(story.photo)} if story.photo else {})


def _media(photo: Photo, at: Addresses) -> str:
    url, alt, credit = escape(at.photo(photo)), escape(photo.alt), escape(photo.credit)
    return (
        f'<media:content url="{url}" medium="image" type="image/webp" width="{WIDTH}" height="{HEIGHT}">'
        f'<media:title type="plain">{alt}</media:title><media:description type="plain">{alt}</media:description>'
        f'<media:credit role="photographer">{credit}</media:credit></media:content>'
    )


def _figure(photo: Photo, at: Addresses) -> str:
    return (
        f'<figure><img src="{escape(at.photo(photo))}" alt="{escape(photo.alt)}" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<figcaption><small class="image-media media-photo-credit">{escape(photo.credit)}</small></figcaption>'
        "</figure>"
    )


def _paragraph(text: str) -> str:
    """A paragraph of a story's file: `> ` before a quotation, asterisks round what is stressed."""
    stressed = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", escape(text.removeprefix("> "), quote=False))
    return f"<blockquote><p>{stressed}</p></blockquote>" if text.startswith("> ") else f"<p>{stressed}</p>"
