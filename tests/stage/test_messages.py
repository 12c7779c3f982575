"""Sending, reading back, editing, publishing: permissions, nonces, mentions, copies."""

from datetime import timedelta

import pytest

from bot.stage import Stage
from bot.stage.messages import MessageFlag
from bot.stage.permissions import Permission
from tests.stage.wrong_client import Place, WrongClient, violations_of


async def test_a_nonce_enforced_gives_the_first_message_back(wrong: WrongClient, place: Place) -> None:
    first = await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    again = await wrong.send(place.news, content="Two", nonce="n", enforce_nonce=True)  # by author, not by channel
    assert again.body["id"] == first.body["id"]
    assert first.body["nonce"] == "n"
    assert len(wrong.stage.world.messages()) == 1


async def test_a_nonce_is_another_persons_own(wrong: WrongClient, place: Place) -> None:
    await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    path = f"/channels/{place.text.id}/messages"
    await wrong.ask("POST", path, {"content": "Mine", "nonce": "n", "enforce_nonce": True}, token=place.bob.token)
    assert len(place.text.messages) == 2


async def test_a_nonce_is_forgotten_after_two_minutes(wrong: WrongClient, place: Place) -> None:
    await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    wrong.stage.clock.advance(119)
    await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    assert len(place.text.messages) == 1
    wrong.stage.clock.advance(2)
    await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    assert len(place.text.messages) == 2


async def test_a_nonce_not_enforced_hinders_nothing_and_is_not_kept(wrong: WrongClient, place: Place) -> None:
    await wrong.send(place.text, content="One", nonce="n")
    await wrong.send(place.text, content="Two", nonce="n")
    listed = (await wrong.ask("GET", f"/channels/{place.text.id}/messages")).body
    assert [(each["content"], "nonce" in each) for each in listed] == [("Two", False), ("One", False)]


async def test_the_nonce_of_a_deleted_message_is_an_unknown_message(wrong: WrongClient, place: Place) -> None:
    sent = await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    await wrong.ask("DELETE", f"/channels/{place.text.id}/messages/{sent.body['id']}")
    again = await wrong.send(place.text, content="One", nonce="n", enforce_nonce=True)
    assert (again.status, again.code) == (404, 10008)


@pytest.mark.parametrize(
    ("withdrawn", "status", "code"),
    [(Permission.VIEW_CHANNEL, 403, 50001), (Permission.SEND_MESSAGES, 403, 50013)],
)
async def test_sending_without_permission(
    withdrawn: Permission, status: int, code: int, wrong: WrongClient, place: Place
) -> None:
    wrong.stage.world.withdraw(place.text, withdrawn)
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, answer.code) == (status, code)
    wrong.stage.world.restore(place.text, withdrawn)
    assert (await wrong.send(place.text, content="x")).status == 200


async def test_without_embed_links_embeds_fall_away_and_nothing_else_is_refused(
    wrong: WrongClient, place: Place
) -> None:
    wrong.stage.world.withdraw(place.text, Permission.EMBED_LINKS)
    both = await wrong.send(place.text, content="Words", embeds=[{"title": "x"}])
    assert (both.status, both.body["embeds"]) == (200, [])
    alone = await wrong.send(place.text, embeds=[{"title": "x"}])
    assert (alone.status, alone.code) == (403, 50013)
    newer = await wrong.send(place.text, flags=1 << 15, components=[{"type": 10, "content": "x"}])
    assert newer.status == 200


async def test_without_history_the_list_is_empty_and_no_error(wrong: WrongClient, place: Place) -> None:
    sent = await wrong.send(place.text, content="x")
    wrong.stage.world.withdraw(place.text, Permission.READ_MESSAGE_HISTORY)
    listed = await wrong.ask("GET", f"/channels/{place.text.id}/messages")
    assert (listed.status, listed.body) == (200, [])
    assert (await wrong.ask("GET", f"/channels/{place.text.id}/messages/{sent.body['id']}")).code == 50013


async def test_a_bot_in_time_out_only_looks_on(wrong: WrongClient, place: Place) -> None:
    me = place.guild.members[wrong.stage.world.bot.id]
    me.timed_out_until = wrong.stage.clock.now() + timedelta(minutes=1)
    assert (await wrong.send(place.text, content="x")).code == 50013
    assert (await wrong.ask("GET", f"/channels/{place.text.id}/messages")).status == 200
    wrong.stage.clock.advance(61)
    assert (await wrong.send(place.text, content="x")).status == 200


async def test_forums_and_categories_hold_no_messages(wrong: WrongClient, place: Place) -> None:
    category = place.guild.add_category("Regions")
    assert (await wrong.send(place.forum, content="x")).code == 50008
    assert (await wrong.send(category, content="x")).code == 50008


async def test_what_is_gone_is_unknown(wrong: WrongClient, place: Place) -> None:
    place.guild.drop_channel(place.text)
    assert (await wrong.send(place.text, content="x")).code == 10003
    wrong.stage.world.drop_guild(place.guild)
    assert (await wrong.send(place.news, content="x")).code == 10003
    assert (await wrong.ask("GET", f"/guilds/{place.guild.id}")).code == 10004


