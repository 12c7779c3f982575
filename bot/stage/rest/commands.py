"""Routes of application commands, global and per guild."""

from typing import Any

from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest.call import Call, Reply, Route
from bot.stage.rules.commands import check_command, check_commands


def _place(call: Call) -> int | None:
    """Whose commands: one guild's, or everyone's."""
    if call.where["application_id"] != str(call.stage.world.bot.id):
        raise Refusal(20001)
    return call.guild().id if "guild_id" in call.where else None


async def get_all(call: Call) -> list[Json]:
    place = _place(call)
    if place is None:
        call.stage.commands.synced = True  # a bot that looks, finds what it wants and sets nothing is in step as well
    full = call.says("with_localizations")
    return [each if full else _default_language(each) for each in call.stage.commands.all(place)]


def _default_language(command: Json) -> Json:
    return {name: value for name, value in command.items() if not name.endswith("_localizations")}


async def put_all(call: Call) -> list[Json]:
    place = _place(call)
    if not isinstance(call.body, list) or not all(isinstance(each, dict) for each in call.body):
        raise Refusal(50035, errors={"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables"}]})
    findings = Findings()
    check_commands(findings, call.body)
    findings.refuse()
    return call.stage.commands.replace(call.body, place)


async def post(call: Call) -> Any:
    place = _place(call)
    findings = Findings()
    check_command(findings, (), call.fields)
    findings.refuse()
    made, fresh = call.stage.commands.put(call.fields, place)
    return Reply(201 if fresh else 200, made)


async def get_one(call: Call) -> Json:
    return call.stage.commands.find(int(call.where["command_id"]), _place(call))


async def patch(call: Call) -> Json:
    place = _place(call)
    before = call.stage.commands.find(int(call.where["command_id"]), place)
    findings = Findings()
    check_command(findings, (), before | call.fields)
    findings.refuse()
    return call.stage.commands.change(int(before["id"]), call.fields, place)


async def delete(call: Call) -> None:
    call.stage.commands.remove(int(call.where["command_id"]), _place(call))


async def overrides(call: Call) -> Json:
    """The admins' own rules for a command; nobody has set any here."""
    raise Refusal(10066)


_PLACES = ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")
ROUTES = [
    *(Route(method, place, answer) for place in _PLACES
      for method, answer in (("GET", get_all), ("PUT", put_all), ("POST", post))),
    *(Route(method, f"{place}/{{command_id}}", answer) for place in _PLACES
      for method, answer in (("GET", get_one), ("PATCH", patch), ("DELETE", delete))),
    Route("GET", f"{_PLACES[1]}/{{command_id}}/permissions", overrides),
]  # fmt: skip
