"""Routes of the application, users, guilds, members and the gateway's address."""

from typing import Any

from bot.stage.permissions import Permission
from bot.stage.refusals import Json, Refusal
from bot.stage.rest.call import ANYONE, BOT, PERSON, Call, Reply, Route

BOTH = frozenset({BOT, PERSON})


async def me(call: Call) -> Json:
    return call.user.json() | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0, "locale": "en-US"}


async def application(call: Call) -> Json:
    bot = call.stage.world.bot
    owner = next(iter(call.stage.world.people.values()), bot)
    return {
        "id": str(bot.id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": owner.json(),
        "team": None,
        "flags": 0,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(call.stage.world.guilds),
        "approximate_user_install_count": sum(each.has_installed for each in call.stage.world.people.values()),
        "integration_types_config": {"0": {}, "1": {}},
        "bot": bot.json(),
    }


async def gateway_for_bot(call: Call) -> Json:
    left = {"total": 1000, "remaining": call.stage.sessions_left, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.stage.ws_url, "shards": call.stage.shards, "session_start_limit": left}


async def gateway(call: Call) -> Json:
    return {"url": call.stage.ws_url}


async def user(call: Call) -> Json:
    return call.stage.world.person(call.where["user_id"]).json()


async def open_dm(call: Call) -> Json:
    person = call.stage.world.person(call.fields.get("recipient_id") or 0)
    if person is call.user:
        raise Refusal(50007)
    return call.stage.world.dm(person if call.by_bot else call.user).json()


async def my_guilds(call: Call) -> list[Json]:
    found = [each for each in call.stage.world.guilds.values() if call.user.id in each.members]
    return [
        {"id": str(each.id), "name": each.name, "icon": each.icon, "owner": each.owner_id == call.user.id,
         "permissions": str(each.permissions_of(call.user)), "features": ["COMMUNITY", "NEWS"]}
        for each in found
    ]  # fmt: skip


async def leave(call: Call) -> None:
    call.stage.world.drop_guild(call.guild())


async def get(call: Call) -> Json:
    found = call.guild()
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": len(found.members)}
    return found.json() | (counts if call.says("with_counts") else {})


async def member(call: Call) -> Json:
    guild = call.guild()
    wanted = int(call.user.id if call.where["user_id"] == "@me" else call.where["user_id"])
    if wanted not in guild.members:
        raise Refusal(10007)
    return guild.members[wanted].json()


async def members(call: Call) -> Any:
    """Listing members needs a privileged intent, which nobody has granted."""
    raise Refusal(50001)


async def roles(call: Call) -> list[Json]:
    return [each.json() for each in call.guild().roles.values()]


async def create_role(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_ROLES)
    body = call.fields
    made = guild.add_role(
        body.get("name") or "new role",
        permissions=int(body.get("permissions") or 0),
        mentionable=bool(body.get("mentionable")),
        color=int(body.get("color") or 0),
    )
    return Reply(200, made.json())


ROUTES = [
    Route("GET", "/users/@me", me, BOTH),
    Route("GET", "/users/@me/guilds", my_guilds, BOTH),
    Route("DELETE", "/users/@me/guilds/{guild_id}", leave),
    Route("POST", "/users/@me/channels", open_dm, BOTH),
    Route("GET", "/users/{user_id}", user, BOTH),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway/bot", gateway_for_bot),
    Route("GET", "/gateway", gateway, frozenset({ANYONE})),
    Route("GET", "/guilds/{guild_id}", get, BOTH),
    Route("GET", "/guilds/{guild_id}/members", members),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member, BOTH),
    Route("GET", "/guilds/{guild_id}/roles", roles, BOTH),
    Route("POST", "/guilds/{guild_id}/roles", create_role),
]
