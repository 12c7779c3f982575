"""What include and exclude cost: an article for many orders that have wishes, beside as many that want it all."""

import asyncio
import random
import time
from datetime import UTC, datetime
from statistics import median

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.model import Article, Feed, Sighting, Subscription
from bot.regions import load_regions
from bot.settings import shipped

ORDERS, ARTICLES = 300, 20
ROUNDS = 5
DISTINCT = 50  # wishes
MOST = 2.0  # times what orders without wishes cost
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = [f"word{number}" for number in range(3000)] + ["café", "naïve", "élysée"]


async def main() -> int:
    dice = random.Random(5)
    wishes = [(_wish(dice), _wish(dice)) for _ in range(DISTINCT)]
    found = [_article(dice, number) for number in range(ARTICLES)]
    rounds = [(await _spent(found, []), await _spent(found, wishes)) for _ in range(ROUNDS)]
    print(f"{ORDERS} orders, {ARTICLES} articles of 950 words; µs of the processor, median of {ROUNDS} rounds")
    print(f"{'':28} {'without':>8} {'wishes':>8} {'ratio':>6}")
    met = True
    for at, what in enumerate(("an order and an article", "a delivery that leaves")):
        plain, wishing = (median(each[which][at] for each in rounds) * 1e6 for which in (0, 1))
        ratio = median(with_wishes[at] / without[at] for without, with_wishes in rounds)
        met = met and ratio <= MOST
        print(f"{what:28} {plain:8.1f} {wishing:8.1f} {ratio:6.2f}  (at most {MOST:g})")
    return 0 if met else 1


async def _spent(found: list[Article], wishes: list[tuple[str, str]]) -> tuple[float, float]:
    """Seconds of the processor: to take one article in for one order, and for one delivery to leave."""
    archive = await Archive.open(":memory:", load_regions(shipped() / "regions.toml"))
    feed = await archive.add_feed(Feed("https://a.test/feed"))
    for number in range(ORDERS):
        include, exclude = wishes[number % len(wishes)] if wishes else ("", "")
        if wishes:  # that all articles meet, so that as many are owed
            include, exclude = f"{include}, -nothing", exclude.replace(",", " nothing,") + " nothing"
        await archive.subscribe(Subscription(f"channel:{number}", "africa", include=include, exclude=exclude))
    began = time.process_time()
    await archive.accept([Sighting(each, feed, each.url.encode()) for each in found], None, route, NOW)
    taken = time.process_time() - began
    due = await archive.due_deliveries(NOW, ORDERS)
    began = time.process_time()
    for each in due:
        await archive.sending(each.id, NOW)
    left = time.process_time() - began
    await archive.close()
    return taken / ORDERS / len(found), left / len(due)


def _wish(dice: random.Random) -> str:
    one, two = dice.choices(WORDS, k=2)
    return ", ".join(dice.sample([f"{one} {two}", f'"{two} {one}"', one, f"tag:{two}", f"{two}*"], 5))


def _article(dice: random.Random, number: int) -> Article:
    title, teaser, text = (" ".join(dice.choices(WORDS, k=count)) for count in (10, 40, 900))
    url = f"https://a.test/{number}"
    return Article(title, url, teaser=teaser, text=text, regions=("africa",), keys=(f"url:{url}",), published=NOW)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
