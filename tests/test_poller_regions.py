"""What a poll keeps of the evidence: why an article is where it is, what its tags leave open, and who agrees."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.intake.classify import evidence
from bot.intake.worker import ParseWorker
from tests.polling import House, open_house
from tests.press import item, rss


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[ParseWorker]:
    one = ParseWorker()
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker) as here:
        yield here


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_evidence_is_kept_with_a_sentence_and_what_the_text_alone_says(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(item("Rain in Kenya", more="<category>Europe</category><category>Slow Lane</category>"))
    await house.goes_round()
    found = await house.archive.article_at("https://mag.test/rain-in-kenya", None)
    assert found is not None
    kept = evidence(found.why)
    assert (kept.rule, kept.shares, kept.unmapped) == ("tag", (("africa", 1.0),), ("Slow Lane",))
    assert kept.sentence.startswith("Europe: its tag says so (“Europe”). Africa 100% (title “Kenya”")
