"""Direct messages: the channel must be opened first, once."""

from discord.http import Route

from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line


class Doors:
    """The DM channels that we know."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: dict[int, int] = {}

    async def open(self, user: int) -> Place | Answer:
        """The person's DM channel, or Discord's answer why there is none."""
        if user not in self._known:
            answer = await self._line.ask(Route("POST", "/users/@me/channels"), {"recipient_id": str(user)})
            if not answer.ok:
                return answer
            self._known[user] = int(answer.body["id"])
        return Place(self._known[user], "dm", "direct message")
