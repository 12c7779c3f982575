"""Routes of a channel's webhooks: whoever holds the token may say something under any name."""

from typing import Any

from bot.stage.drafts import USERS_ONLY
from bot.stage.kinds import FORUMS, HOLD_MESSAGES, Webhook
from bot.stage.messages import Message
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest.call import ANYONE, Call, Reply, Route
from bot.stage.rest.drafting import edited_draft, new_draft
from bot.stage.rules.fields import only_known, text
from bot.stage.rules.messages import WEBHOOK

MOST_IN_A_CHANNEL = 15
FORBIDDEN_IN_NAMES = ("discord", "clyde")


async def create(call: Call) -> Json:
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    if channel.guild is None or channel.is_thread or channel.kind not in (*HOLD_MESSAGES, *FORUMS):
        raise Refusal(50024)
    findings = Findings()
    name = call.fields.get("name")
    only_known(findings, (), call.fields, {"name", "avatar"})
    text(findings, ("name",), name, 80, least=1, required=True)
    for word in FORBIDDEN_IN_NAMES:
        if isinstance(name, str) and word in name.lower():
            findings.add("name", "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    findings.refuse()
    if len(channel.webhooks) >= MOST_IN_A_CHANNEL:
        raise Refusal(30007)
    made = Webhook(call.stage.clock.snowflake(), str(name), call.stage.world.new_token(), call.user)
    channel.webhooks[made.id] = made
    return _json(made, channel)


async def of_channel(call: Call) -> list[Json]:
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    return [_json(each, channel) for each in channel.webhooks.values()]


async def get(call: Call) -> Json:
    return _json(*_found(call))


async def delete(call: Call) -> None:
    found, channel = _found(call)
    del channel.webhooks[found.id]


async def execute(call: Call) -> Any:
    """Says something; without `wait` nothing is told of what became of it."""
    found, channel = _found(call)
    place = _place(call, channel)
    draft = new_draft(call, call.fields, place.id, known=WEBHOOK, parsed_by_default=USERS_ONLY)
    face = User(found.id, str(call.fields.get("username") or found.name), bot=True)
    message = call.stage.world.post(place, face, draft, webhook_id=found.id)
    return Reply(200, message.json()) if call.says("wait") else None


def _place(call: Call, channel: Channel) -> Channel:
    """The channel itself, one of its threads, or in a forum a new post."""
    thread_id, title = call.query.get("thread_id"), call.fields.get("thread_name")
    if thread_id:
        thread = call.stage.world.channel(thread_id)
        if thread.parent_id != channel.id:
            raise Refusal(10003)
        return thread
    if channel.kind not in FORUMS:
        return channel
    if not title:
        raise Refusal(220001)
    thread = call.stage.world.open_thread(channel, call.stage.world.bot, str(title))
    call.stage.world.announce_thread(thread)
    return thread


async def get_message(call: Call) -> Json:
    return _message(call).json()


async def edit_message(call: Call) -> Json:
    message = _message(call)
    draft = edited_draft(call, message, call.fields, known=WEBHOOK)
    draft.parsed_by_default = USERS_ONLY
    call.stage.world.edit(message, draft)
    return message.json()


async def delete_message(call: Call) -> None:
    call.stage.world.delete(_message(call))


def _message(call: Call) -> Message:
    found, channel = _found(call)
    place = call.stage.world.channel(call.query["thread_id"]) if "thread_id" in call.query else channel
    message = call.stage.world.message(place, call.where["message_id"])
    if message.webhook_id != found.id:
        raise Refusal(10008)
    return message


def _found(call: Call) -> tuple[Webhook, Channel]:
    for channel in call.stage.world.channels():
        for each in channel.webhooks.values():
            if str(each.id) == call.where["webhook_id"]:
                if call.where.get("webhook_token", each.token) != each.token:
                    raise Refusal(50027)
                if "webhook_token" not in call.where:
                    call.need(channel, Permission.MANAGE_WEBHOOKS)
                return each, channel
    raise Refusal(10015)


def _json(webhook: Webhook, channel: Channel) -> Json:
    return {
        "id": str(webhook.id),
        "type": 1,
        "name": webhook.name,
        "avatar": None,
        "token": webhook.token,
        "channel_id": str(channel.id),
        "guild_id": str(channel.guild.id) if channel.guild else None,
        "application_id": str(webhook.made_by.id) if webhook.made_by.bot else None,
        "user": webhook.made_by.json(),
    }


_OPEN = frozenset({ANYONE})
ROUTES = [
    Route("POST", "/channels/{channel_id}/webhooks", create),
    Route("GET", "/channels/{channel_id}/webhooks", of_channel),
    Route("GET", "/webhooks/{webhook_id}", get),
    Route("DELETE", "/webhooks/{webhook_id}", delete),
    Route("GET", "/webhooks/{webhook_id}/{webhook_token}", get, _OPEN),
    Route("DELETE", "/webhooks/{webhook_id}/{webhook_token}", delete, _OPEN),
]
