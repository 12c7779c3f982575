"""A monitor reads counters and health from a running bot."""

import re
import socket
from asyncio import sleep, timeout
from pathlib import Path

import aiohttp

from bot.app.metrics import Counted
from bot.intake import outcome
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


async def test_what_is_known_beforehand_begins_at_0_so_that_an_alarm_hears_the_first(tmp_path: Path) -> None:
    async with Stage() as stage, Life(stage, tmp_path) as bot, aiohttp.ClientSession() as session, timeout(60):
        stage.world.add_guild("Club")
        address = f"127.0.0.1:{free_port()}"
        await bot.start(NEWSDESK_METRICS=address)
        while not await is_well(session, address):
            await sleep(0.1)
        async with session.get(f"http://{address}/metrics") as answer:
            told = set((await answer.text()).splitlines())
        for series in (
            'polls_total{outcome="ok"}',
            'polls_total{outcome="timeout"}',
            'deliveries_total{outcome="refused"}',
            'deliveries_total{outcome="unknown"}',
            'articles_total{region="africa"}',
            'commands_total{command="search",outcome="failed"}',
            'commands_total{command="desk feed add",outcome="failed"}',
            'command_seconds_count{command="search"}',
        ):
            assert f"newsdesk_{series} 0.0" in told, series
        assert not any('command="desk"' in line for line in told)  # a group is nothing that one can type
        assert await bot.stop() == 0


def test_every_outcome_of_a_poll_is_known_beforehand() -> None:
    intake = Path(outcome.__file__).parent
    sources = [each.read_text() for room in (intake, intake.parent / "poller") for each in room.glob("*.py")]
    kinds = {kind for text in sources for kind in re.findall(r'(?:Fetched|Unusable|return)\(? ?"([a-z-]+)", f?"', text)}
    assert kinds - {"redirect"} <= set(outcome.KINDS) and len(kinds) > 15


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
