"""The magazine's own pages: a front page that names its feeds, and a page for each story with its metadata."""

from collections.abc import Sequence
from datetime import UTC
from html import escape

from bot.newsroom.addresses import Addresses
from bot.newsroom.desk import Printed
from bot.newsroom.feeds import HEIGHT, TYPES, WIDTH, story_html
from bot.newsroom.stories import FeedPlan, Magazine, Story

STYLE = """
body { margin: 0; background: #f6f2ea; color: #21262c; font: 19px/1.6 Georgia, "DejaVu Serif", serif }
header, main, footer { max-width: 44rem; margin: 0 auto; padding: 1.2rem 1.2rem 0 }
header { border-bottom: 3px double #21262c; padding-bottom: .6rem }
header a { color: inherit; text-decoration: none; font-weight: bold; letter-spacing: .02em }
header span, footer, figcaption, .by, .label { color: #6b6459; font-size: .8em }
.label { text-transform: uppercase; letter-spacing: .12em }
h1 { line-height: 1.15; margin: .4rem 0 } h2 { line-height: 1.25; margin: .2rem 0 }
h2 a { color: inherit; text-decoration: none } h2 a:hover { text-decoration: underline }
.standfirst { font-size: 1.12em; font-style: italic; margin: .4rem 0 }
figure { margin: 1.2rem 0 } img { width: 100%; height: auto; display: block }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid #b5532f }
article.card { padding: 1rem 0; border-bottom: 1px solid #d8d0c2 } footer { padding-bottom: 3rem }
"""


def front_page(magazine: Magazine, printed: Sequence[Printed], at: Addresses) -> str:
    """The newest stories, and every feed as `<link rel=alternate>`."""
    feeds = "".join(_alternate(plan, at) for plan in magazine.feeds)
    cards = "".join(_card(each, at) for each in printed)
    head = f"<title>{escape(magazine.name)}</title>{feeds}"
    return _page(magazine, head, cards, at)


def story_page(magazine: Magazine, each: Printed, at: Addresses) -> str:
    """One story: what other sites need is in `og:` and `article:` properties."""
    story = each.story
    main = (
        f'<p class="label">{escape(_label(story))}</p><h1>{escape(story.title)}</h1>'
        f'<p class="standfirst">{escape(story.standfirst)}</p><p class="by">{_byline(each)}</p>{story_html(story, at)}'
    )
    return _page(magazine, _story_head(magazine, each, at), main, at)


def _page(magazine: Magazine, head: str, main: str, at: Addresses) -> str:
    return (
        f'<!doctype html><html lang="en-GB" prefix="og: https://ogp.me/ns#"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{head}<style>{STYLE}</style></head><body>'
        f'<header><a href="{at.root}/">{escape(magazine.name)}</a><br><span>{escape(magazine.motto)}</span></header>'
        f"<main>{main}</main><footer><p>{escape(magazine.about)}</p></footer></body></html>\n"
    )


def _story_head(magazine: Magazine, each: Printed, at: Addresses) -> str:
    story = each.story
    properties = [
        ("og:type", "article"),
        ("og:site_name", magazine.name),
        ("og:url", at.page(story)),
        ("og:title", story.title),
        ("og:description", story.standfirst),
        ("article:published_time", each.published.isoformat(timespec="seconds")),
        ("article:modified_time", each.touched.isoformat(timespec="seconds")),
        ("article:section", story.section.capitalize()),
        *(("article:author", author) for author in story.authors),
        *(("article:tag", tag) for tag in story.tags),
    ]
    if story.photo:
        properties += [
            ("og:image", at.photo(story.photo)),
            ("og:image:alt", story.photo.alt),
            ("og:image:type", "image/webp"),
            ("og:image:width", str(WIDTH)),
            ("og:image:height", str(HEIGHT)),
        ]
    metas = "".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in properties)
    return (
        f'<title>{escape(story.title)} | {escape(magazine.name)}</title><link rel="canonical" href="{at.page(story)}">'
        f'<meta name="description" content="{escape(story.standfirst)}">{metas}'
    )


def _card(each: Printed, at: Addresses) -> str:
    story = each.story
    photo = story.photo
    image = f'<img src="{escape(at.photo(photo))}" alt="{escape(photo.alt)}" loading="lazy">' if photo else ""
    return (
        f'<article class="card">{image}<p class="label">{escape(_label(story))}</p>'
        f'<h2><a href="{at.page(story)}">{escape(story.title)}</a></h2>'
        f'<p class="standfirst">{escape(story.standfirst)}</p><p class="by">{_byline(each)}</p></article>'
    )


def _alternate(plan: FeedPlan, at: Addresses) -> str:
    return (
        f'<link rel="alternate" type="{TYPES[plan.manner]}" title="{escape(plan.title)}" href="{at.root}/{plan.path}">'
    )


def _label(story: Story) -> str:
    return " | ".join([story.section, *story.tags])


def _byline(each: Printed) -> str:
    return f"{escape(', '.join(each.story.authors))} · {each.published.astimezone(UTC):%d %B %Y, %H:%M} UTC"
