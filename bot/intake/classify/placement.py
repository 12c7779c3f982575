"""What the classifier answers: the regions of an article, and every word that spoke for them."""

from typing import Literal, NamedTuple

Where = Literal["title", "teaser", "body", "tag", "url", "feed"]
Rule = Literal["tag", "section", "feed", "text", "default", "none"]


class Match(NamedTuple):
    """Words that speak for a region, and where they stand."""

    words: str  # as the text has them
    place: str  # the code in places.tsv; empty when a tag or a feed named the region itself
    region: str
    where: Where
    weight: float
    start: int  # offset in that field


class Placement(NamedTuple):
    """The regions of one article."""

    regions: tuple[str, ...]  # strongest first; empty when nothing speaks for any
    confidence: float  # 0 to 1
    rule: Rule  # which evidence decided
    why: tuple[Match, ...] = ()
    runner_up: str | None = None  # the region that came next, whether or not it is among the regions
    shares: tuple[tuple[str, float], ...] = ()  # how the text's weight is spread over regions, largest first
    unmapped: tuple[str, ...] = ()  # tags that nobody mapped: the admins are asked about them
