"""Gives articles their regions, and the evidence for these."""

from dataclasses import replace

from bot.intake.classify import Classifier, kept
from bot.model import Sighting
from bot.regions import Regions


class Placing:
    """Asks the classifier, with all that the feed's owner has said."""

    def __init__(self, classifier: Classifier, regions: Regions) -> None:
        self._classifier = classifier
        self.regions = regions
        self._fallback = (regions.fallback.code,) if regions.fallback else ()

    def place(self, sighting: Sighting) -> tuple[Sighting, bool]:
        """The article with its regions, and whether anything in it spoke for them."""
        article, feed = sighting.article, sighting.feed
        placement = self._classifier.place(
            article.title,
            article.teaser,
            [each for tag in article.tags for each in dict.fromkeys((tag.term, tag.label)) if each],
            article.url,
            body=article.text,
            home=feed.home,
            section=feed.region,
            default=feed.default,
            tag_map=feed.tags,
            overrides=feed.places,
        )
        why = kept(placement, self.regions)
        placed = replace(article, regions=placement.regions or self._fallback, why=why)
        return replace(sighting, article=placed), placement.rule not in ("none", "default")
