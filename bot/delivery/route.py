"""Who is owed an article: pure, one place, no network."""

from collections.abc import Sequence

from bot.model import Article, Owed, Subscription
from bot.wish import EVERY_REGION, rank, wants

__all__ = ["EVERY_REGION", "route"]


def route(article: Article, subscriptions: Sequence[Subscription], held: str = "") -> list[Owed]:
    """Each target at most once, under the region that is strongest in the article. A suspended one is owed too."""
    if article.late or article.gone is not None:
        return []
    chosen: dict[str, Subscription] = {}
    for each in sorted(subscriptions, key=lambda one: rank(one, article)):
        if each.target not in chosen and wants(each, article):
            chosen[each.target] = each
    return [Owed(target, subscription, held=held) for target, subscription in chosen.items()]
