"""How fast we send, and when we stop."""

import asyncio
from bisect import bisect_right
from random import Random

import pytest

from bot.delivery.pace import CATCH_UP, MOST, Brake, Pace


class Seconds:
    """A clock that asyncio's own sleep does not know: it is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_turns_are_handed_out_evenly() -> None:
    loop = asyncio.get_running_loop()
    pace, times = Pace(apart=0.005), []
    for _ in range(10):
        await pace.turn()
        pace.answered()
        times.append(loop.time())
    assert times[-1] - times[0] >= 4 * 0.005  # but for those that a stall before the first leaves to be made up for


def test_after_a_stall_only_a_little_is_made_up_for() -> None:
    seconds = Seconds()
    pace = Pace(clock=seconds)
    seconds.now = 100.0
    left = 0
    while not pace.wait():
        pace.leave()
        left += 1
    assert left == CATCH_UP + 1


async def test_who_waits_for_room_sets_off_when_it_is_there() -> None:
    pace = Pace(most=1, apart=0)
    await pace.turn()
    waiting = asyncio.create_task(pace.turn())
    await asyncio.sleep(0.01)
    pace.answered()
    await asyncio.sleep(0.01)
    assert not waiting.done()  # it may just have arrived
    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("seed", range(20))
def test_however_late_they_arrive_no_fifty_come_within_a_second(seed: int) -> None:
    """A request arrives at some moment between its leaving and its answer; lines and loops stall at random."""
    chance, seconds = Random(seed), Seconds()
    pace, arrived, answers = Pace(clock=seconds), list[float](), list[float]()
    while seconds.now < 30:
        while answers and answers[0] <= seconds.now:
            answers.pop(0)
            pace.answered()
        if not pace.wait():
            pace.leave()
            latency = chance.choice([0.005, 0.01, 0.05, 0.3, chance.uniform(0, 3)])
            arrived.append(seconds.now + chance.uniform(0, latency))
            answers = sorted([*answers, seconds.now + latency])
        seconds.now += chance.choice([0.0, 0.001, 0.002, 0.01]) if chance.random() > 0.01 else chance.uniform(0, 1)
    arrived.sort()
    crowds = [bisect_right(arrived, each + 1.0) - at for at, each in enumerate(arrived)]
    assert max(crowds) <= MOST < 50
    assert len(arrived) > 300  # it does send


def test_what_others_have_asked_counts_too() -> None:
    seconds = Seconds()
    pace = Pace(most=10, apart=0, clock=seconds)
    pace.others(8)
    for _ in range(2):
        assert not pace.wait()
        pace.leave()
    assert pace.wait()


def test_with_quick_answers_it_is_close_to_what_is_allowed() -> None:
    seconds, answers, left = Seconds(), list[float](), 0
    pace = Pace(clock=seconds)
    while seconds.now < 60:
        while answers and answers[0] <= seconds.now:
            answers.pop(0)
            pace.answered()
        if not pace.wait():
            pace.leave()
            answers.append(seconds.now + 0.02)
            left += 1
        seconds.now += 0.001
    assert left / 60 > 50 / 1.1


async def test_a_pause_stops_those_who_wait_already() -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(apart=0.001)
    pace.pause(0.05)
    waiting = [asyncio.create_task(pace.turn()) for _ in range(2)]
    await asyncio.sleep(0)
    began = loop.time()
    pace.pause(0.15)
    await asyncio.gather(*waiting)
    assert loop.time() - began >= 0.15


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
    usual, refused = Brake(clock=seconds), 0
    while not usual.wait():
        usual.count(403)
        refused += 1
    assert 100 < refused < 5_000  # of the 10,000 for which Discord shuts an address out


def test_refusals_of_long_ago_do_not_count() -> None:
    seconds = Seconds()
    brake = Brake(most=2, window=600, clock=seconds)
    brake.count(403)
    seconds.now = 700
    brake.count(403)
    assert brake.wait() == 0
