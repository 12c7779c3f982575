"""A command, a modal or a list of choices that breaks a rule is refused where it breaks it."""

from typing import Any

import pytest

from bot.stage import Stage
from bot.stage.rules.commands import is_name, size
from tests.stage.wrong_client import Answer, Place, WrongClient, violations_of


def command(**more: Any) -> dict[str, Any]:
    return {"name": "latest", "description": "Newest first", **more}


def option(**more: Any) -> dict[str, Any]:
    return {"type": 3, "name": "region", "description": "Which", **more}


def nested(*kinds: int) -> dict[str, Any]:
    inner: dict[str, Any] = option(type=3)
    for kind in reversed(kinds):
        inner = option(type=kind, options=[inner])
    return command(options=[inner])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("a name in capitals", command(name="Latest"), "0.name"),
    ("a name with a blank", command(name="the latest"), "0.name"),
    ("a name of 33", command(name="x" * 33), "0.name"),
    ("no description", {"name": "latest"}, "0.description"),
    ("a description of 101", command(description="x" * 101), "0.description"),
    ("an unknown field", command(colour=1), "0.colour"),
    ("a language nobody speaks", command(name_localizations={"xx": "neues"}), "0.name_localizations.xx"),
    ("a translated name in capitals", command(name_localizations={"de": "Neues"}), "0.name_localizations.de"),
    ("a translated description of 101", command(description_localizations={"de": "x" * 101}),
     "0.description_localizations.de"),
    ("26 options", command(options=[option(name=f"o{n}") for n in range(26)]), "0.options"),
    ("an optional option before a required one",
     command(options=[option(), option(name="other", required=True)]), "0.options.1.required"),
    ("two options of one name", command(options=[option(), option()]), "0.options.1.name"),
    ("a translated option name that another has",
     command(options=[option(name_localizations={"de": "wort"}), option(name="wort")]), "0.options.1.name"),
    ("26 choices", command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]),
     "0.options.0.choices"),
    ("a choice of 101", command(options=[option(choices=[{"name": "x" * 101, "value": "a"}])]),
     "0.options.0.choices.0.name"),
    ("a number among choices of text", command(options=[option(choices=[{"name": "x", "value": 1}])]),
     "0.options.0.choices.0.value"),
    ("choices and autocomplete", command(options=[option(autocomplete=True, choices=[{"name": "x", "value": "x"}])]),
     "0.options.0.autocomplete"),
    ("no name", {"description": "x"}, "0.name"),
    ("choices among channels", command(options=[option(type=7, choices=[{"name": "x", "value": "x"}])]),
     "0.options.0.choices"),
    ("kinds of channels for a text", command(options=[option(channel_types=[0])]), "0.options.0.channel_types"),
    ("a bound beyond whole numbers", command(options=[option(type=4, max_value=2**53)]), "0.options.0.max_value"),
    ("a text of 6001", command(options=[option(max_length=6001)]), "0.options.0.max_length"),
    ("a context menu with a description", {"name": "Menu", "type": 3, "description": "x"}, "0.description"),
    ("a context menu with options", {"name": "Menu", "type": 2, "options": [option()]}, "0.options"),
    ("a command of type 5", command(type=5), "0.type"),
    ("a context nobody knows", command(contexts=[3]), "0.contexts.0"),
    ("an option of type 12", command(options=[option(type=12)]), "0.options.0.type"),
    ("a subcommand beside an option", command(options=[option(type=1, name="sub"), option()]), "0.options"),
    ("a group in a group", nested(2, 2, 1), "0.options.0.options.0.type"),
    ("a subcommand in a subcommand", nested(1, 1), "0.options.0.options.0.type"),
    ("more than 8000 characters",
     command(options=[option(name=f"o{n}", description="x" * 100,
                             choices=[{"name": "n" * 100, "value": "v" * 100}] * 2) for n in range(20)]), "0"),
]  # fmt: skip


async def put(wrong: WrongClient, *commands: Any) -> Answer:
    return await wrong.ask("PUT", f"/applications/{wrong.stage.world.bot.id}/commands", list(commands))


@pytest.mark.parametrize(("why", "body", "path"), WRONG, ids=[each[0] for each in WRONG])
async def test_a_command_is_refused_for(why: str, body: dict[str, Any], path: str, wrong: WrongClient) -> None:
    answer = await put(wrong, body)
    assert (answer.status, answer.code) == (400, 50035), answer.body
    assert answer.error(*path.split(".")), answer.body
    assert violations_of(wrong.stage)
    assert wrong.stage.commands.everything() == []


async def test_names_are_unique_and_at_most_100(wrong: WrongClient) -> None:
    twice = await put(wrong, command(), command())
    many = await put(wrong, *(command(name=f"c{n}") for n in range(101)))
    menus = await put(wrong, *({"name": f"Menu {n}", "type": 3} for n in range(16)))
    assert [each.status for each in (twice, many, menus)] == [400, 400, 400]
    assert len(violations_of(wrong.stage)) == 3


async def test_a_bulk_put_replaces_all_and_keeps_the_ids_of_names_that_stay(wrong: WrongClient) -> None:
    first = (await put(wrong, command(), command(name="search"))).body
    second = (await put(wrong, command(description="Other"), command(name="regions"))).body
    assert [each["name"] for each in second] == ["latest", "regions"]
    assert second[0]["id"] == first[0]["id"] and second[0]["version"] != first[0]["version"]
    assert (await wrong.ask("GET", f"/applications/{wrong.stage.world.bot.id}/commands")).body == [
        {name: value for name, value in each.items() if not name.endswith("_localizations")} for each in second
    ]


async def test_only_new_names_count_against_200_creates_a_day(wrong: WrongClient, stage: Stage) -> None:
    stage.limits.set("PUT", "/applications/{application_id}/commands", 100, 1)
    for start in (0, 100):
        assert (await put(wrong, *(command(name=f"c{n}") for n in range(start, start + 100)))).status == 200
        assert (await put(wrong, *(command(name=f"c{n}") for n in range(start, start + 100)))).status == 200
    assert (await put(wrong, command(name="one-more"))).code == 30034
    stage.clock.advance(86_400)
    assert (await put(wrong, command(name="one-more"))).status == 200


async def test_a_guild_has_commands_of_its_own(wrong: WrongClient, place: Place) -> None:
    path = f"/applications/{wrong.stage.world.bot.id}/guilds/{place.guild.id}/commands"
    made = (await wrong.ask("POST", path, command())).body
    assert made["guild_id"] == str(place.guild.id)
    assert (await wrong.ask("PATCH", f"{path}/{made['id']}", {"description": "Newer"})).body["description"] == "Newer"
    assert (await wrong.ask("POST", path, command())).status == 200
    assert (await wrong.ask("DELETE", f"{path}/{made['id']}")).status == 204
    assert (await wrong.ask("GET", f"{path}/{made['id']}")).code == 10063


def test_names_may_be_of_any_script_that_has_no_capitals() -> None:
    assert all(is_name(each) for each in ("neues", "новости", "ニュース", "खोज", "ข่าว", "l'actu", "a-b_c"))
    assert not any(is_name(each) for each in ("Neues", "НОВОСТИ", "a b", "a/b", "", "x" * 33))


def test_only_the_longest_translation_counts_towards_the_size() -> None:
    assert size({"name": "ab", "name_localizations": {"de": "abcd", "fr": "abc"}, "description": "x"}) == 5