async def test_a_guild_where_the_bot_is_not_is_closed_to_it(wrong: WrongClient, stage: Stage) -> None:
    foreign = stage.world.add_guild("Foreign", with_bot=False)
    lobby = foreign.add_channel("lobby")
    assert (await wrong.send(lobby, content="x")).code == 50001
    assert (await wrong.ask("GET", f"/guilds/{foreign.id}")).code == 50001


async def test_history_goes_before_after_and_around(wrong: WrongClient, place: Place) -> None:
    wrong.stage.limits.set("POST", "/channels/{channel_id}/messages", 100, 1)
    wrong.stage.limits.set("GET", "/channels/{channel_id}/messages", 100, 1)
    ids = [(await wrong.send(place.text, content=str(n))).body["id"] for n in range(9)]

    async def listed(query: str) -> str:
        found = (await wrong.ask("GET", f"/channels/{place.text.id}/messages?{query}")).body
        return "".join(each["content"] for each in found)

    assert await listed("limit=3") == "876"
    assert await listed(f"limit=3&before={ids[4]}") == "321"
    assert await listed(f"limit=3&after={ids[4]}") == "765"
    assert await listed(f"limit=3&around={ids[4]}") == "543"
    assert (await wrong.ask("GET", f"/channels/{place.text.id}/messages?limit=101")).code == 50035
    assert violations_of(wrong.stage)


async def test_only_the_author_edits(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/messages"
    other = (await wrong.ask("POST", path, {"content": "Bob's"}, token=place.bob.token)).body
    assert (await wrong.ask("PATCH", f"{path}/{other['id']}", {"content": "x"})).code == 50005
    assert (await wrong.ask("DELETE", f"{path}/{other['id']}")).code == 50013
    own = (await wrong.send(place.text, content="Mine", embeds=[{"title": "Kept"}])).body
    edited = (await wrong.ask("PATCH", f"{path}/{own['id']}", {"content": "Changed"})).body
    assert (edited["content"], edited["embeds"][0]["title"]) == ("Changed", "Kept")
    assert edited["edited_timestamp"]
    assert (await wrong.ask("PATCH", f"{path}/1234567890", {"content": "x"})).code == 10008


async def test_what_others_say_an_app_does_not_read(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/messages"
    await wrong.ask("POST", path, {"content": "secret"}, token=place.bob.token)
    await wrong.ask("POST", path, {"content": f"hello <@{wrong.stage.world.bot.id}>"}, token=place.bob.token)
    listed = (await wrong.ask("GET", path)).body
    assert [each["content"] for each in listed] == [f"hello <@{wrong.stage.world.bot.id}>", ""]


async def test_a_file_comes_along_only_with_the_permission(wrong: WrongClient, place: Place) -> None:
    import aiohttp

    def form() -> aiohttp.FormData:
        made = aiohttp.FormData(quote_fields=False)
        made.add_field("payload_json", '{"embeds": [{"image": {"url": "attachment://hill.png"}}]}')
        made.add_field("files[0]", b"\x89PNG", filename="hill.png", content_type="image/png")
        return made

    path = f"/channels/{place.text.id}/messages"
    place.text.overwrite(wrong.stage.world.bot, deny=Permission.ATTACH_FILES)
    assert (await wrong.ask("POST", path, data=form())).code == 50013
    place.text.overwrite(wrong.stage.world.bot, allow=Permission.ATTACH_FILES)
    sent = (await wrong.ask("POST", path, data=form())).body
    assert sent["embeds"][0]["image"]["url"] == sent["attachments"][0]["url"]
    async with wrong.session.get(sent["attachments"][0]["url"]) as response:
        assert (await response.read(), response.content_type) == (b"\x89PNG", "image/png")


# whom a message pings


async def test_a_message_says_whom_it_would_ping(wrong: WrongClient, place: Place) -> None:
    role = place.guild.add_role("Readers", mentionable=True)
    closed = place.guild.add_role("Closed")
    place.guild.members[place.bob.id].roles += [role.id, closed.id]
    said = f"@everyone <@{place.ada.id}> <@&{role.id}> <@&{closed.id}>"

    async def pinged(**allowed: object) -> list[str]:
        sent = await wrong.send(place.text, content=said, **({"allowed_mentions": allowed} if allowed else {}))
        pings = place.text.messages[int(sent.body["id"])].pings
        names = {place.ada.id: "ada", place.bob.id: "bob"}
        return (["everyone"] if pings.everyone else []) + [names[each] for each in pings.members]

    wrong.stage.limits.set("POST", "/channels/{channel_id}/messages", 100, 1)
    assert await pinged() == ["ada", "bob"]  # without MENTION_EVERYONE neither all nor the closed role
    assert await pinged(parse=[]) == []
    assert await pinged(parse=["users"]) == ["ada"]
    assert await pinged(parse=["roles"]) == ["bob"]
    assert await pinged(users=[str(place.bob.id)]) == []
    assert await pinged(roles=[role.id]) == ["bob"]
    assert await pinged(roles=[str(closed.id)]) == []
    place.text.overwrite(wrong.stage.world.bot, allow=Permission.MENTION_EVERYONE)
    assert await pinged(parse=["everyone"]) == ["everyone", "ada", "bob"]
    assert await pinged(roles=[str(closed.id)]) == ["bob"]


async def test_embeds_ping_nobody_and_texts_of_components_do(wrong: WrongClient, place: Place) -> None:
    said = f"<@{place.ada.id}>"
    one = await wrong.send(place.text, embeds=[{"description": said}])
    two = await wrong.send(place.text, flags=1 << 15, components=[{"type": 10, "content": said}])
    found = [place.text.messages[int(each.body["id"])].pinged for each in (one, two)]
    assert found == [[], [place.ada.id]]


async def test_nobody_is_pinged_who_cannot_see_the_channel_and_silence_is_told(
    wrong: WrongClient, place: Place
) -> None:
    place.text.overwrite(place.bob, deny=Permission.VIEW_CHANNEL)
    sent = await wrong.send(place.text, content=f"<@{place.bob.id}> <@{place.ada.id}>", flags=1 << 12)
    pings = place.text.messages[int(sent.body["id"])].pings
    assert (pings.members, pings.silent) == ([place.ada.id], True)


# publishing


async def test_publishing_copies_into_the_channels_that_follow(wrong: WrongClient, place: Place) -> None:
    elsewhere = wrong.stage.world.add_guild("Elsewhere")
    target = elsewhere.add_channel("from-news")
    follow = f"/channels/{place.news.id}/followers"
    assert (await wrong.ask("POST", follow, {"webhook_channel_id": str(target.id)})).code == 50013
    target.overwrite(wrong.stage.world.bot, allow=Permission.MANAGE_WEBHOOKS)
    assert (await wrong.ask("POST", follow, {"webhook_channel_id": str(target.id)})).status == 200
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "More", "custom_id": "more"}]}
    sent = await wrong.send(place.news, content="News", embeds=[{"title": "x"}], components=[row])
    path = f"/channels/{place.news.id}/messages/{sent.body['id']}"
    published = await wrong.ask("POST", f"{path}/crosspost")
    assert published.body["flags"] & MessageFlag.CROSSPOSTED
    (copy,) = target.messages.values()
    assert (copy.content, len(copy.embeds), copy.components) == ("News", 1, [])
    assert copy.flags & MessageFlag.IS_CROSSPOST
    assert copy.reference is not None and copy.reference["message_id"] == sent.body["id"]
    assert (await wrong.ask("POST", f"{path}/crosspost")).code == 40033
    await wrong.ask("PATCH", path, {"content": "Newer"})
    assert copy.content == "Newer"
    await wrong.ask("DELETE", path)
    assert copy.flags & MessageFlag.SOURCE_MESSAGE_DELETED


