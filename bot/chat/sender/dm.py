"""Direct messages: the channel must be opened first, once."""

from discord.http import Route

from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line, id_in, unreadable


class Doors:
    """The DM channels that we know."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: dict[int, int] = {}

    async def open(self, user: int) -> Place | Answer:
        """The person's DM channel, or Discord's answer why there is none."""
        if user not in self._known:
            answer = await self._line.ask(Route("POST", "/users/@me/channels"), {"recipient_id": str(user)})
            if not answer.ok or not id_in(answer.body):
                return answer if not answer.ok else unreadable(answer)
            self._known[user] = id_in(answer.body)
        return Place(self._known[user], "dm", "direct message")
