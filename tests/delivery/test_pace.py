"""How fast we send, and when we stop."""

import asyncio

import pytest

from bot.delivery.pace import Brake, Pace


class Seconds:
    """A clock that asyncio's own sleep does not know: it is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_turns_are_handed_out_evenly() -> None:
    loop = asyncio.get_running_loop()
    pace, times = Pace(per_second=200, catch_up=0), []
    for _ in range(10):
        await pace.turn()
        times.append(loop.time())
    assert times[-1] - times[0] >= 8 / 200


async def test_after_a_stall_only_a_little_is_made_up_for() -> None:
    seconds = Seconds()
    pace = Pace(per_second=10, catch_up=2, clock=seconds)
    seconds.now = 100.0
    for _ in range(3):
        await asyncio.wait_for(pace.turn(), 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pace.turn(), 0.05)


async def test_after_a_silence_of_the_other_side_we_keep_quiet_for_as_long() -> None:
    """What left meanwhile arrives there at once, and would count as a burst of ours."""
    seconds = Seconds()
    pace = Pace(per_second=1000, catch_up=100, clock=seconds)
    seconds.now = 100.0
    for _ in range(10):
        await asyncio.wait_for(pace.turn(), 1)
    seconds.now = 100.5
    pace.answered()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pace.turn(), 0.05)
    seconds.now = 101.0
    await asyncio.wait_for(pace.turn(), 1)


async def test_one_slow_answer_alone_stops_nobody() -> None:
    seconds = Seconds()
    pace = Pace(per_second=1000, catch_up=100, clock=seconds)
    await pace.turn()
    seconds.now = 5.0
    pace.answered()
    await asyncio.wait_for(pace.turn(), 1)


async def test_a_pause_stops_those_who_wait_already() -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(per_second=1000)
    began = loop.time()
    pace.pause(0.05)
    await asyncio.gather(pace.turn(), pace.turn())
    assert loop.time() - began >= 0.05


def test_refusals_are_counted_and_sending_stops_long_before_a_ban() -> None:
    seconds = Seconds()
    brake = Brake(most=3, window=600, clock=seconds)
    for status in (403, 429, 200):
        brake.count(status)
    brake.count(429, shared=True)
    assert brake.wait() == 0
    brake.count(401)
    assert brake.wait() == 600 and "3 requests" in brake.reason
    seconds.now = 601
    assert brake.wait() == 0


def test_refusals_of_long_ago_do_not_count() -> None:
    seconds = Seconds()
    brake = Brake(most=2, window=600, clock=seconds)
    brake.count(403)
    seconds.now = 700
    brake.count(403)
    assert brake.wait() == 0
