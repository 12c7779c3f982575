"""Routes of channels: look, create, change, delete, overwrite, follow."""

from typing import Any

from bot.stage.kinds import FORUMS, KINDS, REQUIRE_TAG, Tag
from bot.stage.permissions import Permission
from bot.stage.places import Channel
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest import threads
from bot.stage.rest.call import BOT, PERSON, Call, Reply, Route, available
from bot.stage.rules.fields import listed, number, only_known, text

MOST_FORUM_TAGS = 20
_KNOWN = frozenset({
    "name", "type", "topic", "bitrate", "user_limit", "rate_limit_per_user", "position", "permission_overwrites",
    "parent_id", "nsfw", "default_auto_archive_duration", "default_reaction_emoji", "available_tags", "flags",
    "default_sort_order", "default_forum_layout", "default_tag_setting", "default_thread_rate_limit_per_user",
    "rtc_region", "video_quality_mode",
})  # fmt: skip


async def get(call: Call) -> Json:
    return call.channel().json()


async def patch(call: Call) -> Json:
    channel = call.channel()
    if channel.thread is not None:
        return threads.change(call, channel)
    call.need(channel, Permission.MANAGE_CHANNELS)
    body = call.fields
    _check(body)
    _apply(call, channel, body)
    channel.changed()
    return channel.json()


async def delete(call: Call) -> Json:
    channel = call.channel()
    if channel.guild is None:
        raise Refusal(50003)
    call.need(channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
    body = channel.json()
    channel.guild.drop_channel(channel)
    return body


async def create(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_CHANNELS)
    body = call.fields
    _check(body, new=True)
    kinds = {number: name for name, number in KINDS.items()}
    kind = kinds.get(body.get("type") or 0, "")
    if kind not in ("text", "voice", "category", "announcement", "forum", "media"):
        raise Refusal(50024)
    category = guild.channels.get(int(body["parent_id"])) if body.get("parent_id") else None
    channel = guild.add_channel(body["name"], kind=kind, category=category, topic=body.get("topic"))
    _apply(call, channel, body)
    if set(body) - {"name", "type", "parent_id", "topic"}:
        channel.changed()
    return Reply(201, channel.json())


async def of_guild(call: Call) -> list[Json]:
    return [each.json() for each in call.guild().channels.values() if not each.is_thread]


async def put_overwrite(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_ROLES)
    body = call.fields
    given = int(body.get("allow") or 0) | int(body.get("deny") or 0)
    held = channel.permissions_of(call.user)
    if given & ~held and not held & Permission.ADMINISTRATOR:
        raise Refusal(50013)
    channel.overwrites[int(call.where["overwrite_id"])] = (
        body.get("type") in (0, "0"),
        int(body.get("allow") or 0),
        int(body.get("deny") or 0),
    )
    channel.changed()


async def delete_overwrite(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_ROLES)
    channel.overwrites.pop(int(call.where["overwrite_id"]), None)
    channel.changed()


async def follow(call: Call) -> Json:
    """Lets another channel receive what this announcement channel publishes."""
    channel = call.channel()
    if channel.kind != KINDS["announcement"]:
        raise Refusal(50024)
    target = call.stage.world.channel(call.fields.get("webhook_channel_id") or 0)
    if target.guild is not None:
        available(target.guild)
    call.need(target, Permission.MANAGE_WEBHOOKS)
    if target not in channel.followers:
        channel.followers.append(target)
    return {"channel_id": str(channel.id), "webhook_id": str(call.stage.clock.snowflake())}


def _check(body: Json, *, new: bool = False) -> None:
    findings = Findings()
    only_known(findings, (), body, _KNOWN)
    text(findings, ("name",), body.get("name"), 100, least=1, required=new)
    text(findings, ("topic",), body.get("topic"), 4096 if body.get("type") in FORUMS else 1024)
    number(findings, ("rate_limit_per_user",), body.get("rate_limit_per_user"), 0, 21600)
    tags = listed(findings, ("available_tags",), body.get("available_tags"), MOST_FORUM_TAGS)
    for index, each in enumerate(tags):
        text(findings, ("available_tags", index, "name"), each.get("name"), 20, required=True)
    findings.refuse()


def _apply(call: Call, channel: Channel, body: Json) -> None:
    channel.name = body.get("name") or channel.name
    if "topic" in body:
        channel.topic = body["topic"]
    if "parent_id" in body:
        channel.parent_id = int(body["parent_id"]) if body["parent_id"] else None
    if "position" in body:
        channel.position = body["position"] or 0
    channel.nsfw = bool(body.get("nsfw", channel.nsfw))
    channel.slowmode = body.get("rate_limit_per_user") or 0
    if "flags" in body:
        channel.flags = (body["flags"] or 0) & REQUIRE_TAG
    if body.get("available_tags") is not None:
        channel.tags = [
            Tag(int(each.get("id") or call.stage.clock.snowflake()), each["name"], bool(each.get("moderated")))
            for each in body["available_tags"]
        ]
    if body.get("permission_overwrites") is not None:
        channel.overwrites = {
            int(each["id"]): (each.get("type") in (0, "0"), int(each.get("allow") or 0), int(each.get("deny") or 0))
            for each in body["permission_overwrites"]
        }


_ONE = "/channels/{channel_id}"
ROUTES = [
    Route("GET", _ONE, get, frozenset({BOT, PERSON})),
    Route("PATCH", _ONE, patch),
    Route("DELETE", _ONE, delete),
    Route("GET", "/guilds/{guild_id}/channels", of_guild, frozenset({BOT, PERSON})),
    Route("POST", "/guilds/{guild_id}/channels", create),
    Route("PUT", f"{_ONE}/permissions/{{overwrite_id}}", put_overwrite),
    Route("DELETE", f"{_ONE}/permissions/{{overwrite_id}}", delete_overwrite),
    Route("POST", f"{_ONE}/followers", follow),
]
