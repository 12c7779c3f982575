"""Which article an entry is: by guid or canonical link, whichever was seen before; a date never decides.

Every article carries all names it may be known by ("guid:…", "url:…"; "print:…" for an entry with neither). Which of
them are not to be trusted in a feed is its policy.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from bot.intake.addresses import canonical, tidy
from bot.intake.policy import Policy, marked
from bot.model import Article, Entry, Feed

TRUSTING = Policy()
_LONGEST = 300  # characters of a name; what is longer is known by its hash
NAMELESS = "Untitled"


@dataclass(frozen=True, slots=True)
class Row:
    """An item as far as it matters for telling it from others."""

    guid: str
    link: str
    title: str


def identify(entry: Entry, feed: Feed, source_name: str, now: datetime, policy: Policy = TRUSTING) -> Article | None:
    """The article that an entry prints, or None when nothing in the entry could tell it from another."""
    names = keys(entry, policy)
    if not names:
        return None
    published = min(entry.published, now) if entry.published else None
    return Article(
        title=entry.title or entry.teaser[:120] or NAMELESS,
        url=tidy(entry.link),
        owner=feed.owner,
        teaser=entry.teaser,
        text=entry.text,
        authors=entry.authors,
        tags=entry.tags,
        feeds=(feed.url,),
        image=entry.image,
        published=published,
        seen=now,
        updated=min(entry.updated, now) if entry.updated else None,
        language=entry.language,
        source_name=feed.title or source_name,
        keys=names,
    )


def keys(entry: Entry, policy: Policy = TRUSTING) -> tuple[str, ...]:
    """All names by which this entry's article is known, as far as they are trusted."""
    chains = {"guid": guid_keys(entry.guid), "url": url_keys(entry.link)}
    found = {kind: _trusted(chain, policy.names) for kind, chain in chains.items()}
    named = {kind: name for kind, name in found.items() if name}
    trusted = tuple(name for kind, name in named.items() if kind not in policy.distrusted)
    return trusted or tuple(named.values()) or _print(entry)


def _trusted(chain: list[str], shared: frozenset[str]) -> str:
    if not shared:
        return chain[0] if chain else ""
    return next((name for name in chain if short(name) not in shared), "")


def guid_keys(guid: str) -> list[str]:
    """A guid's names, the most forgiving first: one that looks like an address is compared like one."""
    guid = guid.strip()
    if not guid:
        return []
    like_address = canonical(guid)
    return [_name("guid:", like_address), _name("guid:", guid)] if like_address else [_name("guid:", guid)]


def url_keys(link: str) -> list[str]:
    """A link's names: canonical; with the fragment where that tells two apart; as printed."""
    plain = canonical(link)
    if not plain:
        return []
    return list(dict.fromkeys(_name("url:", each) for each in (plain, canonical(link, fragment=True), link.strip())))


def shared_names(rows: Iterable[Row]) -> frozenset[str]:
    """Names, shortened, that one document gives to different articles (not to one article listed twice)."""
    groups: dict[str, list[Row]] = defaultdict(list)
    exact: set[str] = set()
    for row in rows:
        for chain in (guid_keys(row.guid), url_keys(row.link)):
            exact.update(chain[-1:])
            for name in chain:
                groups[name].append(row)
    shared = (name for name, group in groups.items() if len(group) > 1 and _differ(name, group))
    return frozenset(marked(name, short(name), name in exact) for name in shared)


def short(name: str) -> str:
    """A name's hash, small enough to remember many."""
    return blake2b(name.encode("utf-8", "replace"), digest_size=6).hexdigest()


def is_repeated(rows: Collection[Row]) -> bool:
    """Whether any guid or link stands for more than one item."""
    return not (_all_differ([row.guid for row in rows]) and _all_differ([row.link for row in rows]))


def digest(article: Article) -> bytes:
    """A hash of what is shown of an article, and of its names, so that a new one is kept beside the old.

    Not of its dates, nor of how its picture's address is signed today.
    """
    image = article.image
    shown: Iterator[str] = iter(
        (
            *article.keys, article.title, article.url, article.teaser, article.text, *article.authors,
            *(f"{tag.scheme}|{tag.term}" for tag in article.tags),
            *((image.url.partition("?")[0], image.alt, image.credit) if image else ()),
        )
    )  # fmt: skip
    return blake2b("\x1f".join(shown).encode("utf-8", "replace"), digest_size=16).digest()


def _all_differ(texts: list[str]) -> bool:
    """Whether no two of these are one name: by their last part alone where that is enough, for this is done often."""
    printed = [text for text in texts if text]
    rough = {_last_part(text) for text in printed}
    if "" not in rough and len(rough) == len(printed):
        return True
    exact = [canonical(text) or text.strip() for text in printed]
    return len(set(exact)) == len(exact)


def _last_part(text: str) -> str:
    """What stands last in an address's path, or ""; two addresses with another last part are never the same."""
    path = text.partition("#")[0].partition("?")[0].strip().rstrip("/")
    last = path.rpartition("/")[2]
    return "" if "%" in last or last.startswith(("index.", "amp")) or ".amp." in last else last


def _differ(name: str, group: list[Row]) -> bool:
    """Whether items under one name are different articles: other words, and another guid or link."""
    titles = {" ".join(row.title.casefold().split()) or str(index) for index, row in enumerate(group)}
    if len(titles) < 2:
        return False
    links, guids = {row.link.strip() for row in group}, [row.guid.strip() for row in group]
    if name.startswith("guid:"):
        return len(links) > 1 or len(set(guids)) > 1
    return len(set(guids)) > 1 or not any(guids)


def _print(entry: Entry) -> tuple[str, ...]:
    """The last resort: headline and date, or else headline and standfirst."""
    second = entry.published.isoformat() if entry.published else entry.teaser
    if not entry.title or not second:
        second = entry.teaser
    if not (entry.title or second):
        return ()
    return ("print:" + blake2b(f"{entry.title}\x1f{second}".encode("utf-8", "replace"), digest_size=16).hexdigest(),)


def _name(kind: str, text: str) -> str:
    if len(text) > _LONGEST:
        text = "#" + blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return kind + text
