"""A person acts: calls a command, presses a button, fills in a modal. What Discord checks, and what the bot gets."""

from collections.abc import Iterator
from typing import Any

from bot.stage.backstage import Backstage
from bot.stage.commands import FOR_GUILDS, FOR_USERS, context_of, installed_by, why_not
from bot.stage.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction
from bot.stage.messages import Message, walk
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Event, Guild
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rules.components import SELECTS, STRING_SELECT

SUBCOMMANDS = (1, 2)
BY_ID = {6: "users", 7: "channels", 8: "roles", 9: "mentionable", 11: "attachments"}
SELECT_OPTION_TYPE = {5: 6, 6: 8, 7: 9, 8: 7}
ATTACHMENT_LIMIT = 10 * 1024 * 1024


def act(stage: Backstage, user: User, body: Json) -> Interaction:
    """Opens the interaction that the body of Discord's own client asks for, and sends it to the bot."""
    channel = stage.world.channel(body.get("channel_id") or 0)
    if not channel.seen_by(user):
        raise Refusal(50001)
    kind = body.get("type")
    data = body.get("data")
    if not isinstance(data, dict):
        raise Refusal(50035, errors={"data": {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "Required"}]}})
    nonce = str(body["nonce"]) if body.get("nonce") is not None else None
    if kind in (COMMAND, AUTOCOMPLETE):
        found = _command(stage, user, channel, kind, data)
    elif kind == COMPONENT:
        found = _component(stage, user, channel, data, body.get("message_id"))
    elif kind == MODAL:
        found = _modal(stage, user, channel, data)
    else:
        raise Refusal(50035, detail="Interaction types are 2, 3, 4 and 5.")
    made = stage.interactions.open(kind=kind, user=user, channel=channel, guild=channel.guild, nonce=nonce, **found)
    made.payload = payload(stage, made)
    stage.world.tell(Event("INTERACTION_CREATE", made.payload, channel.guild, for_page=False))
    return made


def _command(stage: Backstage, user: User, channel: Channel, kind: int, data: Json) -> Json:
    guild = channel.guild
    if data.get("id"):
        own = [each for each in stage.commands.all(guild.id if guild else None) if each["id"] == str(data["id"])]
        command = own[0] if own else stage.commands.find(int(data["id"]))
    else:
        command = stage.commands.named(str(data.get("name")), guild.id if guild else None, int(data.get("type") or 1))
    reason = why_not(command, user, channel, guild, stage.world.bot)
    if reason:
        raise Refusal(50013, detail=reason)
    options = data.get("options") or []
    findings = Findings()
    _check_options(findings, ("data", "options"), command.get("options") or [], options, partial=kind == AUTOCOMPLETE)
    findings.refuse()
    for definition, given in _pairs(command.get("options") or [], options):
        if given.get("focused") and not definition.get("autocomplete"):
            raise Refusal(50035, detail=f"Nothing completes {definition['name']}.")
        if kind == COMMAND:
            _check_kind(stage, definition.get("channel_types"), [given.get("value")])
    if kind == AUTOCOMPLETE and not any(each.get("focused") for each in _leaves(options)):
        raise Refusal(50035, detail="No option is being typed.")
    sent: Json = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    if command.get("guild_id"):
        sent["guild_id"] = command["guild_id"]
    wanted = [(BY_ID[each["type"]], each["value"]) for each in _leaves(options) if each.get("type") in BY_ID]
    if data.get("target_id"):
        sent["target_id"] = str(data["target_id"])
        wanted.append(("users" if command["type"] == 2 else "messages", data["target_id"]))
    if command["type"] != 1:
        del sent["options"]
    resolved = _resolved(stage, user, channel, wanted)
    if resolved:
        sent["resolved"] = resolved
    by = installed_by(command, user, guild)
    return {"data": sent, "command": command, "owners": _owners(by, user, guild), **_hushed(by, user, channel)}


