"""Routes of threads and forum posts."""

from typing import Any

from bot.stage.kinds import FORUMS, KINDS, REQUIRE_TAG
from bot.stage.messages import MessageFlag
from bot.stage.permissions import Permission
from bot.stage.places import Channel
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest.call import Call, Reply, Route
from bot.stage.rest.drafting import new_draft
from bot.stage.rest.messages import shown, without_permission
from bot.stage.rules.fields import only_known, text
from bot.stage.rules.messages import COMMON, MAY_BE_SENT

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
MOST_TAGS = 5
MOST_ACTIVE = 1000
_KNOWN = frozenset(
    {"name", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message", "type", "invitable"}
)
_IN_A_POST = COMMON | {"sticker_ids", "nonce", "enforce_nonce"}


async def create(call: Call) -> Any:
    """A forum post with its first message, or a thread without one."""
    channel = call.channel()
    body = call.fields
    _check(body)
    _room_for_one_more(channel)
    if channel.kind in FORUMS:
        return Reply(201, _post(call, channel, body))
    if channel.kind not in (KINDS["text"], KINDS["announcement"]):
        raise Refusal(50024)
    kind = int(body.get("type") or 12)
    if channel.kind == KINDS["announcement"]:
        kind = 10
    call.need(channel, Permission.CREATE_PRIVATE_THREADS if kind == 12 else Permission.CREATE_PUBLIC_THREADS)
    thread = call.stage.world.open_thread(channel, call.user, body["name"], kind=kind)
    _set_minutes(thread, body)
    call.stage.world.announce_thread(thread)
    return Reply(201, thread.json() | _membership(call, thread))


async def create_from_message(call: Call) -> Any:
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    message = call.stage.world.message(channel, call.where["message_id"])
    body = call.fields
    _check(body)
    if channel.kind not in (KINDS["text"], KINDS["announcement"]):
        raise Refusal(50024)
    assert channel.guild is not None
    if message.id in channel.guild.channels:
        raise Refusal(160004)
    _room_for_one_more(channel)
    kind = 10 if channel.kind == KINDS["announcement"] else 11
    thread = call.stage.world.open_thread(channel, call.user, body["name"], id=message.id, kind=kind)
    _set_minutes(thread, body)
    message.flags |= MessageFlag.HAS_THREAD
    call.stage.world.announce_thread(thread)
    call.stage.world.refresh(message)
    return Reply(201, thread.json() | _membership(call, thread))


def _post(call: Call, forum: Channel, body: Json) -> Json:
    call.need(forum, Permission.SEND_MESSAGES)
    tags = _tags(call, forum, body.get("applied_tags") or [])
    if not isinstance(body.get("message"), dict):
        findings = Findings()
        findings.add("message", "BASE_TYPE_REQUIRED", "This field is required")
        findings.refuse()
    draft = new_draft(call, body["message"], forum.id, known=_IN_A_POST, may_set=MAY_BE_SENT, path=("message",))
    without_permission(call, forum, draft)
    thread = call.stage.world.open_thread(forum, call.user, body["name"])
    assert thread.thread is not None
    thread.thread.tags = tags
    _set_minutes(thread, body)
    call.stage.world.announce_thread(thread)
    # A nonce means nothing here: the same post twice is two posts.
    message = call.stage.world.post(thread, call.user, draft, id=thread.id)
    forum.last_message_id = thread.id
    return thread.json() | _membership(call, thread) | {"message": shown(call, message)}


def _tags(call: Call, forum: Channel, wanted: list[Any]) -> list[int]:
    known = {str(tag.id): tag for tag in forum.tags}
    if len(wanted) > MOST_TAGS:
        findings = Findings()
        findings.add("applied_tags", "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {MOST_TAGS} in length.")
        findings.refuse()
    if forum.flags & REQUIRE_TAG and not wanted:
        raise Refusal(40067)
    for each in wanted:
        if str(each) not in known:
            raise Refusal(10087)
        if known[str(each)].moderated:
            call.need(forum, Permission.MANAGE_THREADS)
    return [int(each) for each in wanted]


def _check(body: Json) -> None:
    findings = Findings()
    only_known(findings, (), body, _KNOWN)
    text(findings, ("name",), body.get("name"), 100, least=1, required=True)
    if body.get("auto_archive_duration") not in (None, *ARCHIVE_MINUTES):
        findings.add("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {set(ARCHIVE_MINUTES)}.")
    findings.refuse()


def _set_minutes(thread: Channel, body: Json) -> None:
    assert thread.thread is not None
    thread.thread.archive_minutes = body.get("auto_archive_duration") or thread.thread.archive_minutes
    thread.slowmode = body.get("rate_limit_per_user") or 0


def _room_for_one_more(channel: Channel) -> None:
    if channel.guild is not None and len(channel.guild.threads()) >= MOST_ACTIVE:
        raise Refusal(160006)


def _membership(call: Call, thread: Channel) -> Json:
    assert thread.thread is not None
    joined = {"id": str(thread.id), "user_id": str(call.user.id), "flags": 1}
    return {"member": joined | {"join_timestamp": thread.thread.created_at.isoformat()}}


async def active(call: Call) -> Json:
    guild = call.guild()
    threads = sorted((each for each in guild.threads() if each.seen_by(call.user)), key=lambda each: -each.id)
    return {"threads": [each.json() for each in threads], "members": _members(call, threads)}


async def archived(call: Call) -> Json:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    assert channel.guild is not None
    limit = call.number("limit", 50, 2, 100)
    found = [each for each in channel.guild.threads(archived=True) if each.parent_id == channel.id and each.kind != 12]
    found.sort(key=lambda each: -each.id)
    before = call.query.get("before")
    if before:
        found = [each for each in found if each.thread and each.thread.json()["archive_timestamp"] < before]
    shown_now = found[:limit]
    return {
        "threads": [each.json() for each in shown_now],
        "members": _members(call, shown_now),
        "has_more": len(found) > limit,
    }


def _members(call: Call, threads: list[Channel]) -> list[Json]:
    mine = [each for each in threads if each.thread and call.user.id in each.thread.members]
    return [_membership(call, each)["member"] for each in mine]


async def join(call: Call) -> None:
    thread = call.channel()
    if thread.thread is None:
        raise Refusal(50024)
    thread.thread.members.add(call.user.id)


async def leave(call: Call) -> None:
    thread = call.channel()
    if thread.thread is None:
        raise Refusal(50024)
    thread.thread.members.discard(call.user.id)


def change(call: Call, thread: Channel) -> Json:
    """PATCH of a thread: its owner may rename, archive and tag it, others need MANAGE_THREADS."""
    state, body = thread.thread, call.fields
    assert state is not None
    owns = state.owner_id == call.user.id
    moderates = thread.lets(call.user, Permission.MANAGE_THREADS)
    opens_only = set(body) <= {"archived"} and body.get("archived") is False and not state.locked
    if not (owns or moderates or opens_only) or (("locked" in body or state.locked) and not moderates):
        raise Refusal(50013)
    findings = Findings()
    known = {
        "name",
        "archived",
        "locked",
        "auto_archive_duration",
        "rate_limit_per_user",
        "applied_tags",
        "flags",
        "invitable",
    }
    only_known(findings, (), body, known)
    text(findings, ("name",), body.get("name"), 100, least=1)
    findings.refuse()
    if state.archived and body.get("archived", True) is not False:
        raise Refusal(50083)
    if "applied_tags" in body and thread.parent is not None:
        state.tags = _tags(call, thread.parent, body["applied_tags"] or [])
    thread.name = body.get("name") or thread.name
    state.locked = bool(body.get("locked", state.locked))
    if "archived" in body and bool(body["archived"]) != state.archived:
        state.archived = bool(body["archived"])
        state.touched_at = call.stage.clock.now()
    thread.flags = body.get("flags", thread.flags)
    _set_minutes(thread, body)
    thread.changed()
    return thread.json()


ROUTES = [
    Route("POST", "/channels/{channel_id}/threads", create),
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", create_from_message),
    Route("GET", "/channels/{channel_id}/threads/archived/public", archived),
    Route("GET", "/guilds/{guild_id}/threads/active", active),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
    Route("DELETE", "/channels/{channel_id}/thread-members/@me", leave),
]
