"""A monitor reads counters and health from a running bot."""

import re
import socket
from asyncio import sleep, timeout
from pathlib import Path

import aiohttp

from bot.app.metrics import Counted
from bot.model import State
from bot.stage import Stage
from tests.life import Life

NAMES = {
    "newsdesk_polls_total",
    "newsdesk_poll_seconds",
    "newsdesk_articles_total",
    "newsdesk_deliveries_total",
    "newsdesk_outbox_size",
    "newsdesk_detect_to_post_seconds",
    "newsdesk_commands_total",
    "newsdesk_command_seconds",
    "newsdesk_event_loop_lag_seconds",
}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_metrics_and_health_are_served_while_the_bot_runs(tmp_path: Path) -> None:
    async with Stage() as stage, Life(stage, tmp_path) as bot, aiohttp.ClientSession() as session, timeout(60):
        guild = stage.world.add_guild("Club")
        channel, ada = guild.add_channel("africa"), stage.world.add_member(guild, "Ada", admin=True)
        address = f"127.0.0.1:{free_port()}"
        await bot.start(NEWSDESK_METRICS=address)
        while not await is_well(session, address):
            await sleep(0.1)
        answered = await stage.call(ada, channel, "latest")
        await answered.finished()
        async with session.get(f"http://{address}/metrics") as answer:
            text = await answer.text()
            assert answer.headers["Content-Type"].startswith("text/plain")
        while 'newsdesk_commands_total{command="latest",outcome="answered"} 1.0' not in text:
            await sleep(0.1)
            async with session.get(f"http://{address}/metrics") as answer:
                text = await answer.text()
        told = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
        assert told >= NAMES
        assert 'newsdesk_outbox_size{state="pending"} 0.0' in text
        assert await bot.stop() == 0


async def test_an_outbox_of_many_years_is_not_counted_each_time_that_a_monitor_asks() -> None:
    now, counted = [0.0], [0]

    async def count() -> dict[State, int]:
        counted[0] += 1
        now[0] += 3.0  # seconds
        return {"sent": counted[0]}

    outbox = Counted(count, lambda: now[0])
    assert await outbox.sizes() == {"sent": 1}
    now[0] += 15
    assert await outbox.sizes() == {"sent": 1}
    now[0] += 60
    assert await outbox.sizes() == {"sent": 2}


async def is_well(session: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with session.get(f"http://{address}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
