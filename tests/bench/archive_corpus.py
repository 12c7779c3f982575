"""Makes an archive of any size: invented words in Zipf's proportions, with the structure that real news has.

It packs as real text does, no better: `python -m tests.bench.archive_corpus` shows both. An article of some 585 words
(beside it TIME's of 1963, printed in lower case) has 336 different words (315); zlib makes 2.78 bytes of each (2.81),
zstd with a dictionary of 64 KB that was made of other articles 2.17 (2.18).
"""

import json
import lzma
import math
import os
import random
import zlib
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from backports import zstd

from bot.archive.search import normal
from bot.model import Article, Image

START = datetime(2021, 1, 1, tzinfo=UTC)
YEARS = 5
NOW = START + timedelta(days=365.25 * YEARS)  # when all of it has appeared
_POOL, _SENTENCE = 20_000, 22  # sentences to draw from, and their words
_STORIES, _OF_STORY = 50, 20  # each region's running stories, and sentences about each
_NAMES = 8  # in one article, hardly ever used in others
_COMMON = 2_000  # words that all know well; names come after them
_KNEE, _STEEPER = 3_000, 0.8  # rarer words than that are rarer still than Zipf says
_FOLLOWS, _FOLLOWERS = 0.18, 4  # so many words follow from the one before, which has so many that may
_TOPICAL, _OWN = 0.15, 0.08  # of a sentence's words its story's, its region's
_BANDS = {"very common": (20, 100), "common": (350, 1_500), "mid": (12_000, 20_000), "rare": (45_000, 110_000)}
_ONSETS = ("b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "w", "st", "tr", "pr", "ch", "br", "th")
_VOWELS = ("a", "e", "i", "o", "u", "a", "e", "ea", "ou", "io")
_CODAS = ("n", "r", "s", "l", "t", "m", "d", "nd", "rt", "ck", "st", "ng")
_ENDINGS = ("", "", "", "", "", "s", "ed", "ing", "er", "al")


@dataclass(frozen=True)
class Shape:
    """How large a corpus is, and of what."""

    articles: int = 100_000
    words: int = 400_000  # different ones that may occur
    regions: int = 30
    feeds: int = 300
    authors: int = 2_000
    body: int = 587  # words, on average
    seed: int = 7


class Corpus:
    """Articles one after another, the same for the same shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._random = random.Random(shape.seed)
        self.vocabulary = list(islice(_invented(self._random), shape.words))
        weights = (
            1 / (rank + 2.7) * (1 if rank < _KNEE else (_KNEE / rank) ** _STEEPER) for rank in range(shape.words)
        )
        self._weights = list(accumulate(weights))
        self._followers: dict[str, list[str]] = {}
        # Each region speaks of some middling words far more often than the others do.
        self._own = [self._some(400, 150, 20_000) for _ in range(shape.regions)]
        self._regions = list(accumulate(1 / (rank + 1.5) for rank in range(shape.regions)))
        self._pool = [self._sentence(_SENTENCE) for _ in range(_POOL)]
        self._stories = [[self._story(region) for _ in range(_STORIES)] for region in range(shape.regions)]
        self.regions = [f"region-{number}" for number in range(shape.regions)]
        self.authors = [
            f"{self.vocabulary[3 * number + 50].title()} {self.vocabulary[7 * number + 90].title()}"
            for number in range(shape.authors)
        ]

    def articles(self) -> Iterator[tuple[Article, int]]:
        """Each article with the number of its feed, oldest first but for 3 % that arrive late."""
        step = timedelta(days=365.25 * YEARS) / self.shape.articles
        for number in range(self.shape.articles):
            yield self.article(number, START + step * number)

    def article(self, number: int, seen: datetime) -> tuple[Article, int]:
        chance = self._random
        region = bisect(self._regions, chance.random() * self._regions[-1])
        others = chance.sample(range(self.shape.regions), chance.choices((0, 1, 2), (70, 22, 8))[0])
        published = seen - timedelta(days=chance.expovariate(1 / 20)) if chance.random() < 0.03 else seen
        url = f"https://paper.test/{number}/{chance.getrandbits(32):x}"
        image = Image(f"https://paper.test/i/{number}.jpg", "a photo", "A. Photographer")
        article = Article(
            title=self._sentence(chance.randint(6, 13), region).capitalize(),
            url=url,
            teaser=_begun(self._sentence(chance.randint(28, 55), region)),
            text=self._text(region),
            authors=(self.authors[int(chance.paretovariate(0.7)) % self.shape.authors],),
            regions=tuple(dict.fromkeys(self.regions[each] for each in (region, *others))),
            image=image if chance.random() < 0.7 else None,
            published=published,
            seen=seen,
            language="en",
            source_name="A Paper",
            keys=(f"guid:{number}", f"url:{url}"),
        )
        return article, chance.randrange(self.shape.feeds)

    def band(self, name: str, number: int) -> list[str]:
        """Words which occur in so many of all articles: very common (40-80 %), common (3-15 %), mid (0.1 %) or rare
        (3-20 of 100,000)."""
        chance = random.Random(f"{name} {self.shape.seed}")
        first, last = _BANDS[name]
        return [self.vocabulary[chance.randrange(first, last)] for _ in range(number)]

    def _text(self, region: int) -> str:
        """Sentences of one of its region's stories and of everybody's, with names in between."""
        chance = self._random
        number = max(3, int(chance.lognormvariate(math.log(self.shape.body / (_SENTENCE + 1)) - 0.18, 0.6)))
        own = number * 45 // 100
        story = chance.choice(self._stories[region])
        sentences = chance.choices(story, k=own) + chance.choices(self._pool, k=number - own)
        chance.shuffle(sentences)
        names = [name.capitalize() for name in self._some(_NAMES, _COMMON, len(self.vocabulary))]
        return " ".join(_naming(names[int(_NAMES * chance.random() ** 2)], each, chance) for each in sentences)

    def _story(self, region: int) -> list[str]:
        topic = self._some(25, 200, 20_000)
        return [self._sentence(_SENTENCE, region, topic) for _ in range(_OF_STORY)]

    def _some(self, number: int, first: int, last: int) -> list[str]:
        """Some words between two ranks, the frequent ones rather than the rare."""
        spread = last / first
        return [self.vocabulary[int(first * spread ** self._random.random())] for _ in range(number)]

    def _sentence(self, length: int, region: int | None = None, topic: Sequence[str] = ()) -> str:
        chance = self._random
        fresh = iter(chance.choices(self.vocabulary, cum_weights=self._weights, k=length))
        picked: list[str] = []
        for _ in range(length):
            draw = chance.random()
            if picked and draw < _FOLLOWS:
                word = self._follower(picked[-1])
            elif topic and draw < _FOLLOWS + _TOPICAL:
                word = topic[int(len(topic) * chance.random() ** 2)]
            elif region is not None and draw > 1 - _OWN:
                word = chance.choice(self._own[region])
            else:
                word = next(fresh)
            picked.append(word)
        if length > 15:
            picked[length // 2] += ","
        return " ".join(picked)

    def _follower(self, word: str) -> str:
        """As in "of the" and "prime minister"."""
        found = self._followers.get(word.rstrip(","))
        if found is None:
            found = self._random.choices(self.vocabulary, cum_weights=self._weights, k=_FOLLOWERS)
            self._followers[word.rstrip(",")] = found
        return found[int(_FOLLOWERS * self._random.random() ** 2)]


def _naming(name: str, sentence: str, chance: random.Random) -> str:
    """A sentence with a name in it."""
    if chance.random() < 0.5:
        return f"{name} {sentence}."
    before, comma, after = sentence.partition(", ")
    return f"{_begun(before)}{comma}{name} {after}."


def _begun(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _invented(chance: random.Random) -> Iterator[str]:
    """Words that can be spoken, each once; frequent ones are short."""
    seen: set[str] = set()
    while True:
        rank = len(seen)
        word = _short(chance) if rank < 60 else _long(chance, rank)
        if word not in seen:
            seen.add(word)
            yield word


def _short(chance: random.Random) -> str:
    onset = chance.choice(_ONSETS[:14]) if chance.random() < 0.8 else ""
    return onset + chance.choice(_VOWELS[:5]) + (chance.choice(_CODAS[:7]) if chance.random() < 0.6 else "")


def _long(chance: random.Random, rank: int) -> str:
    curt = 0.95 if rank < 900 else 0.45 if rank < 4000 else 0.05
    number = 1 if chance.random() < curt else 2 if chance.random() < 0.8 else 3
    syllables = (
        chance.choice(_ONSETS) + chance.choice(_VOWELS) + (chance.choice(_CODAS) if chance.random() < 0.35 else "")
        for _ in range(number)
    )
    return "".join(syllables) + (chance.choice(_CODAS) if number == 1 else "") + chance.choice(_ENDINGS)


# --- how it compares with real text ------------------------------------------------------------------------------


def compare(name: str, texts: Sequence[str]) -> None:
    """How many different words, and how well each word packs; the dictionary is made of every other text."""
    some, others = texts[::2], texts[1::2]
    dictionary = zstd.train_dict([text.encode() for text in others], 65_536)
    number = sum(len(text.split()) for text in some)
    plain = sum(len(text.encode()) for text in some)
    deflated = sum(len(zlib.compress(text.encode())) for text in some)
    packed = sum(len(zstd.compress(text.encode(), 12, zstd_dict=dictionary)) for text in some)
    different = sum(len(set(normal.words(normal.fold(text)))) for text in some)
    print(
        f"{name:28} {number / len(some):6.0f} {different / len(some):10.0f} {plain / number:10.2f}"
        f" {deflated / number:9.2f} {8 * deflated / plain:9.2f} {packed / number:9.2f}"
    )


def main() -> None:
    """Show how the corpus compares with TIME's articles of 1963."""
    print(
        f"{'':28} {'words':>6} {'different':>10} {'bytes/word':>10} {'zlib/word':>9} {'bits/char':>9} {'zstd/word':>9}"
    )
    ours = [article for article, _ in islice(Corpus(Shape()).articles(), 3_000)]
    compare("corpus, of 450-750 words", [each.text for each in ours if 450 < len(each.text.split()) < 750])
    compare("corpus, teasers", [each.teaser for each in ours])
    shared = os.environ.get("NEWSDESK_SHARED")
    if shared is None:
        print("NEWSDESK_SHARED is not set: no real text to compare with")
        return
    with lzma.open(Path(shared) / "search" / "time" / "docs.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [str(json.loads(line)["text"]) for line in lines]
    compare("TIME, of 450-750 words", [text for text in texts if 450 < len(text.split()) < 750])
    compare("TIME, first 41 words", [" ".join(text.split()[:41]) for text in texts])


if __name__ == "__main__":
    main()
