"""Posting in forums: each article a thread. There is no nonce here, so what is out is found among the threads."""

from datetime import datetime

from discord.http import Route

from bot.chat.pages import cards
from bot.chat.sender.channel import BEFORE, Message, Shows, mine
from bot.chat.sender.place import Place
from bot.chat.sender.post import Post, edit_body, forum_body
from bot.chat.sender.request import Answer, Line

NONCE = False
MOST = 50  # threads since an attempt whose first message is read


async def post(line: Line, place: Place, made: Post, nonce: str) -> Answer:
    route = Route("POST", "/channels/{channel_id}/threads", channel_id=place.id)
    return await line.ask(route, forum_body(made), query={"use_nested_fields": 1})


async def edit(line: Line, place: Place, message: int, made: Post, titled: str = "") -> Answer:
    """A thread's first message has the thread's own id. Its title follows, unless it says so already."""
    answer = await line.ask(_first_message("PATCH", message), edit_body(made, in_forum=True))
    if answer.ok and titled != made.card.title:  # Discord allows this twice in ten minutes; to stay behind does no harm
        await line.ask(Route("PATCH", "/channels/{channel_id}", channel_id=message), {"name": made.card.title})
    return answer


async def look_back(line: Line, place: Place, since: datetime, shows: Shows, me: int) -> Message | Answer | None:
    """The thread's first message if it is out, None if it is surely not, an answer where Discord did not tell."""
    after = cards.snowflake_at(since - BEFORE)
    active = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=place.guild)
    archived = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=place.id)
    for route in (active, archived):
        answer = await line.ask(route)
        if not answer.ok:
            return answer
        threads = [
            int(each["id"])
            for each in answer.body.get("threads", ())
            if str(each.get("parent_id")) == str(place.id)
            and str(each.get("owner_id")) == str(me)
            and int(each["id"]) > after
        ]
        for thread in sorted(threads, reverse=True)[:MOST]:
            message = await line.ask(_first_message("GET", thread))
            if message.ok and mine(message.body, me) and shows(message.body):
                return message.body
            if not message.ok and message.status != 404:
                return message
    return None


def _first_message(method: str, thread: int) -> Route:
    return Route(method, "/channels/{channel_id}/messages/{message_id}", channel_id=thread, message_id=thread)
