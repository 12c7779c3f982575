"""How each kind of target is posted to: a new kind is a file like these, and a line in WAYS."""

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.chat.sender import channel, forum
from bot.chat.sender.channel import Message, Shows
from bot.chat.sender.left import Left
from bot.chat.sender.place import Place
from bot.chat.sender.post import Post
from bot.chat.sender.request import Answer, Line


class Way(Protocol):
    """What a file of a kind of target can do; the files themselves are the ways."""

    @property
    def NONCE(self) -> bool:
        """Whether Discord knows a post again by its nonce."""
        ...

    @property
    def OF_ONE(self) -> Collection[int]:
        """Discord's codes that speak of one post where of another kind of place they speak of the whole."""
        ...

    async def post(self, line: Line, place: Place, made: Post, nonce: str) -> Answer: ...

    async def edit(self, line: Line, place: Place, message: int, made: Post, titled: str = "") -> Answer:
        """`titled` is what stands over the post now, where something does."""
        ...

    async def look_back(self, line: Line, place: Place, left: Left, shows: Shows, me: int) -> Message | Answer | None:
        """The message if it is out, None if it is surely not, an answer where Discord did not tell, TOO_MUCH or
        HIDDEN."""
        ...


WAYS: Mapping[str, Way] = {
    "text": channel,
    "announcement": channel,
    "thread": channel,
    "dm": channel,
    "forum": forum,
}