def _component(stage: Backstage, user: User, channel: Channel, data: Json, message_id: Any) -> Json:
    message = stage.world.message(channel, message_id or 0)
    if message.only_for not in (None, user.id):
        raise Refusal(10008)
    custom_id = data.get("custom_id")
    used = next((each for each in walk(message.components) if each.get("custom_id") == custom_id), None)
    if used is None or used.get("disabled") or message.author is not stage.world.bot:
        raise Refusal(50035, detail="There is nothing to press by that custom_id.")
    sent: Json = {"custom_id": custom_id, "component_type": used["type"], "id": used["id"]}
    if used["type"] in SELECTS:
        values = [str(each) for each in data.get("values") or []]
        least, most = used.get("min_values", 1), used.get("max_values", 1)
        offered = [option["value"] for option in used.get("options") or ()]
        if not least <= len(values) <= most or (used["type"] == STRING_SELECT and set(values) - set(offered)):
            raise Refusal(50035, detail="These values cannot be chosen.")
        sent["values"] = values
        if used["type"] != STRING_SELECT:
            _check_kind(stage, used.get("channel_types"), values)
            group = BY_ID[SELECT_OPTION_TYPE[used["type"]]]
            sent["resolved"] = _resolved(stage, user, channel, [(group, each) for each in values])
    by_message = (message.interaction or {}).get("authorizing_integration_owners")
    owners = dict(by_message) if by_message else _owners([FOR_GUILDS], user, channel.guild)
    return {"data": sent, "message": message, "owners": owners}


def _modal(stage: Backstage, user: User, channel: Channel, data: Json) -> Json:
    parent = stage.interactions.by_id(int(data.get("id") or 0))
    if parent is None or parent.modal is None or parent.user is not user:
        raise Refusal(50035, detail="No modal was opened by that interaction.")
    if data.get("custom_id") != parent.modal["custom_id"]:
        raise Refusal(50035, detail="The modal has another custom_id.")
    asked = {each["custom_id"]: each for each in walk(parent.modal["components"]) if each.get("custom_id")}
    filled = {each["custom_id"]: each for each in walk(data.get("components") or []) if each.get("custom_id")}
    if filled.keys() - asked.keys():
        raise Refusal(50035, detail="The modal has no such field.")
    findings = Findings()
    for custom_id, field in asked.items():
        value = filled.get(custom_id, {}).get("value") or ""
        if field["type"] != 4:
            continue
        if not value and field.get("required", True):
            findings.add(custom_id, "BASE_TYPE_REQUIRED", "This field is required")
        elif value:
            findings.longer((custom_id,), value, field.get("max_length") or 4000, field.get("min_length") or 0)
    findings.refuse()
    sent = {"custom_id": parent.modal["custom_id"], "components": data.get("components") or []}
    return {"data": sent, "message": parent.message, "parent": parent, "owners": parent.owners}


def payload(stage: Backstage, made: Interaction) -> Json:
    """The body of INTERACTION_CREATE."""
    channel, guild, bot = made.channel, made.guild, stage.world.bot
    body: Json = {
        "id": str(made.id),
        "application_id": str(bot.id),
        "type": made.kind,
        "token": made.token,
        "version": 1,
        "data": made.data,
        "channel_id": str(channel.id),
        "channel": channel.json() | {"permissions": str(channel.permissions_of(made.user))},
        "app_permissions": str(_app_permissions(stage, channel)),
        "locale": made.user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": made.owners,
        "context": context_of(channel, bot),
        "attachment_size_limit": ATTACHMENT_LIMIT,
    }
    if guild is not None:
        member = guild.members[made.user.id].json() | {"permissions": str(channel.permissions_of(made.user))}
        body |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": ["COMMUNITY", "NEWS"]},
            "guild_locale": guild.locale,
            "member": member,
        }
    else:
        body["user"] = made.user.json()
    if made.message is not None:
        body["message"] = made.message.json()
    return body


def _app_permissions(stage: Backstage, channel: Channel) -> int:
    """The bot's permissions here; where it is not, those of @everyone."""
    if channel.guild is not None and not channel.guild.has_bot:
        return channel.guild.everyone.permissions
    return channel.permissions_of(stage.world.bot)


def _owners(by: list[int], user: User, guild: Guild | None) -> dict[str, str]:
    found = {}
    if FOR_GUILDS in by:
        found[str(FOR_GUILDS)] = str(guild.id) if guild else "0"
    if FOR_USERS in by:
        found[str(FOR_USERS)] = str(user.id)
    return found


def _hushed(by: list[int], user: User, channel: Channel) -> Json:
    """Without USE_EXTERNAL_APPS what a user's own app answers is seen by that user alone."""
    outside = by == [FOR_USERS] and channel.guild is not None
    return {"forced_ephemeral": outside and not channel.lets(user, Permission.USE_EXTERNAL_APPS)}


def _leaves(options: list[Json]) -> Iterator[Json]:
    for each in options:
        if each.get("type") in SUBCOMMANDS:
            yield from _leaves(each.get("options") or [])
        else:
            yield each


