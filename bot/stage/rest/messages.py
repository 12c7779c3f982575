"""Routes of messages: send, fetch, list, edit, delete, crosspost, react, pin."""

from typing import Any
from urllib.parse import unquote

from bot.stage.drafts import Draft
from bot.stage.kinds import FORUMS, HOLD_MESSAGES, KINDS
from bot.stage.messages import Message, MessageFlag
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest.call import BOT, PERSON, Call, Route
from bot.stage.rest.drafting import edited_draft, new_draft

BOTH = frozenset({BOT, PERSON})
ANNOUNCEMENT_EDITS = 10  # of one published message, in an hour; Discord gives no number


async def send(call: Call) -> Json:
    channel = call.channel()
    body = call.fields
    draft = new_draft(call, body, channel.id)
    may_send(call, channel, draft)
    nonce = None if body.get("nonce") in (None, "") else str(body["nonce"])
    if nonce and body.get("enforce_nonce"):
        before = call.stage.world.said_before(call.user, nonce)
        if before is not None:
            return shown(call, before) | {"nonce": body["nonce"]}
    draft.reference = _reference(call, channel, body.get("message_reference"))
    kind = 19 if draft.reference else 0
    message = call.stage.world.post(channel, call.user, draft, nonce=nonce, kind=kind)
    if nonce:
        call.stage.world.remember(call.user, nonce, message, channel)
    return shown(call, message) | ({"nonce": body["nonce"]} if nonce else {})


def may_send(call: Call, channel: Channel, draft: Draft) -> None:
    """Refuses what may not be said here, and leaves out embeds where they are not allowed."""
    if channel.kind in FORUMS or channel.kind not in HOLD_MESSAGES:
        raise Refusal(50008)
    if channel.guild is None:
        person = next((each for each in channel.recipients if not each.bot), None)
        if call.by_bot and (person is None or not reachable(call, person)):
            raise Refusal(50007)
        return
    if channel.thread is not None:
        call.need(channel, Permission.SEND_MESSAGES_IN_THREADS)
        if channel.thread.locked and not channel.lets(call.user, Permission.MANAGE_THREADS):
            raise Refusal(160005 if not channel.thread.archived else 50083)
    else:
        call.need(channel, Permission.SEND_MESSAGES)
    without_permission(call, channel, draft)


def without_permission(call: Call, channel: Channel, draft: Draft) -> None:
    """EMBED_LINKS missing: embeds fall silently away, and a message of nothing else is refused."""
    if draft.attachments and not channel.lets(call.user, Permission.ATTACH_FILES):
        raise Refusal(50013)
    if draft.tts and not channel.lets(call.user, Permission.SEND_TTS_MESSAGES):
        draft.tts = False
    if draft.embeds and not channel.lets(call.user, Permission.EMBED_LINKS):
        draft.embeds = []
        if draft.says_nothing:
            raise Refusal(50013)


def reachable(call: Call, person: User) -> bool:
    """Whether the bot may write to this person: they share a guild or installed the app, and take messages."""
    shares = any(guild.has_bot and person.id in guild.members for guild in call.stage.world.guilds.values())
    return person.takes_dms and (shares or person.has_installed)


def shown(call: Call, message: Message) -> Json:
    """A message as the caller gets to see it."""
    return message.json(for_bot=call.user) if call.by_bot else message.staged()


def _reference(call: Call, channel: Channel, reference: Any) -> Json | None:
    if not isinstance(reference, dict):
        return None
    wanted = reference.get("message_id")
    if wanted is None or int(wanted) not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            findings = Findings()
            findings.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            findings.refuse()
        return None
    call.need(channel, Permission.READ_MESSAGE_HISTORY)
    found = {"type": 0, "message_id": str(wanted), "channel_id": str(channel.id)}
    return found | ({"guild_id": str(channel.guild.id)} if channel.guild else {})