async def test_only_announcements_are_published(wrong: WrongClient, place: Place) -> None:
    sent = await wrong.send(place.text, content="x")
    answer = await wrong.ask("POST", f"/channels/{place.text.id}/messages/{sent.body['id']}/crosspost")
    assert answer.code == 50024 and "Retry-After" not in answer.headers


async def test_others_messages_are_published_with_manage_messages_only(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.news.id}/messages"
    other = (await wrong.ask("POST", path, {"content": "Bob's"}, token=place.bob.token)).body
    assert (await wrong.ask("POST", f"{path}/{other['id']}/crosspost")).code == 50013


async def test_a_published_message_is_not_edited_for_ever(wrong: WrongClient, place: Place) -> None:
    sent = await wrong.send(place.news, content="x")
    path = f"/channels/{place.news.id}/messages/{sent.body['id']}"
    await wrong.ask("POST", f"{path}/crosspost")
    wrong.stage.limits.set("PATCH", "/channels/{channel_id}/messages/{message_id}", 100, 1)
    answers = [await wrong.ask("PATCH", path, {"content": str(n)}) for n in range(11)]
    assert [each.status for each in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Via"] and answers[-1].headers["Retry-After"]
    assert answers[-1].code == 20022 and answers[-1].body["retry_after"] > 3500
    wrong.stage.clock.advance(3600)
    assert (await wrong.ask("PATCH", path, {"content": "later"})).status == 200


# direct messages


async def test_a_direct_message_reaches_who_shares_a_guild(wrong: WrongClient, place: Place) -> None:
    stranger = wrong.stage.world.add_person("Stranger")
    for person, status in ((place.ada, 200), (stranger, 403)):
        channel = (await wrong.ask("POST", "/users/@me/channels", {"recipient_id": str(person.id)})).body
        assert channel["type"] == 1 and channel["recipients"][0]["id"] == str(person.id)
        answer = await wrong.ask("POST", f"/channels/{channel['id']}/messages", {"content": "Hello"})
        assert answer.status == status
    place.ada.takes_dms = False
    assert (await wrong.send(wrong.stage.world.dm(place.ada), content="x")).code == 50007
    assert len(wrong.stage.world.dm(place.ada).messages) == 1
