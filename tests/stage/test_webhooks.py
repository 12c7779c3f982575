"""A channel's webhooks: who makes them, what they may say, and what becomes of those that are gone."""

from bot.stage.permissions import Permission
from tests.stage.wrong_client import Place, WrongClient, violations_of


async def made(wrong: WrongClient, place: Place, forum: bool = False) -> str:
    channel = place.forum if forum else place.text
    channel.overwrite(wrong.stage.world.bot, allow=Permission.MANAGE_WEBHOOKS)
    hook = (await wrong.ask("POST", f"/channels/{channel.id}/webhooks", {"name": "Ticker"})).body
    return f"/webhooks/{hook['id']}/{hook['token']}"


async def test_a_webhook_is_made_with_its_permission_and_a_lawful_name(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/webhooks"
    assert (await wrong.ask("POST", path, {"name": "Ticker"})).code == 50013
    place.text.overwrite(wrong.stage.world.bot, allow=Permission.MANAGE_WEBHOOKS)
    for name in ("My Discord", "Clyde", "x" * 81, ""):
        assert (await wrong.ask("POST", path, {"name": name})).error("name")
    assert len(violations_of(wrong.stage)) == 4
    wrong.stage.limits.set("POST", "/channels/{channel_id}/webhooks", 100, 1)
    statuses = [(await wrong.ask("POST", path, {"name": "Ticker"})).status for _ in range(16)]
    assert statuses == [200] * 15 + [400]
    assert len((await wrong.ask("GET", path)).body) == 15


async def test_whoever_holds_the_token_speaks_under_any_name(wrong: WrongClient, place: Place) -> None:
    hook = await made(wrong, place)
    assert (await wrong.ask("POST", hook, {"content": "x"}, token="")).status == 204
    said = (await wrong.ask("POST", hook + "?wait=1", {"content": "x", "username": "Ada"}, token="")).body
    assert (said["author"]["username"], "webhook_id" in said) == ("Ada", True)
    again = await wrong.ask("PATCH", f"{hook}/messages/{said['id']}", {"content": "y"}, token="")
    assert again.body["content"] == "y"
    assert (await wrong.ask("GET", f"{hook}/messages/{said['id']}", token="")).body["content"] == "y"
    other = (await wrong.send(place.text, content="the bot's")).body
    assert (await wrong.ask("DELETE", f"{hook}/messages/{other['id']}", token="")).code == 10008
    assert (await wrong.ask("DELETE", f"{hook}/messages/{said['id']}", token="")).status == 204


async def test_it_knows_no_nonce(wrong: WrongClient, place: Place) -> None:
    hook = await made(wrong, place)
    assert (await wrong.ask("POST", hook, {"content": "x", "nonce": "n"}, token="")).error("nonce")
    assert violations_of(wrong.stage)


async def test_in_a_forum_it_names_a_post(wrong: WrongClient, place: Place) -> None:
    hook = await made(wrong, place, forum=True)
    assert (await wrong.ask("POST", hook, {"content": "x"}, token="")).code == 220001
    said = (await wrong.ask("POST", hook + "?wait=1", {"content": "x", "thread_name": "A post"}, token="")).body
    more = {"content": "y"}
    there = (await wrong.ask("POST", f"{hook}?wait=1&thread_id={said['channel_id']}", more, token="")).body
    assert there["channel_id"] == said["channel_id"]
    elsewhere = await wrong.ask("POST", f"{hook}?thread_id={place.text.id}", more, token="")
    assert elsewhere.code == 10003


async def test_gone_is_unknown_and_a_wrong_token_invalid(wrong: WrongClient, place: Place) -> None:
    hook = await made(wrong, place)
    assert (await wrong.ask("POST", hook + "x", {"content": "x"}, token="")).code == 50027
    assert (await wrong.ask("DELETE", hook, token="")).status == 204
    assert (await wrong.ask("POST", hook, {"content": "x"}, token="")).code == 10015
