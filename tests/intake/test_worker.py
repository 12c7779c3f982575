"""The worker process: it survives whatever it is given, and ends when it is told to."""

import asyncio
import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from subprocess import PIPE

import pytest
import pytest_asyncio

from bot.intake.worker import ParseWorker, TooHeavy, without_secrets
from bot.model import Document
from tests.press import item, rss

GOOD = Document("https://x.test/", 200, rss(item("A story")))
ENDLESS = Document(
    "https://x.test/", 200, b"<rss><channel>" + b"<item><title><b>" * 400_000 + b"</item></channel></rss>"
)


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[ParseWorker]:
    one = ParseWorker(seconds=3, recycled_after=3)
    await one.warm()
    yield one
    await one.close()


async def test_it_starts_when_first_needed_and_ends_at_once() -> None:
    one = ParseWorker()
    assert one.pid is None
    assert (await one.parse(GOOD)).count == 1
    assert one.pid is not None
    await one.close()
    assert one.pid is None


async def test_a_document_that_takes_too_long_costs_one_process_and_no_more(worker: ParseWorker) -> None:
    first = worker.pid
    with pytest.raises(TooHeavy, match="longer than"):
        await worker.parse(ENDLESS)
    assert (await worker.parse(GOOD)).count == 1
    assert worker.pid != first and worker.started == 2


async def test_a_document_that_takes_too_much_memory_is_refused() -> None:
    small = ParseWorker(seconds=20, memory=160 * 2**20)
    try:
        with pytest.raises(TooHeavy):
            await small.parse(Document("https://x.test/", 200, rss(*[item(f"Story {n}") for n in range(30_000)])))
        assert (await small.parse(GOOD)).count == 1
    finally:
        await small.close()


async def test_it_is_replaced_after_some_documents(worker: ParseWorker) -> None:
    for _ in range(7):
        assert (await worker.parse(GOOD)).count == 1
    assert worker.started == 3


async def test_who_gives_up_waiting_leaves_no_answer_for_the_next(worker: ParseWorker) -> None:
    waiting = asyncio.create_task(worker.parse(ENDLESS))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await worker.parse(GOOD)).entries[0].title == "A story"


async def test_a_process_that_was_killed_is_replaced(worker: ParseWorker) -> None:
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    with contextlib.suppress(TooHeavy):  # it may have died with our document in its hands
        await worker.parse(GOOD)
    assert (await worker.parse(GOOD)).count == 1


def test_it_is_not_told_the_token() -> None:
    told = without_secrets({"DISCORD_TOKEN": "secret", "NEWSDESK_DATA": "data", "PATH": "/bin"})
    assert told == {"PATH": "/bin"}


_WHO_IS_KILLED = """
import asyncio, os, signal
from bot.intake.worker import ParseWorker
from bot.model import Document
from tests.press import item, rss

async def main():
    worker = ParseWorker()
    await worker.warm()
    asyncio.get_running_loop().call_later(0.2, os.kill, os.getpid(), signal.SIGKILL)
    await worker.parse(Document("https://x.test/", 200, rss(*[item(f"Story {n}") for n in range(3000)])))

asyncio.run(main())
"""


def test_it_ends_without_a_word_when_the_bot_is_killed() -> None:
    killed = subprocess.run([sys.executable, "-c", _WHO_IS_KILLED], capture_output=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (killed.stdout, killed.stderr) == (b"", b"")  # both are the worker's too: it has ended


@pytest.mark.parametrize("sent", [1.0, 0.5, 0.0], ids=["a whole question", "half a question", "nothing"])
def test_it_ends_without_a_word_when_nobody_listens(sent: float) -> None:
    question = pickle.dumps(("parse", GOOD.url, GOOD.body, {}, ()))
    packed = struct.pack("!Q", len(question)) + question
    with subprocess.Popen(
        [sys.executable, "-m", "bot.intake.worker", str(2**29)], stdin=PIPE, stdout=PIPE, stderr=PIPE
    ) as alone:
        assert alone.stdin is not None and alone.stdout is not None and alone.stderr is not None
        alone.stdout.close()
        alone.stdin.write(packed[: int(len(packed) * sent)])
        alone.stdin.close()
        assert alone.stderr.read() == b""
        assert alone.wait(30) == 0