async def history(call: Call) -> list[Json]:
    """Newest first. Without READ_MESSAGE_HISTORY the list is empty, and no error."""
    channel = call.channel()
    limit = call.number("limit", 50, 1, 100)
    if not channel.lets(call.user, Permission.READ_MESSAGE_HISTORY):
        return []
    if channel.kind in FORUMS or channel.kind not in HOLD_MESSAGES:
        raise Refusal(50008)
    seen = sorted((each for each in channel.messages.values() if sees(call, each)), key=lambda each: -each.id)
    asked = {name: int(call.query[name]) for name in ("before", "after", "around") if name in call.query}
    if "around" in asked:
        newer = [each for each in seen if each.id > asked["around"]][-(limit // 2) :] if limit > 1 else []
        older = [each for each in seen if each.id <= asked["around"]]
        seen = [*newer, *older]
    elif "after" in asked:
        seen = [each for each in seen if each.id > asked["after"]][-limit:]
    elif "before" in asked:
        seen = [each for each in seen if each.id < asked["before"]]
    return [shown(call, each) for each in seen[:limit]]


def sees(call: Call, message: Message) -> bool:
    """Ephemeral messages are in nobody's history but in the one person's to whom they belong."""
    return message.only_for is None or message.only_for == call.user.id


async def fetch(call: Call) -> Json:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message = call.stage.world.message(channel, call.where["message_id"])
    if not sees(call, message):
        raise Refusal(10008)
    return shown(call, message)


async def edit(call: Call) -> Json:
    channel = call.channel()
    message = call.stage.world.message(channel, call.where["message_id"])
    if message.only_for is not None:
        raise Refusal(10008)
    if message.author is not call.user:
        if set(call.fields) - {"flags"} or not channel.lets(call.user, Permission.MANAGE_MESSAGES):
            raise Refusal(50005)
        return _suppress(call, message)
    if channel.thread is not None and channel.thread.archived:
        raise Refusal(50083)
    draft = edited_draft(call, message, call.fields)
    if message.flags & MessageFlag.CROSSPOSTED:
        wait = call.stage.limits.wait(f"announcement {message.id}", ANNOUNCEMENT_EDITS, 3600.0)
        if wait is not None:
            raise Refusal(20022, seconds=wait)
    if draft.embeds and not channel.lets(call.user, Permission.EMBED_LINKS):
        draft.embeds = []
    call.stage.world.edit(message, draft)
    for copy in copies(call, channel, message):
        call.stage.world.edit(copy, _copied(draft, copy.flags))
    return shown(call, message)


def _suppress(call: Call, message: Message) -> Json:
    hidden = (call.fields.get("flags") or 0) & MessageFlag.SUPPRESS_EMBEDS
    message.flags = message.flags & ~MessageFlag.SUPPRESS_EMBEDS | hidden
    call.stage.world.refresh(message)
    return shown(call, message)


async def delete(call: Call) -> None:
    channel = call.channel()
    message = call.stage.world.message(channel, call.where["message_id"])
    if message.only_for is not None:
        raise Refusal(10008)
    if message.author is not call.user:
        call.need(channel, Permission.MANAGE_MESSAGES)
    for copy in copies(call, channel, message):
        copy.flags |= MessageFlag.SOURCE_MESSAGE_DELETED
        call.stage.world.refresh(copy)
    call.stage.world.delete(message)


async def delete_many(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    wanted = call.fields.get("messages") or []
    if not 2 <= len(wanted) <= 100:
        findings = Findings()
        findings.add("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
        findings.refuse()
    for key in wanted:
        if int(key) in channel.messages:
            call.stage.world.delete(channel.messages[int(key)])


async def crosspost(call: Call) -> Json:
    """Publishes a message: it is copied, without its components, into every channel that follows."""
    channel = call.channel(Permission.SEND_MESSAGES)
    if channel.kind != KINDS["announcement"]:
        raise Refusal(50024)
    message = call.stage.world.message(channel, call.where["message_id"])
    if message.author is not call.user:
        call.need(channel, Permission.MANAGE_MESSAGES)
    if message.flags & MessageFlag.CROSSPOSTED:
        raise Refusal(40033)
    message.flags |= MessageFlag.CROSSPOSTED
    draft = Draft(message.content, list(message.embeds), list(message.components), list(message.attachments))
    reference = {"type": 0, "message_id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild:
        reference["guild_id"] = str(channel.guild.id)
    for follower in channel.followers:
        name = f"{channel.guild.name if channel.guild else ''} #{channel.name}"
        face = User(call.stage.clock.snowflake(), name, bot=True)
        copy = _copied(draft, message.flags & ~MessageFlag.CROSSPOSTED | MessageFlag.IS_CROSSPOST)
        call.stage.world.post(follower, face, copy, webhook_id=face.id, reference=reference)
    call.stage.world.refresh(message)
    return shown(call, message)


def _copied(draft: Draft, flags: int) -> Draft:
    newer = flags & MessageFlag.IS_COMPONENTS_V2
    copy = Draft(draft.content, draft.embeds, draft.components if newer else [], draft.attachments, flags)
    copy.allowed_mentions = {"parse": []}
    return copy


def copies(call: Call, channel: Channel, message: Message) -> list[Message]:
    """The copies of a published message in the channels that follow."""
    if not message.flags & MessageFlag.CROSSPOSTED:
        return []
    wanted = str(message.id)
    found = [each for follower in channel.followers for each in follower.messages.values()]
    return [each for each in found if (each.reference or {}).get("message_id") == wanted]


async def typing(call: Call) -> None:
    channel = call.channel(Permission.SEND_MESSAGES)
    call.stage.world.type_in(channel, call.user)


async def react(call: Call) -> None:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message = call.stage.world.message(channel, call.where["message_id"])
    name = unquote(call.where["emoji_name"])
    if name not in message.reactions:
        call.need(channel, Permission.ADD_REACTIONS)
    call.stage.world.react(message, name, call.user, True)


async def unreact(call: Call) -> None:
    channel = call.channel()
    message = call.stage.world.message(channel, call.where["message_id"])
    whose = call.user
    if call.where.get("user_id", str(whose.id)) != str(whose.id):
        call.need(channel, Permission.MANAGE_MESSAGES)
        whose = call.stage.world.person(call.where["user_id"])
    call.stage.world.react(message, unquote(call.where["emoji_name"]), whose, False)


async def reacted(call: Call) -> list[Json]:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message = call.stage.world.message(channel, call.where["message_id"])
    by = message.reactions.get(unquote(call.where["emoji_name"]), set())
    return [call.stage.world.person(each).json() for each in sorted(by)]


async def pin(call: Call) -> None:
    _set_pinned(call, True)


async def unpin(call: Call) -> None:
    _set_pinned(call, False)


def _set_pinned(call: Call, pinned: bool) -> None:
    channel = call.channel(Permission.PIN_MESSAGES)
    message = call.stage.world.message(channel, call.where["message_id"])
    message.pinned = pinned
    call.stage.world.refresh(message)


_MANY = "/channels/{channel_id}/messages"
_ONE = "/channels/{channel_id}/messages/{message_id}"
ROUTES = [
    Route("POST", _MANY, send, BOTH),
    Route("GET", _MANY, history, BOTH),
    Route("POST", f"{_MANY}/bulk-delete", delete_many),
    Route("GET", _ONE, fetch, BOTH),
    Route("PATCH", _ONE, edit, BOTH),
    Route("DELETE", _ONE, delete, BOTH),
    Route("POST", f"{_ONE}/crosspost", crosspost),
    Route("POST", "/channels/{channel_id}/typing", typing, BOTH),
    Route("PUT", f"{_ONE}/reactions/{{emoji_name}}/@me", react, BOTH),
    Route("DELETE", f"{_ONE}/reactions/{{emoji_name}}/@me", unreact, BOTH),
    Route("DELETE", f"{_ONE}/reactions/{{emoji_name}}/{{user_id}}", unreact),
    Route("GET", f"{_ONE}/reactions/{{emoji_name}}", reacted),
    Route("PUT", "/channels/{channel_id}/messages/pins/{message_id}", pin),
    Route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", unpin),
]
