"""An index of sitemaps is read through its newest parts, each asked as politely as a feed of its own."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.intake.addresses import spoken
from bot.intake.fetch import Fetcher
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


class Indexes:
    """Reads what an index leads to."""

    def __init__(self, fetcher: Fetcher, reading: Reading) -> None:
        self._fetcher = fetcher
        self._reading = reading

    async def whole(self, found: Parsed, unchecked: str = "") -> Parsed:
        """What a document says, with its parts if it is an index. Raises Unusable when these bring no news."""
        if not found.parts:
            return found
        whole, _ = await self.parts(newest(found.parts), (), unchecked)
        if not whole.count:
            raise Unusable("not-a-feed", "The sitemaps named there bring no news.")
        return whole

    async def parts(
        self, addresses: Sequence[str], remembered: Sequence[str], unchecked: str = ""
    ) -> tuple[Parsed, tuple[str, ...]]:
        """What the parts say that have changed, and all of them to be remembered. Raises Unusable when none answers."""
        known = {part.url: part for part in map(_read, remembered)}
        asked: list[_Part] = []
        entries: list[Entry] = []
        title, answered, trouble = "", False, Unusable("empty", "The index names no sitemaps.")
        for address in addresses:
            part = known.get(address, _Part(address))
            try:
                part, parsed = await self._one(part, unchecked)
            except Unusable as error:
                log.info("could not read a part url=%s error=%s", spoken(address), error)
                trouble, parsed = error, Parsed()
            else:
                answered = True
            asked.append(part)  # also one that fails now, so that it is asked again though the index stays as it is
            entries += parsed.entries
            title = title or parsed.title
        if not answered:
            raise trouble
        shared = shared_names(Row(each.guid, each.link, each.title) for each in entries)
        count = sum(part.count for part in asked)
        return Parsed(INDEX, tuple(entries), title, count=count, shared=shared, sitemap=True), tuple(
            map(_written, asked)
        )

    async def part(self, address: str, unchecked: str = "") -> Parsed:
        """What one of an index's sitemaps says. Raises Unusable."""
        return (await self._one(_Part(address), unchecked))[1]

    async def _one(self, part: _Part, unchecked: str) -> tuple[_Part, Parsed]:
        fetched = await self._fetcher.fetch(part.url, etag=part.etag, modified=part.modified, unchecked=unchecked)
        if fetched.status == "unchanged":
            return part, Parsed()
        if fetched.document is None:
            raise Unusable(fetched.status, fetched.error)
        parsed = await self._reading.anything(fetched.document)
        headers = fetched.headers
        part = replace(part, etag=headers.get("etag"), modified=headers.get("last-modified"), count=len(parsed.entries))
        return part, parsed if parsed.sitemap else Parsed()


def remembered_addresses(remembered: Sequence[str]) -> tuple[str, ...]:
    """Where the parts lie."""
    return tuple(_read(each).url for each in remembered)


def _read(text: str) -> _Part:
    url, etag, modified, count = json.loads(text)
    return _Part(url, etag, modified, count)


def _written(part: _Part) -> str:
    return json.dumps([part.url, part.etag, part.modified, part.count], ensure_ascii=False)
