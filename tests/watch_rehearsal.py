"""Watches a rehearsal from outside, as a person would: articles arrive in five regions, and /latest answers."""

import argparse
import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent
START = 60.0  # seconds until the page must be there


async def main(seconds: float) -> int:
    """Exit code 0 when all was seen within `seconds` after the page was there."""
    async with rehearsal("--pace", "1.5") as (url, output):
        print(f"the rehearsal is at {url}")
        async with aiohttp.ClientSession() as session:
            channels = await articles_arrive(session, url, seconds)
            print(f"articles arrived in {len(channels)} channels: {', '.join(sorted(channels))}")
            answer = await latest_answers(session, url, "asia-pacific")
            print(f"/latest asia-pacific answered with {answer} cards")
            trouble = [line for line in output if "Traceback" in line or " ERROR " in line]
            print(f"{len(trouble)} errors in the log")
            if trouble:
                print("".join(output[-60:]))
    return 0 if len(channels) >= 5 and answer and not trouble else 1


@asynccontextmanager
async def rehearsal(*options: str, start: float = START) -> AsyncIterator[tuple[str, list[str]]]:
    """A rehearsal in a process of its own; ends it as Ctrl+C would, and insists that it leaves with 0."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "rehearse", "--port", "0", *options),
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output: list[str] = []
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        reading = asyncio.create_task(_read(process, output, found))
        try:
            either: set[asyncio.Future[Any]] = {found, reading}
            await asyncio.wait(either, timeout=start, return_when=asyncio.FIRST_COMPLETED)
            if not found.done():
                raise AssertionError(f"there is no page:\n{''.join(output)}")
            yield found.result(), output
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
            code = await asyncio.wait_for(process.wait(), 30)
            await reading
        assert code == 0, f"the rehearsal left with {code}:\n{''.join(output[-60:])}"


async def _read(process: asyncio.subprocess.Process, output: list[str], found: "asyncio.Future[str]") -> None:
    assert process.stdout is not None
    async for raw in process.stdout:
        output.append(raw.decode(errors="replace"))
        if (seen := re.search(r"Watch it at\s+(http://\S+)", output[-1])) and not found.done():
            found.set_result(seen[1])


async def articles_arrive(session: aiohttp.ClientSession, url: str, seconds: float) -> set[str]:
    """The names of the region channels that have received an article, as soon as there are five, or at the end."""
    member = (await state(session, url))["members"][0]
    until = time.monotonic() + seconds
    filled: set[str] = set()
    while time.monotonic() < until and len(filled) < 5:
        await asyncio.sleep(0.5)
        for channel in [each for guild in (await state(session, url))["guilds"] for each in guild["channels"]]:
            if channel["type"] == 0 and channel["name"] not in filled:
                async with session.get(
                    f"{url}/api/v10/channels/{channel['id']}/messages", headers={"Authorization": member["token"]}
                ) as answer:
                    if any(message.get("embeds") for message in await answer.json()):
                        filled.add(channel["name"])
    return filled


async def latest_answers(session: aiohttp.ClientSession, url: str, region: str, seconds: float = 10) -> int:
    """Type /latest as a member; the number of links among the cards that come back, visible to the member alone."""
    now = await state(session, url)
    member, guild = now["members"][0], now["guilds"][0]
    command = next(each for each in now["commands"] if each["name"] == "latest")
    channel = next(each for each in guild["channels"] if each["type"] == 0)
    asked = {
        "type": 2,
        "application_id": command["application_id"],
        "guild_id": guild["id"],
        "channel_id": channel["id"],
        "session_id": "watch",
        "nonce": "1",
        "data": {
            "version": command["version"],
            "id": command["id"],
            "name": "latest",
            "type": 1,
            "options": [{"type": 3, "name": "region", "value": region}],
            "attachments": [],
        },
    }
    headers = {"Authorization": member["token"]}
    async with session.post(f"{url}/api/v10/interactions", json=asked, headers=headers) as answer:
        assert answer.status == 204, await answer.text()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.25)
        async with session.get(f"{url}/api/v10/channels/{channel['id']}/messages", headers=headers) as answer:
            for message in await answer.json():
                if message.get("flags", 0) & 64 and (links := _links(message)):
                    return len(links)
    return 0


async def state(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with session.get(f"{url}/stage/state") as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


def _links(message: dict[str, Any]) -> set[str]:
    """The addresses a message links to, wherever they stand in it."""
    return set(re.findall(r"\]\((http[^)\s]+)\)", str(message))) | {
        str(embed["url"]) for embed in message.get("embeds", []) if embed.get("url")
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=30)
    sys.exit(asyncio.run(main(arguments.parse_args().seconds)))
