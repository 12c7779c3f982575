"""The play: channels of every kind, faults of every kind, and a process that is killed again and again."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import ClassVar

from bot.archive import Archive
from bot.delivery.terms import Terms
from bot.model import Feed, Subscription
from bot.stage import Channel, Message, Permission, Stage
from tests.life import Life
from tests.press import serving
from tests.torture.press import FEEDS, TAGS, Press, number_in

PACE = 20.0  # Discord's windows turn so much faster, or 500 articles would take an hour in one channel
STRUCK = (("POST", "/channels/*/messages"), ("POST", "/channels/*/threads"), ("PATCH", "/channels/*/messages/*"))
MISHAPS = {
    "500": 0.0, "502": 0.0, "503": 0.0, "504": 0.0, "500-after": 0.0,
    "reset-before": 0.0, "reset-after": 0.0, "garbage": 0.0,
    "hang": 2.0, "hang-after": 2.0, "slow": 0.3, "429-user": 0.5, "429-shared": 0.5, "429-global": 0.2,
    "exhausted": 0.3,
}  # fmt: skip
CRADLE = 0.2  # of the lives end before they have done anything
SLOWEST_START = 30.0  # seconds, on a machine that has much else to do
LIFE = 3.0  # seconds at most, from its first request on
CHANCE = 0.02  # of each mishap, for each post
FORUM = 15
GATEWAY = ("op7", "op9-true", "op9-false", "close-4000")
MOST_AT_ONCE = 9
IN_DOUBT = "it may be out already"  # how the reason begins of what is parked as it should be
CORRECTIONS = (0, 1, 2)  # of older stories, in each life


@dataclass(frozen=True)
class Count:
    """What the stage holds against what was owed."""

    kills: int
    owed: int
    sent: int
    lost: int
    twice: int
    parked: int
    astray: int  # out of order, over a cap, where nobody wanted it, or shown as it was before it was corrected
    seed: int
    words: str = ""

    def __str__(self) -> str:
        return (
            f"torture kills={self.kills} owed={self.owed} sent={self.sent} lost={self.lost} twice={self.twice} "
            f"parked={self.parked} seed={self.seed}"
        )

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.twice or self.astray)


@dataclass
class Torture(Life):
    """One run."""

    kills: int
    articles: int
    seed: int
    press: Press
    wanted: dict[int, str] = field(default_factory=dict)  # channel -> region, or "*"
    targets: dict[str, int] = field(default_factory=dict)
    places: list[Channel] = field(default_factory=list)
    withdrawn: list[tuple[Channel, Permission]] = field(default_factory=list)
    capped: Channel | None = None  # where no more than `cap` may come; no hour passes, so that the rest of it waits
    busy: int = 0  # lives that ended while something was on its way, or just after

    patience: ClassVar[float] = 180.0  # for the last life to finish everything
    beat: ClassVar[float] = 0.1

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.cap = self.articles // 3

    async def run(self) -> Count:
        await self._build()
        await self._first_poll()
        self._set_faults()
        for number in range(self.kills):
            self._publish(-(-self.articles // max(1, self.kills - 2)))
            self.press.correct(self.chance.choice(CORRECTIONS))
            self._stir(number)
            await self._live(self.chance.uniform(0.0, 0.5))
            await self.kill()
        await self._end_well()
        return self._count()

    # --- the world --------------------------------------------------------------------------------------------

    async def _build(self) -> None:
        world = self.stage.world
        guild = world.add_guild("Newsroom")
        ada = world.add_member(guild, "Ada", admin=True)
        regions = sorted(TAGS)
        plan = [("text", region) for region in regions] + [
            ("text", "*"),
            ("announcement", "africa"),
            ("announcement", "*"),
        ]
        plan += [("forum", "europe"), ("forum", "asia-pacific")]
        async with self.archive() as archive:
            for number, (kind, region) in enumerate(plan):
                channel = guild.add_channel(f"{region.strip('*') or 'all'}-{number}", kind=kind)
                await self._subscribe(archive, f"channel:{channel.id}", channel, region, guild.id, kind)
            thread = world.open_thread(self.places[0], world.bot, "A thread")
            world.announce_thread(thread)
            await self._subscribe(archive, f"channel:{thread.id}", thread, "middle-east", guild.id, "thread")
            await self._subscribe(archive, f"user:{ada.id}", world.dm(ada), "latin-america", 0, "dm")
            if self.cap:
                self.capped = guild.add_channel("few")
                await self._subscribe(
                    archive, f"channel:{self.capped.id}", self.capped, "*", guild.id, "text", self.cap
                )
            for feed in FEEDS:
                await archive.add_feed(Feed(f"{self.press.url}/{feed}", pages=False))

    async def _subscribe(
        self, archive: Archive, target: str, channel: Channel, region: str, guild: int, kind: str, cap: int = 0
    ) -> None:
        self.places.append(channel)
        self.wanted[channel.id] = region
        self.targets[target] = channel.id
        options = Terms(cap=cap).to_json()
        await archive.subscribe(Subscription(target, region, guild=guild, kind=kind, options=options))

    def _set_faults(self) -> None:
        self.stage.faults.seed(self.seed)
        for method, path in STRUCK:
            for kind, seconds in MISHAPS.items():
                self.stage.fault(kind, method=method, path=path, times=None, chance=CHANCE, seconds=seconds)
        self.stage.fault("history-500", times=None, chance=0.05)

    def _stir(self, number: int) -> None:
        """The gateway falls over; an admin takes a permission away, and gives it back two lives later."""
        if self.chance.random() < 0.1:
            self.stage.fault(self.chance.choice(GATEWAY))
        if number % 6 == 3:
            channel = self.chance.choice(self.places[:8])
            permission = self.chance.choice([Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY])
            self.stage.world.withdraw(channel, permission)
            self.withdrawn.append((channel, permission))
        elif number % 6 == 5:
            self._restore()

    def _restore(self) -> None:
        while self.withdrawn:
            self.stage.world.restore(*self.withdrawn.pop())

    # --- lives and deaths -------------------------------------------------------------------------------------

    async def _first_poll(self) -> None:
        await self.start()
        await self.until(lambda: self.press.polled >= set(FEEDS) and self.has_polled(), "the first polls")
        await self.kill()

    async def _live(self, seconds: float) -> None:
        """Some die in the cradle; most live until they have begun to deliver, and a moment longer."""
        began = self.stage.clock.time()
        await self.start()
        if self.chance.random() < CRADLE:
            await asyncio.sleep(seconds * 2)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SLOWEST_START):
                while not self._asks(began):
                    await asyncio.sleep(0.005)
            async with asyncio.timeout(LIFE):
                while not self._asks(began, "/messages", "/threads"):
                    await asyncio.sleep(0.005)
                self.busy += 1
                await asyncio.sleep(seconds)

    def _asks(self, began: float, *ends: str) -> bool:
        """Whether it has asked anything since; written or looked back, with these ends of a path."""
        return any(each.at >= began and each.path.endswith(ends or ("",)) for each in self.stage.requests[-20:])

    async def _end_well(self) -> None:
        """No more faults: everything that is owed must now come out, and the bot must leave when it is asked to."""
        self.stage.faults.remove()
        self._restore()
        await self.start()
        while not self.press.is_done:
            self._publish(MOST_AT_ONCE)
            await asyncio.sleep(0.1)
        patience = self.patience + self._longest_wait()
        await self.until(self._is_all_out, "everything that is owed", patience=patience)
        assert await self.stop() == 0, self.end_of_log()

    def _longest_wait(self) -> float:
        """Seconds until the last of what failed, again and again, is tried once more; ours is no hurried clock."""
        rows = self.rows("SELECT max(due) FROM delivery WHERE edit > 0 OR (state = 'later' AND attempts > 0)")
        due = float(str(rows[0][0] or 0)) / 1000
        return max(0.0, due - datetime.now(UTC).timestamp())

    def _publish(self, count: int) -> None:
        """No more at once than the poller lets through without asking itself whether this is a flood."""
        ((kept,),) = self.rows("SELECT count(*) FROM article")
        assert isinstance(kept, int)
        self.press.publish(min(count, MOST_AT_ONCE - (len(self.press.stories) - kept)))

    def so_far(self) -> str:
        count = self._count()
        return f"{count} {count.words}"

    # --- counting ---------------------------------------------------------------------------------------------

    def _owed(self) -> set[tuple[int, int]]:
        return {
            (channel, story.number)
            for channel, region in self.wanted.items()
            for story in self.press.stories[1:]
            if region == "*" or region in story.regions
        } - self._over_the_cap()

    def _over_the_cap(self) -> set[tuple[int, int]]:
        """What waits because enough came in this hour."""
        if self.capped is None:
            return set()
        rows = self.rows(
            "SELECT title FROM delivery JOIN article ON article.id = delivery.article "
            f"WHERE target = 'channel:{self.capped.id}' AND state IN ('pending', 'later')"
        )
        return {(self.capped.id, int(str(title).split()[1])) for (title,) in rows}

    def _out(self) -> dict[int, list[int]]:
        """The numbers of the stories in each channel, in the order in which they stand there."""
        out: dict[int, list[int]] = {}
        for place in self.places:
            if place.kind == FORUM:
                shown = [each.name for each in self._threads(place)]
            else:
                shown = [each.content for each in self._posts(place)]
            out[place.id] = [number for text in shown if (number := number_in(text)) is not None]
        return out

    def _stale(self) -> list[tuple[int, int]]:
        """What is shown otherwise than it was printed last."""
        found = []
        for place in self.places:
            lead = [(each.name, self._posts(each)[0]) for each in self._threads(place)] if place.kind == FORUM else []
            for headline, message in lead or [(each.content, each) for each in self._posts(place)]:
                number = number_in(headline)
                if number is not None and self.press.edition(number) not in str(message.embeds):
                    found.append((place.id, number))
        return found

    def _posts(self, place: Channel) -> list[Message]:
        return [each for each in self.stage.world.messages(place) if each.kind == 0]

    def _threads(self, forum: Channel) -> list[Channel]:
        """Of a forum, archived ones too, in the order in which they were opened."""
        guild = forum.guild
        found = [*guild.threads(), *guild.threads(archived=True)] if guild else []
        return sorted((each for each in found if each.parent is forum), key=lambda each: each.id)

    def _left(self) -> dict[tuple[int, int], str]:
        """What waits for a person, or was refused, each with its reason."""
        rows = self.rows(
            "SELECT target, title, reason FROM delivery JOIN article ON article.id = delivery.article "
            "WHERE state IN ('held', 'refused')"
        )
        return {(self.targets[str(target)], int(str(title).split()[1])): str(reason) for target, title, reason in rows}

    def _parked(self) -> set[tuple[int, int]]:
        """Of that, what may be out, which nobody can know. Whatever else is left is lost."""
        return {pair for pair, reason in self._left().items() if reason.startswith(IN_DOUBT)}

    def _is_all_out(self) -> bool:
        out = {(channel, number) for channel, numbers in self._out().items() for number in numbers}
        missing = self._owed() - out
        if self.capped and sum(channel == self.capped.id for channel, _ in out) < self.cap:
            return False
        return not self._stale() and (not missing or (missing <= self._left().keys() and not self._waiting()))

    def _waiting(self) -> bool:
        states = "('pending', 'later', 'sending', 'suspended')"
        capped = f"channel:{self.capped.id}" if self.capped else ""
        return self.rows(f"SELECT count(*) FROM delivery WHERE state IN {states} AND target != '{capped}'") != [(0,)]

    def _count(self) -> Count:
        owed, out = self._owed(), self._out()
        pairs = Counter((channel, number) for channel, numbers in out.items() for number in numbers)
        missing, parked = owed - pairs.keys(), self._parked()
        stale = self._stale()
        crowd = len(out[self.capped.id]) - self.cap if self.capped else 0
        strangers = [pair for pair in pairs if pair not in owed]
        disorder = [
            (channel, feed, numbers)
            for channel in out
            for feed in FEEDS
            if (numbers := self._alone_in(feed, out[channel])) != sorted(numbers)
        ]
        return Count(
            self.kills,
            len(owed),
            len(pairs.keys() & owed),
            len(missing - parked),
            sum(1 for times in pairs.values() if times > 1),
            len(parked & owed),
            len(strangers) + len(disorder) + len(stale) + max(0, crowd),
            self.seed,
            f"busy={self.busy} parked={Counter(self._left().values())} strangers={strangers[:5]} crowd={crowd} "
            f"disorder={disorder[:2]} stale={stale[:5]} "
            f"missing={sorted(missing)[:5]} twice={[each for each, times in pairs.items() if times > 1][:5]}",
        )

    def _alone_in(self, feed: str, numbers: list[int]) -> list[int]:
        """Those of one feed alone: between feeds, whichever was asked first comes first."""
        return [each for each in dict.fromkeys(numbers) if self.press.stories[each].feeds == (feed,)]


@contextlib.asynccontextmanager
async def a_torture(kills: int, articles: int, seed: int) -> AsyncIterator[Torture]:
    with tempfile.TemporaryDirectory(prefix="newsdesk-torture-") as folder:
        press = Press(Random(seed), articles)
        async with (
            serving("/{feed}", press.serve) as press.url,
            Stage(pace=PACE, seed=seed) as stage,
            Torture(stage, Path(folder), kills, articles, seed, press) as made,
        ):
            yield made
