"""Posting in forums: each article a thread. There is no nonce here, so what is out is found among the threads."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
from discord.http import Route

from bot.chat.pages import cards
from bot.chat.sender import channel
from bot.chat.sender.channel import PAGE, TOO_MUCH, Message, Shows, mine
from bot.chat.sender.left import Left
from bot.chat.sender.place import Place
from bot.chat.sender.post import Post, edit_body, forum_body
from bot.chat.sender.request import Answer, Line, unreadable

NONCE = False
OF_ONE = channel.OF_ONE
CHANNEL_GONE, MESSAGE_GONE = 10003, 10008
MOST = 50  # threads since an attempt whose first message is read


async def post(line: Line, place: Place, made: Post, nonce: str) -> Answer:
    route = Route("POST", "/channels/{channel_id}/threads", channel_id=place.id)
    return await line.ask(route, forum_body(made), query={"use_nested_fields": 1})


async def edit(line: Line, place: Place, message: int, made: Post, titled: str = "") -> Answer:
    """A thread's first message has the thread's own id. Its title follows, unless it says so already."""
    route = _first_message("PATCH", message)
    answer, asleep = await channel.opened(line, message, route, edit_body(made, in_forum=True))
    if answer.code == CHANNEL_GONE:  # each post is a thread, and is deleted by itself
        return replace(answer, code=MESSAGE_GONE)
    follows: dict[str, Any] = {} if titled == made.card.title else {"name": made.card.title}
    if asleep:
        follows["archived"] = True
    if answer.ok and follows:  # Discord allows a new title twice in ten minutes; to stay behind does no harm
        await channel.change(line, message, follows)
    return answer


async def look_back(line: Line, place: Place, left: Left, shows: Shows, me: int) -> Message | Answer | None:
    """The thread's first message if it is out, None if it is surely not, an answer where Discord did not tell."""
    active = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=place.guild)
    archived = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=place.id)
    for route in (active, archived):
        answer = await line.ask(route, query={"limit": PAGE} if route is archived else None)
        if not answer.ok:
            return answer
        if not isinstance(answer.body.get("threads"), list):
            return unreadable(answer)
        after = left.first_id(answer.at)
        threads = [
            int(each["id"])
            for each in answer.body["threads"]
            if str(each.get("parent_id")) == str(place.id)
            and str(each.get("owner_id")) == str(me)
            and int(each["id"]) > after
        ]
        newest = sorted(threads, reverse=True)[:MOST]
        for thread in newest:
            message = await line.ask(_first_message("GET", thread))
            if message.ok and mine(message.body, me) and shows(message.body):
                return message.body
            if not message.ok and message.status != 404:
                return message
        is_full = len(threads) > MOST and newest[-1] > cards.snowflake_at(left.since)  # else what was not read is older
        if is_full or _is_cut_short(answer, after):
            return TOO_MUCH
    return None


def _is_cut_short(answer: Answer, after: int) -> bool:
    """Whether a list of archived threads, the last archived first, may go on with threads that are new enough."""
    threads = answer.body.get("threads")
    if not answer.body.get("has_more") or not threads:
        return False
    archived = datetime.fromisoformat(threads[-1]["thread_metadata"]["archive_timestamp"])
    return archived > discord.utils.snowflake_time(after)


def _first_message(method: str, thread: int) -> Route:
    return Route(method, "/channels/{channel_id}/messages/{message_id}", channel_id=thread, message_id=thread)
