"""A press that behaves at random, step by step, and servers that answer as they please."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from hashlib import blake2b
from random import Random

from tests.fakes import Answer, Asked, Clock
from tests.press import Item, index, of_news, rss

TAGS = {"africa": "Africa", "asia-pacific": "Asia-Pacific"}
FEWEST = 2  # items of a paper whose items share a guid or a link, until that has been seen
MOST = 12  # items of a document
NUMBERED = ("numbered", "numbered too")  # two publishers who count from one, and print no links
SHARING = ("one link", "one guid")
ODD = (
    "404", "410", "429", "429 until", "500", "503", "page", "empty", "cut", "torn", "torn", "unclosed", "bad gzip",
    "charset", "301", "301", "302", "307", "308", "circle", "gzip", "unasked 304",
)  # fmt: skip
PARTS = 2  # sitemaps of an index
ODD_INDEX = ("404", "429", "500", "503", "page", "empty")
ODD_PART = ("404", "500", "page", "empty", "cut", "half")
VALIDATORS = ("none", "tag", "date", "both", "same tag", "stuck")


@dataclass
class Story:
    """An article as its publisher knows it: what it is now, and where it lies."""

    number: int
    regions: tuple[str, ...]
    guid: str
    slug: str
    item: Item
    spelling: int = 0

    @property
    def link(self) -> str:
        return SPELLINGS[self.spelling](self.slug) if self.slug else ""

    @property
    def print(self) -> Item:
        tags = "".join(f"<category>{TAGS[each]}</category>" for each in self.regions)
        return self.item.but(guid=self.guid, link=self.link, more=tags)


SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda slug: f"https://{slug}/",
    lambda slug: f"http://{slug}/",
    lambda slug: f"https://{slug}",
    lambda slug: f"https://www.{slug}/",
    lambda slug: f"https://{slug}/?utm_source=rss&utm_medium=feed",
    lambda slug: f"https://{slug}/#0",
)


@dataclass
class Paper:
    """One feed, what it prints, and how its server fares."""

    name: str
    host: str
    site: str
    listed: list[int] = field(default_factory=list)  # newest first
    away: list[int] = field(default_factory=list)  # left out for a while
    mood: str = "well"
    validators: str = "none"
    served: list[tuple[str, dict[int, Item]]] = field(default_factory=list)  # how it ended, and what was in it
    parts: list[str] = field(default_factory=list)  # of an index of sitemaps: how the server of each fares
    answered: set[int] = field(default_factory=set)  # which of them have been had

    @property
    def paths(self) -> list[str]:
        return [self.path, f"/moved{self.path}", *(f"{self.path}-{number}" for number in range(len(self.parts)))]

    def said(self) -> list[tuple[str, dict[int, Item]]]:
        """The last document, or what an index leads to; nothing where nothing was said."""
        if self.parts and self.served:
            return [("whole", {number: item for _, items in self.served for number, item in items.items()})]
        return self.served[-1:]

    def printed(self, story: "Story") -> Item:
        """As it stands there: a sitemap says little."""
        return story.print.but(guid="", teaser="", more="") if self.parts else story.print

    @property
    def path(self) -> str:
        return "/" + self.name.replace(" ", "-")


class Press:
    """All papers. What happens is drawn from `chance`; `recognisable` says which change of names can be followed."""

    def __init__(self, chance: Random, clock: Clock, recognisable: Callable[..., bool]) -> None:
        self.chance = chance
        self.clock = clock
        self.recognisable = recognisable
        self.stories: dict[int, Story] = {}
        self.may_shrink: set[str] = set()
        self.papers = [
            Paper("main", "mag.test", "mag"), Paper("section", "mag.test", "mag"),
            Paper("plain", "plain.test", "plain"),
            *(Paper(name, f"{name.replace(' ', '')}.test", name) for name in (*NUMBERED, *SHARING, "no guid", "bare")),
            Paper("map", "map.test", "map", parts=["well"] * PARTS),
        ]  # fmt: skip
        for paper in self.papers:
            for _ in range(4):
                self.new(paper)

    def happens(self, paper: Paper) -> None:
        """One thing."""
        events = [self.new, self.new, self.retitle, self.take_back, self.drop, self.bring_back, self.shuffle]
        events += [self.rename, self.redate, self.empty, self.refill, self.take_up]
        self.chance.choice(events)(paper)

    def new(self, paper: Paper) -> None:
        number = len(self.stories)
        guid, slug = f"id-{number}", f"{paper.site.replace(' ', '')}.test/story-{number}"
        if paper.name in NUMBERED:
            guid, slug = f"{len(paper.listed) + len(paper.away) + 1}", ""
        elif paper.name == "one link":
            slug = "onelink.test/feeds"
        elif paper.name == "one guid":
            guid = "feed"
        elif paper.name == "no guid" or paper.parts:
            guid = ""
        elif paper.name == "bare":
            guid = slug = ""
        age = self.chance.choice([timedelta(minutes=3), timedelta(hours=30), timedelta(days=5), timedelta(days=400)])
        dated = paper.name == "bare" or self.chance.random() < 0.8
        item = Item(
            f"Story {number:04}, édition 0",
            date=self.clock.now() - age + timedelta(seconds=number) if dated else None,
            teaser=self.chance.choice([f"What story {number} says.", f"What story {number} says.", ""]),
        )
        regions = self.chance.choice([(), ("africa",), ("asia-pacific",), ("africa", "asia-pacific")])
        self.stories[number] = Story(number, regions, guid, slug, item)
        paper.listed.insert(self.chance.choice([0, 0, len(paper.listed)]), number)
        if len(paper.listed) > MOST:
            paper.away.append(paper.listed.pop(self.chance.randrange(len(paper.listed))))

    def retitle(self, paper: Paper) -> None:
        story = self.one_of(paper)
        if story is not None and paper.name != "bare":
            edition = f"édition {self.chance.randrange(4)}"
            changed = {"title": f"Story {story.number:04}, {edition}"}
            if self.chance.random() < 0.5:
                changed = {"teaser": f"What story {story.number} says in {edition}."}
            story.item = story.item.but(**changed)

    def take_back(self, paper: Paper) -> None:
        story = self.one_of(paper)
        if story is not None and paper.name != "bare":
            story.item = story.item.but(title=f"Story {story.number:04}, édition 0")

    def redate(self, paper: Paper) -> None:
        story = self.one_of(paper)
        if story is not None and paper.name != "bare":
            story.item = story.item.but(date=self.chance.choice([None, self.clock.now()]))

    def rename(self, paper: Paper) -> None:
        """Another spelling of the address; another address under the same guid; another guid at the same address."""
        story = self.one_of(paper)
        if story is None or not story.slug or paper.name == "one link":
            return
        story.spelling = self.chance.randrange(len(SPELLINGS))
        if paper.site not in ("mag", "plain"):
            return
        mark = self.chance.randrange(1000)
        guid, slug = self.chance.choice(
            [(story.guid, f"{story.slug}-{mark}"), (f"id-{story.number}-{mark}", story.slug), (story.link, story.slug)]
        )
        if self.recognisable(story, guid, slug):
            story.guid, story.slug = guid, slug

    def drop(self, paper: Paper) -> None:
        if len(paper.listed) > FEWEST or (paper.listed and paper.name in self.may_shrink):
            paper.away.append(paper.listed.pop(self.chance.randrange(len(paper.listed))))

    def bring_back(self, paper: Paper) -> None:
        if paper.away:
            paper.listed.append(paper.away.pop(self.chance.randrange(len(paper.away))))

    def shuffle(self, paper: Paper) -> None:
        if self.chance.random() < 0.5:
            paper.listed.reverse()
        else:
            self.chance.shuffle(paper.listed)

    def empty(self, paper: Paper) -> None:
        if paper.name in self.may_shrink and self.chance.random() < 0.3:
            paper.away += paper.listed
            paper.listed = []

    def refill(self, paper: Paper) -> None:
        while paper.away and len(paper.listed) < MOST:
            paper.listed.append(paper.away.pop())

    def take_up(self, paper: Paper) -> None:
        """The other paper of a site prints it as well."""
        story = self.one_of(paper)
        for other in self.papers:
            if story and other.site == paper.site and other is not paper and len(other.listed) < MOST:
                known = story.number in (*other.listed, *other.away)
                if not known and self.recognisable(story, story.guid, story.slug, other.name):
                    other.listed.append(story.number)

    def one_of(self, paper: Paper) -> Story | None:
        return self.stories[self.chance.choice(paper.listed)] if paper.listed else None

    # --- its servers ----------------------------------------------------------------------------------------------

    def document(self, paper: Paper) -> bytes:
        if paper.parts:
            return index((f"{paper.path}-{number}", "") for number in range(PARTS))
        return rss(*(self.stories[number].print for number in paper.listed), title=paper.name)

    def fares(self, paper: Paper) -> None:
        """How its servers do from now on."""
        paper.mood = self.chance.choice(ODD_INDEX if paper.parts else ODD) if self.chance.random() < 0.3 else "well"
        if (paper.name, paper.mood) == ("bare", "charset"):
            paper.mood = "well"  # its words are all that tells its items apart: other words are other items
        if self.chance.random() < 0.1:
            paper.validators = self.chance.choice(("none", "tag", "date") if paper.parts else VALIDATORS)
        paper.parts = [self.chance.choice(ODD_PART) if self.chance.random() < 0.3 else "well" for _ in paper.parts]

    def answer(self, paper: Paper, asked: Asked) -> Answer:
        """What the server of a paper says now."""
        number = asked.path.rpartition("-")[2]
        if paper.parts and number.isdigit():
            return self.part(paper, int(number), asked)
        moved = asked.path.startswith("/moved")
        match paper.mood:
            case "301" | "302" | "307" | "308" if not moved:
                return Answer(status=int(paper.mood), headers={"Location": f"/moved{paper.path}"})
            case "circle":
                return Answer(status=302, headers={"Location": paper.path if moved else f"/moved{paper.path}"})
            case "404" | "410" | "500" | "503":
                return Answer(b"<p>Sorry</p>", int(paper.mood), {"ETag": '"trouble"'})
            case "429":
                return Answer(status=429, headers={"Retry-After": str(self.chance.choice([5, 1200, 90_000]))})
            case "429 until":
                until = self.clock.now() + timedelta(hours=self.chance.choice([-1, 3]))
                return Answer(status=429, headers={"Retry-After": format_datetime(until, usegmt=True)})
            case "page":
                return Answer(b"<!doctype html><html><title>Log in</title></html>", headers={"ETag": '"page"'})
            case "empty":
                return Answer(b"", headers={"ETag": '"nothing"'})
            case "unasked 304" if "If-None-Match" not in asked.headers and "If-Modified-Since" not in asked.headers:
                return Answer(status=304, headers={"ETag": self.tag(paper)})
        return self.prints(paper, asked)

    def prints(self, paper: Paper, asked: Asked) -> Answer:
        """Its document, as its server sends that."""
        body, headers = self.document(paper), self.headers(paper)
        if paper.parts:
            return Answer(status=304, headers=headers) if _is_held(headers, asked) else Answer(body, headers=headers)
        held = asked.headers.get("If-None-Match"), asked.headers.get("If-Modified-Since")
        if paper.validators == "stuck" and held != (None, None):
            return Answer(status=304, headers=headers)
        if paper.mood in ("cut", "bad gzip"):
            broken = Answer(b"\x1f\x8b\x08" + body, headers=headers | {"Content-Encoding": "gzip"})
            return broken if paper.mood == "bad gzip" else Answer(body, headers=headers, cut=len(body) // 2)
        if paper.mood == "torn":
            return self.tears(paper, body, headers)
        if paper.mood == "unclosed" and paper.listed:
            paper.served.append(("unclosed", {n: self.stories[n].print for n in paper.listed}))
            return Answer(body[: body.rindex(b"</item>") + 7], headers=headers)
        if paper.mood == "charset":
            paper.served.append(("whole", {n: garbled(self.stories[n].print) for n in paper.listed}))
            return Answer(body, headers={"Content-Type": "text/xml; charset=windows-1251"})
        if headers and paper.validators != "same tag" and held == (headers.get("ETag"), headers.get("Last-Modified")):
            return Answer(status=304, headers=headers)
        paper.served.append(("whole", {n: self.stories[n].print for n in paper.listed}))
        if paper.mood == "gzip":
            return Answer(gzip.compress(body), headers=headers | {"Content-Encoding": "gzip"})
        return Answer(body, headers=headers)

    def part(self, paper: Paper, number: int, asked: Asked) -> Answer:
        """One sitemap of an index."""
        listed = [each for each in paper.listed if each % PARTS == number]
        body = of_news(*(self.stories[each].print for each in listed))
        headers = {"ETag": f'"{blake2b(body, digest_size=6).hexdigest()}"'} if paper.validators != "none" else {}
        match paper.parts[number]:
            case "404" | "500" as status:
                return Answer(b"<p>Sorry</p>", int(status), {"ETag": '"trouble"'})
            case "page":
                return Answer(b"<!doctype html><html><title>Log in</title></html>", headers=headers)
            case "empty":
                return Answer(b"", headers=headers)
            case "half":
                return Answer(body[: len(body) - self.chance.randrange(10, 60)], headers=headers)
            case "cut":
                return Answer(body, headers=headers, cut=len(body) // 2)
        paper.answered.add(number)
        if _is_held(headers, asked):
            return Answer(status=304, headers=headers)
        paper.served.append(("whole", {each: paper.printed(self.stories[each]) for each in listed}))
        return Answer(body, headers=headers)

    def tears(self, paper: Paper, body: bytes, headers: dict[str, str]) -> Answer:
        """A document that ends within an item, whose tag is that of the whole."""
        here = self.chance.randrange(len(paper.listed)) if paper.listed else -1
        paper.served.append(("torn", {n: self.stories[n].print for n in paper.listed[: max(here, 0)]}))
        if here < 0:
            return Answer(body[:-20], headers=headers)
        began = body.index(f"<title>Story {paper.listed[here]:04}".encode())
        return Answer(body[: self.chance.randrange(began, body.index(b"</item>", began) + 7)], headers=headers)

    def headers(self, paper: Paper) -> dict[str, str]:
        tag, date = {"ETag": self.tag(paper)}, {"Last-Modified": self.tag(paper)}
        return {"none": {}, "tag": tag, "date": date, "both": tag | date}.get(paper.validators, {"ETag": '"same"'})

    def tag(self, paper: Paper) -> str:
        return f'"{blake2b(self.document(paper), digest_size=6).hexdigest()}"'


def _is_held(headers: dict[str, str], asked: Asked) -> bool:
    held = asked.headers.get("If-None-Match"), asked.headers.get("If-Modified-Since")
    return bool(headers) and held == (headers.get("ETag"), headers.get("Last-Modified"))


def garbled(item: Item) -> Item:
    """What nobody need be able to read, for its letters are not those that the server says."""
    return item.but(title="?", teaser=item.teaser if item.teaser.isascii() else "?")
