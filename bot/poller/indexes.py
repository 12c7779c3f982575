"""An index of sitemaps is read through its newest parts, each asked as politely as a feed of its own."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.intake.addresses import host_of, spoken
from bot.intake.fetch import Fetcher
from bot.intake.files import said_of
from bot.intake.identify import Row, shared_names
from bot.intake.parse import INDEX, Parsed
from bot.intake.sitemap import newest
from bot.model import Entry
from bot.poller.reading import Reading, Unusable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Part:
    """One sitemap of an index, as it was when it was read last."""

    url: str
    etag: str | None = None
    modified: str | None = None
    count: int = 0  # articles in it
    unheard: tuple[int, ...] = ()  # the feeds whose first poll it failed: what it has when it answers is old for them


class Indexes:
    """Reads what an index leads to."""

    def __init__(self, fetcher: Fetcher, reading: Reading) -> None:
        self._fetcher = fetcher
        self._reading = reading

    async def whole(self, found: Parsed, unchecked: str = "", behalf: str = "") -> Parsed:
        """What a document says, with its parts if it is an index. Raises Unusable when these bring no news."""
        if not found.parts:
            return found
        whole, _ = await self.parts(newest(found.parts), (), (), unchecked, behalf)
        if not whole.count:
            raise Unusable("not-a-feed", "The sitemaps named there bring no news.")
        return whole

    async def parts(
        self,
        addresses: Sequence[str],
        remembered: Sequence[str],
        firsts: Sequence[int],
        unchecked: str = "",
        behalf: str = "",
    ) -> tuple[Parsed, tuple[str, ...]]:
        """What the parts say that have changed, and all of them to be remembered. Raises Unusable when none answers.

        `firsts` are the feeds that are polled for the first time: they need every part as a whole. `behalf` is the
        index's own address.
        """
        known = {part.url: part for part in map(_read, remembered)}
        asked: list[_Part] = []
        entries: list[Entry] = []
        unheard: dict[int, frozenset[int]] = {}
        title, answered, trouble = "", False, Unusable("empty", "The index names no sitemaps.")
        for address in addresses:
            part = known.get(address, _Part(address))
            if firsts:
                part = replace(part, etag=None, modified=None, unheard=tuple({*part.unheard, *firsts}))
            try:
                heard, parsed = await self._one(part, unchecked, behalf)
            except Unusable as error:
                log.info("could not read a part url=%s error=%s", spoken(address), error)
                trouble, heard, parsed = error, part, Parsed()
            else:
                answered = True
            asked.append(heard)  # also one that fails now, so that it is asked again though the index stays as it is
            here = frozenset(range(len(entries), len(entries) + len(parsed.entries)))
            unheard |= {feed: unheard.get(feed, frozenset()) | here for feed in part.unheard}
            entries += parsed.entries
            title = title or parsed.title
        if not answered:
            raise trouble
        shared = shared_names(Row(each.guid, each.link, each.title) for each in entries)
        count = sum(part.count for part in asked)
        whole = Parsed(INDEX, tuple(entries), title, count=count, shared=shared, sitemap=True, unheard=unheard)
        asked += [part for part in known.values() if part.unheard and part.url not in addresses]  # until that is over
        return whole, tuple(map(_written, asked))

    async def part(self, address: str, unchecked: str = "") -> Parsed:
        """What one of an index's sitemaps says. Raises Unusable."""
        return (await self._one(_Part(address), unchecked))[1]

    async def _one(self, part: _Part, unchecked: str, behalf: str = "") -> tuple[_Part, Parsed]:
        fetched = await self._fetcher.fetch(
            part.url, etag=part.etag, modified=part.modified, unchecked=unchecked, behalf=behalf
        )
        if fetched.status == "unchanged":
            return part, Parsed()
        if fetched.document is None:
            raise Unusable(fetched.status, fetched.error)
        parsed = await self._reading.anything(fetched.document)
        if not parsed.sitemap:  # also one that breaks off: its validators would keep from us what is missing
            raise Unusable(
                "not-a-feed", f"{host_of(part.url)} sends {said_of(fetched.document.body, parsed.html, False)}."
            )
        validators = fetched.headers.get("etag"), fetched.headers.get("last-modified")
        return _Part(part.url, *validators, len(parsed.entries)), parsed


def remembered_addresses(remembered: Sequence[str]) -> tuple[str, ...]:
    """Where the parts lie."""
    return tuple(_read(each).url for each in remembered)


def asked_anew(remembered: Sequence[str]) -> tuple[str, ...]:
    """The same parts, each to be asked for as a whole."""
    return tuple(_written(replace(_read(each), etag=None, modified=None)) for each in remembered)


def _read(text: str) -> _Part:
    url, etag, modified, count, *unheard = json.loads(text)
    return _Part(url, etag, modified, count, tuple(unheard))


def _written(part: _Part) -> str:
    return json.dumps([part.url, part.etag, part.modified, part.count, *part.unheard], ensure_ascii=False)
