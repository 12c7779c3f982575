"""Rate limits: buckets told in headers, fifty a second, ten thousand invalid requests, ten publications an hour."""

import asyncio

import discord
import pytest

from bot.stage import Stage
from tests.stage.wrong_client import Place, WrongClient
from tests.staging import on_stage

FIVE = {
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-RateLimit-Reset-After",
    "X-RateLimit-Bucket",
}


async def test_every_answer_tells_the_state_of_its_bucket(wrong: WrongClient, place: Place) -> None:
    first = await wrong.send(place.text, content="x")
    second = await wrong.send(place.text, content="x")
    assert set(first.headers) >= FIVE
    assert [each.headers["X-RateLimit-Remaining"] for each in (first, second)] == ["4", "3"]
    assert first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]


async def test_the_sixth_message_of_five_seconds_waits(wrong: WrongClient, place: Place) -> None:
    answers = [await wrong.send(place.text, content=str(n)) for n in range(6)]
    late = answers[-1]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert late.headers["X-RateLimit-Scope"] == "user" and late.headers["Via"]
    assert 0 < late.body["retry_after"] <= 5 and late.body["global"] is False
    assert float(late.headers["Retry-After"]) >= late.body["retry_after"]
    assert len(place.text.messages) == 5
    assert (await wrong.send(place.news, content="elsewhere")).status == 200  # each channel has a bucket of its own
    wrong.stage.clock.advance(5)
    assert (await wrong.send(place.text, content="x")).status == 200


async def test_fifty_a_second_over_all(wrong: WrongClient, place: Place) -> None:
    channels = [place.guild.add_channel(f"c{n}") for n in range(60)]
    answers = await asyncio.gather(*(wrong.send(each, content="x") for each in channels))
    refused = [each for each in answers if each.status == 429]
    assert len(refused) == 10
    assert all(each.body["global"] and each.headers["X-RateLimit-Scope"] == "global" for each in refused)
    wrong.stage.clock.advance(1)
    assert (await wrong.send(channels[-1], content="x")).status == 200


async def test_answers_to_interactions_do_not_count_towards_the_fifty(wrong: WrongClient, stage: Stage) -> None:
    answers = [await wrong.ask("POST", f"/interactions/1/t{n}/callback", {"type": 5}, token="") for n in range(60)]
    assert {each.status for each in answers} == {404}
    assert stage.limits.used_this_second == 0


async def test_ten_publications_an_hour(wrong: WrongClient, place: Place) -> None:
    wrong.stage.limits.set("POST", "/channels/{channel_id}/messages", 100, 1)
    sent = [(await wrong.send(place.news, content=str(n))).body["id"] for n in range(11)]
    published = [await wrong.ask("POST", f"/channels/{place.news.id}/messages/{each}/crosspost") for each in sent]
    assert [each.status for each in published] == [200] * 10 + [429]
    assert 3500 < published[-1].body["retry_after"] <= 3600
    wrong.stage.clock.advance(3600)
    assert (await wrong.ask("POST", f"/channels/{place.news.id}/messages/{sent[-1]}/crosspost")).status == 200


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_401_403_and_429_are_invalid_requests(status: int, wrong: WrongClient, place: Place) -> None:
    if status == 401:
        await wrong.ask("GET", "/users/@me", token="Bot nobody")
    elif status == 403:
        place.text.overwrite(place.guild.everyone, deny=1 << 10)
        place.text.overwrite(wrong.stage.world.bot, deny=1 << 10)
        await wrong.send(place.text, content="x")
    else:
        wrong.stage.fault("429-user")
        await wrong.send(place.text, content="x")
    assert wrong.stage.limits.invalid == 1
    wrong.stage.clock.advance(601)
    assert wrong.stage.limits.invalid == 0


async def test_what_a_person_is_refused_does_not_count(wrong: WrongClient, place: Place) -> None:
    refused = await wrong.ask("PATCH", f"/channels/{place.text.id}", {"name": "x"}, token=place.ada.token)
    assert (refused.status, refused.code) == (403, 20002)
    assert wrong.stage.limits.invalid == 0 and wrong.stage.requests == []


async def test_a_shared_429_is_no_invalid_request(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("429-shared")
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, answer.headers["X-RateLimit-Scope"]) == (429, "shared")
    assert wrong.stage.limits.invalid == 0


async def test_after_ten_thousand_the_line_is_closed(wrong: WrongClient, place: Place) -> None:
    wrong.stage.limits.count_invalid(9_999)
    assert (await wrong.ask("GET", "/users/@me")).status == 200
    wrong.stage.limits.count_invalid()
    banned = await wrong.ask("GET", "/users/@me")
    assert (banned.status, "Via" in banned.headers, type(banned.body)) == (429, False, str)
    wrong.stage.clock.advance(601)
    assert (await wrong.ask("GET", "/users/@me")).status == 200


async def test_the_panel_shows_the_buckets_that_are_open(wrong: WrongClient, place: Place) -> None:
    await wrong.send(place.text, content="x")
    (row,) = wrong.stage.limits.rows()
    assert (row["limit"], row["remaining"]) == (5, 4) and 0 < row["reset_after"] <= 5
    wrong.stage.clock.advance(5)
    assert list(wrong.stage.limits.rows()) == []


async def test_pace_runs_the_windows_faster(place: Place) -> None:
    async with Stage(pace=100) as fast:
        bucket, _ = fast.limits.take("POST", "/channels/{channel_id}/messages", {"channel_id": "1"}, exempt=False)
        assert bucket.resets_at - fast.clock.time() <= 0.05


async def test_discord_py_waits_for_a_bucket_and_arrives(stage: Stage, place: Place) -> None:
    stage.limits.set("POST", "/channels/{channel_id}/messages", 2, 0.05)
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    async with on_stage(client, stage):
        stage.backstage.commands.synced = True
        channel = client.get_channel(place.text.id)
        assert isinstance(channel, discord.TextChannel)
        for number in range(7):
            await channel.send(str(number))
    assert [each.content for each in stage.world.messages(place.text)] == [str(n) for n in range(7)]
    assert stage.limits.invalid == 0
