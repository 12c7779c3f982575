"""Posting where messages are: text and announcement channels, threads, direct messages."""

from collections.abc import Callable, Mapping
from typing import Any

from discord.http import Route

from bot.chat.pages import cards
from bot.chat.sender.left import AHEAD, Left
from bot.chat.sender.place import Place
from bot.chat.sender.post import Post, edit_body, message_body
from bot.chat.sender.request import Answer, Line, unreadable

Message = Mapping[str, Any]
Shows = Callable[[Message], bool]

NONCE = True  # the same twice is one message, for a while
ARCHIVED, LOCKED = 50083, 160005
OF_ONE = frozenset({ARCHIVED, LOCKED})
PAGE = 100
PAGES, PAGES_BEFORE = 5, 20  # so many messages since an attempt are looked through, and of those of before
TOO_MUCH = Answer(0, words="more has been posted there since than can be looked through")
HIDDEN = Answer(0, words="the thread cannot be read without Read Message History")


async def post(line: Line, place: Place, made: Post, nonce: str) -> Answer:
    return await line.ask(_messages("POST", place), message_body(made, nonce))


async def edit(line: Line, place: Place, message: int, made: Post, titled: str = "") -> Answer:
    answer, asleep = await opened(line, place.id, _message("PATCH", place.id, message), edit_body(made))
    if asleep and answer.ok:
        await change(line, place.id, {"archived": True})
    return answer


async def opened(line: Line, thread: int, route: Route, body: Mapping[str, Any]) -> tuple[Answer, bool]:
    """Edit, and whether a thread had to be opened for it: after a week in which nobody wrote there it is archived."""
    answer = await line.ask(route, body)
    asleep = answer.code == ARCHIVED
    if asleep and (await change(line, thread, {"archived": False})).ok:
        answer = await line.ask(route, body)
    return answer, asleep


async def change(line: Line, thread: int, so: Mapping[str, Any]) -> Answer:
    """Change what a thread is called, or whether it is open."""
    return await line.ask(Route("PATCH", "/channels/{channel_id}", channel_id=thread), so)


async def look_back(line: Line, place: Place, left: Left, shows: Shows, me: int) -> Message | Answer | None:
    """The message if it is out, None if it is surely not, an answer where Discord did not tell, TOO_MUCH or
    HIDDEN."""
    at, after = left.at(), left.first_id()
    pages = before = 0
    while pages < PAGES and before < PAGES_BEFORE:
        answer = await line.ask(_messages("GET", place), query={"after": after, "limit": PAGE})
        if not answer.ok:
            return await _last_one(line, place, shows, me) or answer if answer.status >= 500 else answer
        if answer.items is None:
            return unreadable(answer)
        if not before + pages and (earlier := left.first_id(answer.at)) < after:
            at, after, pages = left.at(answer.at), earlier, 1
            continue
        found = [each for each in answer.items if mine(each, me) and shows(each)]
        if found:
            return found[0]
        if len(answer.items) < PAGE:
            return None if answer.items else await _hidden(line, place)
        after = max(int(each["id"]) for each in answer.items)
        if after < cards.snowflake_at(at - AHEAD):
            before += 1  # what was posted before it left puts nothing in doubt
        else:
            pages += 1
    return TOO_MUCH


def mine(message: Message, me: int) -> bool:
    """Whether we posted it: an answer to a person shows articles too, and is no delivery."""
    is_answer = message.get("interaction_metadata") or message.get("webhook_id")
    return not is_answer and str(message.get("author", {}).get("id")) == str(me)


async def _hidden(line: Line, place: Place) -> Answer | None:
    """None where what is not found is surely not there, else HIDDEN or an answer where Discord did not tell.

    An archived thread is not listed, so that nobody tells us whether we may read it; where we may, it shows something.
    """
    if place.kind != "thread" or place.name:
        return None
    answer = await line.ask(_messages("GET", place), query={"limit": 1})
    if not answer.ok:
        return answer
    if answer.items is None:
        return unreadable(answer)
    return None if answer.items else HIDDEN


async def _last_one(line: Line, place: Place, shows: Shows, me: int) -> Message | None:
    """A channel whose list cannot be read may still show its last message singly. Only a find is an answer."""
    channel = await line.ask(Route("GET", "/channels/{channel_id}", channel_id=place.id))
    last = channel.body.get("last_message_id") if channel.ok else None
    if not last:
        return None
    message = await line.ask(_message("GET", place.id, int(last)))
    return message.body if message.ok and mine(message.body, me) and shows(message.body) else None


def _messages(method: str, place: Place) -> Route:
    return Route(method, "/channels/{channel_id}/messages", channel_id=place.id)


def _message(method: str, channel: int, message: int) -> Route:
    return Route(method, "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message)
