"""The play: the torture's channels and faults, one life that is never ended, and readers who ask all the time."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bot.stage import Channel, Message, Stage, User
from tests.press import serving
from tests.soak.watch import OwnLoop, Watch, errors, look, share_of_late
from tests.torture.press import FEEDS, TAGS, Press
from tests.torture.torture import PACE, Torture

EVERY = 10.0  # seconds between two looks
PAUSE = 0.4  # seconds between two things that happen
MOST_ARTICLES = 9000  # the press numbers them with four digits
WORDS = (
    "story",
    "number shortly",
    '"what number"',
    "story -africa",
    "shortl*",
    "nothing at all",
    "region:europe story",
)
ANSWER = 15.0  # seconds
SILENT = 5  # minutes
UNANSWERED = 0.03  # of all questions
LATE_SHARE = 0.02  # of all looks at the event loop, beyond twice the share of our own: the machine may be busy


@dataclass
class Soak(Torture):
    """One long life."""

    port: int = 0
    watch: Watch = field(default_factory=Watch)
    asked: int = 0
    unanswered: int = 0
    late: float = 0.0
    own_loop: OwnLoop = field(default_factory=OwnLoop)
    readers: list[User] = field(default_factory=list)
    answers: list[tuple[User, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.cap = 0  # an hour may pass

    async def soak(self, minutes: float) -> list[str]:
        """Run so long; then what is wrong, if anything is."""
        await self._build()
        self._let_people_in()
        await self.start(NEWSDESK_METRICS=f"127.0.0.1:{self.port}")
        await self.until(lambda: self.press.polled >= set(FEEDS) and self.has_polled(), "the first polls")
        await self.until(lambda: self.stage.is_ready, "the bot")
        self._set_faults()
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            playing = [tasks.create_task(each) for each in self._play()]
            while (past := asyncio.get_running_loop().time() - began) < minutes * 60:
                await asyncio.sleep(min(EVERY, minutes * 60 - past + 0.01))
                self._look(began)
            for each in playing:
                each.cancel()
        self.late = await share_of_late(self.port)
        return [*self.watch.complaints(), *await self._end(), *self._spoken_of(self.late)]

    def _play(self) -> list[Coroutine[Any, Any, None]]:
        return [self._write_news(), self._break_things(), self._ask(), self.own_loop.watch()]

    def _let_people_in(self) -> None:
        guild = next(iter(self.stage.world.guilds.values()))
        self.readers = [self.stage.world.add_member(guild, name) for name in ("Bob", "Cleo", "Dan")]

    def _look(self, began: float) -> None:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(f"the bot left by itself\n{self.end_of_log()}")
        minute = (asyncio.get_running_loop().time() - began) / 60
        self.watch.samples.append(look(self.process.pid, self.data, minute))
        print(self.watch.samples[-1], f" articles {len(self.press.stories) - 1}  asked {self.asked}", flush=True)

    # --- what happens -----------------------------------------------------------------------------------------

    async def _write_news(self) -> None:
        while not self.press.is_done:
            self._publish(self.chance.choice([1, 1, 2, 3]))
            await asyncio.sleep(PAUSE * 2)

    async def _break_things(self) -> None:
        number = 0
        while True:
            self._stir(number)
            self._hasten_silence()
            number += 1
            await asyncio.sleep(5)

    def _hasten_silence(self) -> None:
        """News comes here in minutes as elsewhere in months: so long, too, until a forum's thread is archived."""
        for guild in self.stage.world.guilds.values():
            for each in guild.threads():
                assert each.thread
                each.thread.archive_minutes = SILENT

    async def _ask(self) -> None:
        while True:
            reader = self.chance.choice(self.readers)
            try:
                async with asyncio.timeout(ANSWER):
                    await self._ask_once(reader)
            except TimeoutError:
                self.unanswered += 1  # as in life, what is asked while the gateway is away is lost
            self.asked += 1
            await asyncio.sleep(PAUSE)

    async def _ask_once(self, reader: User) -> None:
        """A command, a press of one of the buttons that came with an answer, or a few letters in a search box."""
        lobby: Channel = self.places[0]
        if self.answers and self.chance.random() < 0.3:
            whose, message = self.chance.choice(self.answers)
            pressed = [each for each in _buttons(message.components) if not each.get("disabled")]
            if pressed:
                made = await self.stage.press(whose, message, self.chance.choice(pressed)["custom_id"])
                await made.finished(ANSWER)
            return
        if self.chance.random() < 0.2:
            typed = await self.stage.complete(
                reader, lobby, "search", "words", words=self.chance.choice(["st", "story 00"])
            )
            await typed.answered(ANSWER)
            return
        region = self.chance.choice(sorted(TAGS))
        command, options = self.chance.choice(
            [
                ("latest", {"region": region}),
                ("latest", {"count": 25}),
                ("search", {"words": self.chance.choice(WORDS)}),
                ("search", {"words": f"story {self.chance.randrange(1, 200)}", "region": region}),
                ("regions", {}),
                ("roundup", {"region": region}),
                ("following", {}),
            ]
        )
        made = await (await self.stage.call(reader, lobby, command, **options)).finished(ANSWER)  # type: ignore[arg-type]
        if made.messages:
            self.answers = [*self.answers[-30:], (reader, made.messages[-1])]

    # --- the end ----------------------------------------------------------------------------------------------

    async def _end(self) -> list[str]:
        """No more faults: all that is owed comes out, and the bot leaves when it is asked to."""
        self.press.many = len(self.press.stories) - 1
        self.stage.faults.remove()
        self._restore()
        await self.until(self._is_all_out, "everything that is owed")
        code = await self.stop()
        return [] if code == 0 else [f"it left with {code}"]

    def _spoken_of(self, late: float) -> list[str]:
        said = []
        if self.unanswered > self.asked * UNANSWERED:
            said.append(f"{self.unanswered} of {self.asked} questions were not answered within {ANSWER:.0f} s")
        if late > LATE_SHARE + 2 * self.own_loop.share:
            said.append(f"{late:.1%} of looks at its event loop came late, of ours {self.own_loop.share:.1%}")
        return said + [f"logged: {line[:200]}" for line in errors(self.data / "log")[:10]]


def _buttons(components: object) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    waiting = [components]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += [each.get("components"), each.get("accessory")]
            found += [each] if each.get("type") == 2 and "custom_id" in each else []
    return found


@contextlib.asynccontextmanager
async def a_soak(seed: int) -> AsyncIterator[Soak]:
    with tempfile.TemporaryDirectory(prefix="newsdesk-soak-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        press = Press(Random(seed), MOST_ARTICLES)
        async with (
            serving("/{feed}", press.serve) as press.url,
            Stage(pace=PACE, seed=seed) as stage,
            Soak(stage, Path(folder), 0, MOST_ARTICLES, seed, press, port=port) as made,
        ):
            yield made
