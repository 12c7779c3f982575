"""A news sitemap is a source in its own right: the last two days of a site's articles."""

from collections.abc import Iterator

from lxml import etree

from bot.intake import text
from bot.intake.addresses import join
from bot.intake.dates import read_date
from bot.model import Entry, Image, Tag


def entries(root: etree._Element, base: str, most: int) -> Iterator[Entry]:
    """The <url>s that have a <news:news>."""
    for node in list(_children(root, "url"))[:most]:
        news = next(_children(node, "news"), None)
        if news is None:
            continue
        address = join(base, _text(node, "loc"))
        picture = next(_children(node, "image"), None)
        shown = join(base, _text(picture, "loc")) if picture is not None else ""
        published = next(_children(news, "publication"), None)
        yield Entry(
            title=text.line(_text(news, "title"))[:500],
            link=address,
            guid=address,
            tags=tuple(Tag(word.strip()) for word in _text(news, "keywords").split(",") if word.strip())[:50],
            image=Image(shown, text.line(_text(picture, "caption"))[:500]) if picture is not None and shown else None,
            published=read_date(_text(news, "publication_date")),
            updated=read_date(_text(node, "lastmod")),
            language=_text(published, "language")[:20] if published is not None else "",
        )


def _children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in node if isinstance(each.tag, str) and etree.QName(each).localname == name)


def _text(node: etree._Element, name: str) -> str:
    found = next(_children(node, name), None)
    return "".join(str(each) for each in found.itertext()).strip() if found is not None else ""
