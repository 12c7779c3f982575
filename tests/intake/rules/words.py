"""Short words for the tests of the rules: what is printed, how it is answered, what was asked."""

from datetime import timedelta

from tests.fakes import Answer, Asked
from tests.polling import TEN_MINUTES, House
from tests.press import item

A, B, C, D = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2), item("Talks in Oman", 1)
HOST = "mag.test"
MINUTE = timedelta(minutes=1)


async def answers(house: House, *said: Answer | bytes, later: timedelta = TEN_MINUTES) -> list[Asked]:
    """One round for each answer; the requests that the server saw in all of them."""
    before = len(house.web.asked)
    for each in said:
        house.web["/feed"] = each
        await house.goes_round(later)
    return house.web.asked[before:]


def tagged(body: bytes, tag: str = '"a"', **headers: str) -> Answer:
    return Answer(body, headers={"ETag": tag} | {name.replace("_", "-"): text for name, text in headers.items()})


async def wait_of(house: House) -> timedelta:
    """How long after its last poll the feed is to be polled again."""
    source = await house.source(host=HOST)
    assert source.next_poll is not None and source.polled is not None
    return source.next_poll - source.polled
