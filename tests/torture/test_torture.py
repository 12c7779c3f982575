"""Twenty kills, as often as the tests run; `make torture` has two hundred."""

import os

from tests.torture.torture import a_torture

SEED = int(os.environ.get("NEWSDESK_SEED", "20261122"))


async def test_whatever_dies_when_each_article_is_out_exactly_once() -> None:
    async with a_torture(kills=20, articles=45, seed=SEED) as torture:
        count = await torture.run()
    print(count)
    assert count.is_good, f"{count} {count.words}"