def _pairs(defined: list[Json], given: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each option that was given beside its definition."""
    known = {each["name"]: each for each in defined}
    for each in given:
        definition = known[each["name"]]
        if definition["type"] in SUBCOMMANDS:
            yield from _pairs(definition.get("options") or [], each.get("options") or [])
        else:
            yield definition, each


def _check_kind(stage: Backstage, kinds: list[int] | None, values: list[Any]) -> None:
    """A client offers only channels of the kinds that are asked for."""
    for each in values if kinds else ():
        if stage.world.channel(each).kind not in (kinds or ()):
            raise Refusal(50035, detail="A channel of another kind was asked for.")


def _check_options(
    findings: Findings, path: tuple[str, ...], defined: list[Json], given: list[Json], *, partial: bool
) -> None:
    """What the client lets through: known names, required ones, whole choices, values within their bounds."""
    known = {each["name"]: each for each in defined}
    for each in given:
        definition = known.get(str(each.get("name")))
        if definition is None or definition["type"] != each.get("type", definition["type"]):
            findings.add((*path, str(each.get("name"))), "APPLICATION_COMMAND_OPTION_UNKNOWN", "No such option")
            continue
        each["type"] = definition["type"]
        where = (*path, definition["name"])
        if definition["type"] in SUBCOMMANDS:
            _check_options(findings, where, definition.get("options") or [], each.get("options") or [], partial=partial)
        elif not partial:
            _check_value(findings, where, definition, each.get("value"))
    has_subcommands = any(each["type"] in SUBCOMMANDS for each in defined)
    if has_subcommands and len(given) != 1:
        findings.add(path, "APPLICATION_COMMAND_NOT_CALLABLE", "A command with subcommands is not called itself")
    named = {each.get("name") for each in given}
    for name, each in known.items():
        if each.get("required") and name not in named and not partial:
            findings.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")


def _check_value(findings: Findings, path: tuple[str, ...], option: Json, value: Any) -> None:
    kind = option["type"]
    if kind == 3 and isinstance(value, str):
        findings.longer(path, value, option.get("max_length") or 6000, option.get("min_length") or 0)
    fits: dict[int, tuple[type, ...]] = {4: (int,), 5: (bool,), 10: (int, float)}
    if not isinstance(value, fits.get(kind, (str,))) or (kind in (4, 10) and isinstance(value, bool)):
        findings.add(path, "BASE_TYPE_CHOICES", f"This is no value of type {kind}")
        return
    if option.get("choices") and value not in [each["value"] for each in option["choices"]]:
        findings.add(path, "BASE_TYPE_CHOICES", "Not one of the choices")
    if kind in (4, 10):
        if option.get("min_value") is not None and value < option["min_value"]:
            findings.add(path, "NUMBER_TYPE_MIN", f"At least {option['min_value']}")
        if option.get("max_value") is not None and value > option["max_value"]:
            findings.add(path, "NUMBER_TYPE_MAX", f"At most {option['max_value']}")


def _resolved(stage: Backstage, user: User, channel: Channel, wanted: list[tuple[str, Any]]) -> Json:
    """Users, members, roles, channels and messages that the act names, in full."""
    found: dict[str, dict[str, Json]] = {}
    guild = channel.guild
    for group, key in wanted:
        number = int(key)
        if group == "mentionable":
            group = "roles" if guild and number in guild.roles else "users"
        if group == "users":
            found.setdefault("users", {})[str(key)] = stage.world.person(number).json()
            if guild and number in guild.members:
                member = guild.members[number].json(with_user=False)
                member["permissions"] = str(channel.permissions_of(guild.members[number].user))
                found.setdefault("members", {})[str(key)] = member
        elif group == "roles" and guild and number in guild.roles:
            found.setdefault("roles", {})[str(key)] = guild.roles[number].json()
        elif group == "channels":
            found.setdefault("channels", {})[str(key)] = _resolved_channel(stage, user, stage.world.channel(number))
        elif group == "messages":
            message: Message = stage.world.message(channel, number)
            found.setdefault("messages", {})[str(key)] = message.json()
    return found


def _resolved_channel(stage: Backstage, user: User, channel: Channel) -> Json:
    """A channel in `resolved`: what the caller may do there, and what the app may."""
    left_out = ("permission_overwrites", "available_tags", "default_reaction_emoji", "template")
    body = {name: value for name, value in channel.json().items() if name not in left_out}
    return body | {
        "permissions": str(channel.permissions_of(user)),
        "app_permissions": str(channel.permissions_of(stage.world.bot)),
    }
