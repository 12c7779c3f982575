"""Makes an archive of any size: invented words in Zipf's proportions, with the structure that real news has."""

import math
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.model import Article, Image

START = datetime(2021, 1, 1, tzinfo=UTC)
YEARS = 5
_POOL, _SENTENCE = 20_000, 22  # sentences to draw from, and their words
_COMMON = 2_000  # words that the pool knows well; names come after them
_SYLLABLES = [f"{consonant}{vowel}" for consonant in "bdklmnrstv" for vowel in "aeiou"]
_BANDS = {"very common": (0, 60), "common": (250, 1_500), "mid": (20_000, 60_000), "rare": (200_000, 390_000)}
_ENDINGS = ("", "", "", "s", "ed", "ing", "tion", "er", "ity", "al")


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
        self.vocabulary = [_spelt(number) for number in range(shape.words)]
        self._weights = list(accumulate(1 / (rank + 2.7) ** 1.02 for rank in range(shape.words)))
        # Each region speaks of some middling words far more often than the others do.
        self._own = [
            [self.vocabulary[self._random.randrange(150, 20_000)] for _ in range(400)] for _ in range(shape.regions)
        ]
        self._regions = list(accumulate(1 / (rank + 1.5) for rank in range(shape.regions)))
        self._pool = [self._sentence(None, _SENTENCE) for _ in range(_POOL)]
        self._pools = [
            [self._sentence(region, _SENTENCE) for _ in range(_POOL // 20)] for region in range(shape.regions)
        ]
        self.regions = [f"region-{number}" for number in range(shape.regions)]
        self.authors = [
            f"{_spelt(3 * number + 50).title()} {_spelt(7 * number + 90).title()}" for number in range(shape.authors)
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
            title=self._sentence(region, chance.randint(6, 13)).capitalize(),
            url=url,
            teaser=self._sentence(region, chance.randint(28, 55)),
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
        """Words which occur in so many of all articles: very common, common, mid or rare."""
        chance = random.Random(f"{name} {self.shape.seed}")
        first, last = _BANDS[name]
        return [self.vocabulary[chance.randrange(first, last)] for _ in range(number)]

    def _text(self, region: int) -> str:
        """Sentences of its region's and of everybody's, with names in between that are hardly ever used again."""
        chance = self._random
        number = max(3, int(chance.lognormvariate(math.log(self.shape.body / (_SENTENCE + 1)) - 0.18, 0.6)))
        own = number * 45 // 100
        sentences = chance.choices(self._pools[region], k=own) + chance.choices(self._pool, k=number - own)
        tail = range(number)
        names = (self.vocabulary[int(_COMMON * (len(self.vocabulary) / _COMMON) ** chance.random())] for _ in tail)
        return " ".join(f"{name} {sentence}." for name, sentence in zip(names, sentences, strict=True))

    def _sentence(self, region: int | None, length: int) -> str:
        chance = self._random
        picked = chance.choices(self.vocabulary, cum_weights=self._weights, k=length)
        if region is not None:
            for at in range(length):
                if chance.random() < 0.08:
                    picked[at] = chance.choice(self._own[region])
        return " ".join(picked)


def _spelt(number: int) -> str:
    """A word that can be spoken, the same for the same number; frequent words are short."""
    mixed = (number * 2_654_435_761 + 97) % (len(_SYLLABLES) ** 4)
    word = ""
    for _ in range(1 + (number > 5_000)):
        mixed, syllable = divmod(mixed, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word + _ENDINGS[mixed % len(_ENDINGS)] + (_letters(number) if number > 40 else "")


def _letters(number: int) -> str:
    """Enough letters to make it unique."""
    letters = ""
    while number:
        number, letter = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[letter]
    return letters
