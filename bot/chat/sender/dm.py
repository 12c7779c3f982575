"""Direct messages: the channel must be opened first, once."""

import time
from dataclasses import replace

from discord.http import Route

from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line, id_in, unreadable
from bot.delivery.pace import Time

APART = 0.2  # seconds between two that may be opened, until Discord's limit has told
CLOSEST, FARTHEST = 0.02, 60.0


class Doors:
    """The DM channels that we know.

    All openings share one limit of Discord's. Where thousands wait for theirs, and all come back as soon as there is
    room for ten, nothing is done but coming back: so each is given a time of its own, one after the other.
    """

    def __init__(self, line: Line, clock: Time = time.monotonic) -> None:
        self._line = line
        self._clock = clock
        self._known: dict[int, int] = {}
        self._opened = 0  # since the limit was last used up
        self._apart = APART
        self._next = 0.0

    async def open(self, user: int) -> Place | Answer:
        """The person's DM channel, or Discord's answer why there is none."""
        if user not in self._known:
            answer = await self._line.ask(Route("POST", "/users/@me/channels"), {"recipient_id": str(user)})
            if answer.status == 429 and not answer.whole_bot and not answer.banned:
                return self._in_turn(answer)
            self._learn(answer)
            if not answer.ok or not id_in(answer.body):
                return answer if not answer.ok else unreadable(answer)
            self._known[user] = id_in(answer.body)
        return Place(self._known[user], "dm", "direct message")

    def _learn(self, answer: Answer) -> None:
        """How many may be opened in which time, from the answer that used the limit up."""
        self._opened += 1
        if answer.spent:
            self._apart = min(max(answer.spent / self._opened, CLOSEST), FARTHEST)
            self._opened = 0

    def _in_turn(self, answer: Answer) -> Answer:
        """Later, and behind those who were told so before."""
        now = self._clock()
        self._next = max(self._next, now + answer.wait) + self._apart
        return replace(answer, wait=self._next - now)
