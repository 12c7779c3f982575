"""Who is owed an article: pure, one place, no network."""

from collections.abc import Sequence

from bot.delivery.wish import speaks_of
from bot.model import OPERATOR, Article, Owed, Subscription

EVERY_REGION = "*"


def route(article: Article, subscriptions: Sequence[Subscription], held: str = "") -> list[Owed]:
    """Each target at most once, under the region that is strongest in the article. A suspended one is owed too."""
    if article.late or article.gone is not None:
        return []
    chosen: dict[str, Subscription] = {}
    for each in sorted(subscriptions, key=lambda one: _rank(article, one)):
        if each.target not in chosen and wants(each, article):
            chosen[each.target] = each
    return [Owed(target, subscription, held=held) for target, subscription in chosen.items()]


def wants(subscription: Subscription, article: Article) -> bool:
    """Whether this standing order is for this article."""
    if article.owner not in (OPERATOR, subscription.guild):
        return False  # another server's own feed
    if subscription.region not in (EVERY_REGION, *article.regions):
        return False
    if subscription.include and not speaks_of(subscription.include, article):
        return False
    return not (subscription.exclude and speaks_of(subscription.exclude, article))


def _rank(article: Article, subscription: Subscription) -> tuple[int, int]:
    """The region's place in the article; a standing order for all regions comes after those for one."""
    regions = article.regions
    return (regions.index(subscription.region) if subscription.region in regions else len(regions), subscription.id)
