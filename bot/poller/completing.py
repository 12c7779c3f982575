"""What a feed leaves out is read from the article's own page: once, politely, and never for long."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.intake import pages
from bot.intake.addresses import is_redirector, split, spoken
from bot.intake.fetch import PAGE_TYPES, Fetched, Fetcher, unchecked
from bot.intake.pages import Page
from bot.model import Article, Sighting, Tag
from bot.poller.reading import Reading

log = logging.getLogger(__name__)

MOST = 10  # pages for one poll
PATIENCE = 60.0  # seconds for all of them: news must not wait for a picture
PAUSE = timedelta(minutes=15)  # for a host that is too busy to show its pages
EARLY = timedelta(hours=1)  # some feeds print an article before its page is there
WHOLE_PAGE = 2 * 1024 * 1024  # bytes, where the article's whole text is wanted


class Completing:
    """Reads the pages of new articles."""

    def __init__(self, fetcher: Fetcher, reading: Reading) -> None:
        self._fetcher = fetcher
        self._reading = reading

    async def complete(self, sightings: Sequence[Sighting], placed: Sequence[bool], now: datetime) -> list[Sighting]:
        """The same sightings; what they lack is filled where their pages have it. `placed`: its region is known.

        An article whose page turns out to be there no more is marked so.
        """
        done = list(sightings)
        wanting = [
            index
            for index, (each, known) in enumerate(zip(sightings, placed, strict=True))
            if not each.silent and not each.article.late and self._lacks(each, known)
        ]
        try:
            async with asyncio.timeout(PATIENCE):
                for index in wanting[-MOST:]:
                    done[index] = await self._one(done[index], now)
        except TimeoutError:
            log.info("gave up on pages feed=%s", spoken(sightings[0].feed.url))
        return done

    def _lacks(self, sighting: Sighting, placed: bool) -> bool:
        article, feed = sighting.article, sighting.feed
        if not split(article.url) or is_redirector(article.url):
            return False
        return feed.full_text or (feed.pages and not (article.image and article.teaser and placed))

    async def _one(self, sighting: Sighting, now: datetime) -> Sighting:
        full_text, manners = sighting.feed.full_text, self._fetcher.manners
        if manners.is_silent(sighting.article.url):
            return sighting
        fetched = await self._fetcher.fetch(
            sighting.article.url,
            accept=PAGE_TYPES,
            until=b"" if full_text else pages.HEAD_END,
            size=WHOLE_PAGE if full_text else pages.ENOUGH,
            unchecked=unchecked(sighting.feed),
            behalf=sighting.feed.url,
        )
        if fetched.status == "busy" and not manners.is_silent(sighting.article.url):
            manners.hush_for(sighting.article.url, PAUSE)
        if fetched.document is None:
            article = sighting.article
            return (
                replace(sighting, article=replace(article, gone=now)) if _is_gone(fetched, article, now) else sighting
            )
        page = await self._reading.page(fetched.document, full_text)
        return replace(sighting, article=completed(sighting.article, page))


def _is_gone(fetched: Fetched, article: Article, now: datetime) -> bool:
    """Whether its publisher has taken it away: 410 says so; 404 may also mean that the page is not there yet."""
    old = article.published is not None and now - article.published > EARLY
    return fetched.status == "gone" or (fetched.status == "not-found" and old)


def completed(article: Article, page: Page) -> Article:
    """The article with what only its page says; what the feed says stays."""
    image = article.image or page.image
    if image and page.image and not image.alt and image.url == page.image.url:
        image = replace(image, alt=page.image.alt)
    sections = [Tag(page.section, "article:section")] if page.section else []
    told = {tag.term.casefold() for tag in article.tags}
    tags = [
        each
        for each in (*sections, *(Tag(term, "article:tag") for term in page.tags))
        if each.term.casefold() not in told
    ]
    return replace(
        article,
        image=image,
        teaser=article.teaser or page.teaser,
        authors=article.authors or page.authors,
        tags=(*article.tags, *tags),
        text=max(article.text, page.text, key=len),
        published=article.published or page.published,
    )
