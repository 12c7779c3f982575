"""The gateway: who may come in, what it is told, how it goes on after a break, and how it is thrown out."""

import asyncio
import json
from typing import Any

import aiohttp
import discord
import pytest

from bot.stage import Guild, Stage
from bot.stage.permissions import Permission
from tests.fakes import until
from tests.stage.wrong_client import Line, Place, WrongClient, identity
from tests.staging import on_stage


async def test_hello_then_ready_then_the_guilds(wrong: WrongClient, place: Place) -> None:
    line = await wrong.gateway()
    assert (await line.hello())["d"]["heartbeat_interval"] == 41250
    await line.say(2, identity(wrong.stage))
    ready = await line.hear_until("READY")
    assert ready["guilds"] == [{"id": str(place.guild.id), "unavailable": True}]
    assert ready["application"]["id"] == str(wrong.stage.world.bot.id)
    created = await line.hear_until("GUILD_CREATE")
    assert [each["name"] for each in created["channels"]] == ["africa", "news", "forum"]
    assert [each["user"]["id"] for each in created["members"]] == [str(wrong.stage.world.bot.id)]
    assert created["roles"][0]["id"] == created["id"]
    assert not int(created["roles"][0]["permissions"]) & Permission.ADMINISTRATOR


@pytest.mark.parametrize("stream", ["zlib-stream", "zstd-stream"])
async def test_frames_come_compressed_as_asked(stream: str, wrong: WrongClient, place: Place) -> None:
    line = await wrong.gateway(compress=stream)
    if stream == "zstd-stream":
        zstd = pytest.importorskip("backports.zstd")
        opened = zstd.ZstdDecompressor()
        message = await line.ws.receive(timeout=5)
        assert json.loads(opened.decompress(message.data))["op"] == 10
        await line.say(1, None)
        message = await line.ws.receive(timeout=5)
        assert json.loads(opened.decompress(message.data))["op"] == 11
        return
    await line.hello()
    await line.say(2, identity(wrong.stage))
    assert (await line.hear_until("READY"))["v"] == 10


WRONG: list[tuple[str, list[tuple[int, Any]], int]] = [
    ("an unknown opcode", [(42, None)], 4001),
    ("something before identifying", [(3, {})], 4003),
    ("a wrong token", [(2, {"token": "guessed"})], 4004),
    ("identifying twice", [(2, {}), (2, {})], 4005),
    ("a shard that cannot be", [(2, {"shard": [2, 2]})], 4010),
    ("a shard of letters", [(2, {"shard": ["a", "b"]})], 4010),
    ("one number for a shard", [(2, {"shard": [0]})], 4010),
    ("intents in letters", [(2, {"intents": "all"})], 4013),
    ("an identify that says nothing", [(2, None)], 4004),
    ("intents that do not exist", [(2, {"intents": 1 << 30})], 4013),
    ("intents nobody granted", [(2, {"intents": 1 << 15})], 4014),
    ("resuming with a wrong token", [(6, {"token": "guessed", "session_id": "x", "seq": 1})], 4004),
    ("more than 4096 bytes", [(3, {"status": "x" * 5000})], 4002),
]


@pytest.mark.parametrize(("why", "said", "code"), WRONG, ids=[each[0] for each in WRONG])
async def test_the_line_is_closed_for(
    why: str, said: list[tuple[int, Any]], code: int, wrong: WrongClient, place: Place
) -> None:
    line = await wrong.gateway()
    await line.hello()
    for op, body in said:
        await line.say(op, identity(wrong.stage) | body if op == 2 and body is not None else body)
    assert await line.hangup() == code


async def test_what_is_no_json_closes_the_line(wrong: WrongClient, stage: Stage) -> None:
    line = await wrong.gateway()
    await line.ws.send_str("hello?")
    assert await line.hangup() == 4002


async def test_the_121st_frame_of_a_minute_closes_the_line(wrong: WrongClient, stage: Stage) -> None:
    line = await wrong.gateway()
    for _ in range(121):
        await line.say(1, None)
    assert await line.hangup() == 4008


async def test_an_old_version_is_turned_away(wrong: WrongClient, stage: Stage) -> None:
    assert await Line(await wrong.session.ws_connect(stage.gateway_url + "?v=6")).hangup() == 4012


async def test_a_large_bot_has_to_shard(wrong: WrongClient, place: Place) -> None:
    wrong.stage.backstage.shards = 2
    assert await (await wrong.identified()).hangup() == 4011
    first = await wrong.identified(shard=[0, 2])
    await first.hear_until("READY")
    assert not wrong.stage.gateway.is_ready
    early = await wrong.identified(shard=[1, 2])
    assert (await early.hear_op(9))["d"] is False  # one identify in five seconds
    wrong.stage.clock.advance(5)
    second = await wrong.identified(shard=[1, 2])
    ready = await second.hear_until("READY")
    shares = [(place.guild.id >> 22) % 2 == 1]
    assert [bool(ready["guilds"])] == shares
    assert wrong.stage.gateway.is_ready


async def test_without_a_heartbeat_the_session_times_out(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("READY")
    wrong.stage.clock.advance(40)
    await line.say(1, None)
    await line.hear_op(11)
    wrong.stage.clock.advance(40)
    assert (await wrong.ask("GET", "/gateway/bot")).status == 200 and wrong.stage.gateway.is_ready
    wrong.stage.clock.advance(30)
    assert await line.hangup() == 4009


async def resumed(wrong: WrongClient, session: str, sequence: int) -> Line:
    line = await wrong.gateway()
    await line.hello()
    await line.say(6, {"token": wrong.stage.token, "session_id": session, "seq": sequence})
    return line


async def broken_off(wrong: WrongClient) -> tuple[str, int]:
    """A session whose line broke: its id, and how far it had heard."""
    line = await wrong.identified()
    ready = await line.hear_until("READY")
    await line.hear_until("GUILD_CREATE")
    await line.ws.close(code=4000)
    await until(lambda: not wrong.stage.gateway.connections)
    return ready["session_id"], line.frames[-1]["s"]


async def test_resuming_brings_what_was_missed(wrong: WrongClient, place: Place) -> None:
    session, sequence = await broken_off(wrong)
    place.guild.add_channel("missed")
    line = await resumed(wrong, session, sequence)
    assert (await line.hear_until("CHANNEL_CREATE"))["name"] == "missed"
    await line.hear_until("RESUMED")
    place.guild.add_channel("after")
    assert (await line.hear_until("CHANNEL_CREATE"))["name"] == "after"


async def test_resuming_too_late_or_what_never_was_is_invalid(wrong: WrongClient, place: Place) -> None:
    session, sequence = await broken_off(wrong)
    assert (await (await resumed(wrong, "never", 1)).hear_op(9))["d"] is False
    wrong.stage.clock.advance(181)
    assert (await (await resumed(wrong, session, sequence)).hear_op(9))["d"] is False


async def test_resuming_from_the_future_is_refused(wrong: WrongClient, place: Place) -> None:
    session, sequence = await broken_off(wrong)
    assert await (await resumed(wrong, session, sequence + 5)).hangup() == 4007


async def test_members_are_given_one_by_one(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("GUILD_CREATE")
    senseless: list[Any] = [None, [], {"guild_id": "x"}, {"guild_id": [1]}]
    for nonsense in senseless:
        await line.say(8, nonsense)
    asked = {"guild_id": str(place.guild.id), "user_ids": [str(place.bob.id), "5"], "nonce": "n", "limit": 0}
    await line.say(8, asked)
    chunk = await line.hear_until("GUILD_MEMBERS_CHUNK")
    assert [each["user"]["global_name"] for each in chunk["members"]] == ["Bob"]
    assert (chunk["not_found"], chunk["nonce"]) == (["5"], "n")


async def test_a_goodbye_ends_the_session(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    ready = await line.hear_until("READY")
    await line.ws.close(code=1000)
    await until(lambda: not wrong.stage.gateway.connections)
    assert (await (await resumed(wrong, ready["session_id"], 1)).hear_op(9))["d"] is False


async def test_messages_are_told_only_to_who_asked_for_them_and_sees_them(wrong: WrongClient, place: Place) -> None:
    deaf = await wrong.identified()
    await deaf.hear_until("GUILD_CREATE")
    wrong.stage.clock.advance(5)
    line = await wrong.identified(intents=1 | 1 << 9)
    await line.hear_until("GUILD_CREATE")
    hidden = place.guild.add_channel("hidden")
    hidden.overwrite(wrong.stage.world.bot, deny=Permission.VIEW_CHANNEL)
    for channel in (hidden, place.text):
        path = f"/channels/{channel.id}/messages"
        await wrong.ask("POST", path, {"content": "secret", "nonce": "5"}, token=place.ada.token)
    told = await line.hear_until("MESSAGE_CREATE")
    assert told["member"]["roles"] and "user" not in told["member"]
    assert (told["channel_id"], told["content"], told["nonce"]) == (str(place.text.id), "", "5")
    place.guild.drop_channel(place.news)
    await deaf.hear_until("CHANNEL_DELETE")
    assert "MESSAGE_CREATE" not in [each.get("t") for each in deaf.frames]


async def test_changes_to_the_world_are_told(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("GUILD_CREATE")
    world = wrong.stage.world
    world.withdraw(place.text, Permission.SEND_MESSAGES)
    overwrites = (await line.hear_until("CHANNEL_UPDATE"))["permission_overwrites"]
    assert overwrites == [{"id": str(world.bot.id), "type": 1, "allow": "0", "deny": "2048"}]
    place.guild.bot_role.permissions = 0
    place.guild.change_role(place.guild.bot_role)
    assert (await line.hear_until("GUILD_ROLE_UPDATE"))["role"]["permissions"] == "0"
    readers = place.guild.add_role("Readers")
    member = place.guild.add_member(world.add_person("Cleo"), roles=[readers])
    place.guild.drop_role(readers)
    gone = {"guild_id": str(place.guild.id), "role_id": str(readers.id)}
    assert (await line.hear_until("GUILD_ROLE_DELETE"), member.roles) == (gone, [])
    place.guild.drop_channel(place.text)
    assert (await line.hear_until("CHANNEL_DELETE"))["id"] == str(place.text.id)
    world.set_available(place.guild, False)
    assert (await line.hear_until("GUILD_DELETE"))["unavailable"] is True
    world.set_available(place.guild, True)
    assert (await line.hear_until("GUILD_CREATE"))["unavailable"] is False
    world.drop_guild(place.guild)
    assert "unavailable" not in await line.hear_until("GUILD_DELETE")
    world.add_guild("Joined")
    assert "unavailable" not in await line.hear_until("GUILD_CREATE")


# faults


@pytest.mark.parametrize(("kind", "frame"), [("op7", (7, None)), ("op9-true", (9, True)), ("op9-false", (9, False))])
async def test_reconnect_and_invalid_session(
    kind: str, frame: tuple[int, Any], wrong: WrongClient, place: Place
) -> None:
    line = await wrong.identified()
    ready = await line.hear_until("READY")
    wrong.stage.fault(kind)
    heard = await line.hear_op(frame[0])
    assert heard["d"] is frame[1]
    await line.ws.close(code=4000)
    again = await resumed(wrong, ready["session_id"], 2)
    if kind == "op9-false":
        assert (await again.hear_op(9))["d"] is False
    else:
        await again.hear_until("RESUMED")


CODES = [1000, 1001, 1006 + 5, *range(4000, 4006), *range(4007, 4015)]


@pytest.mark.parametrize("code", CODES)
async def test_the_line_is_closed_with_any_code(code: int, wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("READY")
    wrong.stage.fault(f"close-{code}")
    assert await line.hangup() == code


@pytest.mark.parametrize("kind", ["close-4004", "close-4014", "op9-false"])
async def test_a_fault_set_beforehand_waits_for_the_next_identify(kind: str, wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault(kind)
    line = await wrong.identified()
    if kind == "op9-false":
        assert (await line.hear_op(9))["d"] is False
    else:
        assert await line.hangup() == int(kind[6:])
    await (await wrong.identified()).hear_until("READY")


async def test_a_thousand_identifies_a_day(wrong: WrongClient, place: Place) -> None:
    wrong.stage.backstage.identified.extend([wrong.stage.clock.time()] * 1000)
    assert (await wrong.ask("GET", "/gateway/bot")).body["session_start_limit"]["remaining"] == 0
    assert (await (await wrong.identified()).hear_op(9))["d"] is False
    wrong.stage.clock.advance(86_401)
    await (await wrong.identified()).hear_until("READY")


async def test_sessions_that_can_no_longer_be_resumed_are_forgotten(wrong: WrongClient, place: Place) -> None:
    for _ in range(3):
        await broken_off(wrong)
    assert len(wrong.stage.gateway.sessions) == 3
    wrong.stage.clock.advance(181)
    await (await wrong.identified()).hear_until("READY")
    assert len(wrong.stage.gateway.sessions) == 1


async def test_the_way_there_and_back_is_measured(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("READY")
    await line.say(1, None)
    await line.hear_op(11)
    latency = (await wrong.stage.figures.gather())["gateway"]["latency"]
    assert latency is not None and 0 < latency < 5
    await line.ws.ping(b"there?")
    await line.say(1, None)
    await line.hear_op(11)


async def test_silence_answers_no_heartbeat_and_loses_nothing(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    ready = await line.hear_until("READY")
    await line.hear_until("GUILD_CREATE")
    wrong.stage.fault("silence", seconds=60)
    await line.say(1, None)
    place.guild.add_channel("unheard")
    with pytest.raises(TimeoutError):
        await line.ws.receive(timeout=0.1)
    await line.ws.close(code=4000)
    again = await resumed(wrong, ready["session_id"], line.frames[-1]["s"])
    assert (await again.hear_until("CHANNEL_CREATE"))["name"] == "unheard"


async def test_a_handshake_is_refused_as_often_as_asked(wrong: WrongClient, stage: Stage) -> None:
    stage.fault("refuse-handshake", times=2)
    for _ in range(2):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await wrong.gateway()
    await (await wrong.gateway()).hello()


class Sharded(discord.AutoShardedClient):
    """Two shards; where discord.py waits five seconds between them, the stage's clock is turned instead."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.stage = stage
        self.asked = asyncio.Queue[tuple[str, int]]()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            self.stage.clock.advance(5)

    async def setup_hook(self) -> None:
        tree = discord.app_commands.CommandTree(self)

        @tree.command(description="Where?")
        async def where(interaction: discord.Interaction) -> None:
            assert interaction.guild is not None
            self.asked.put_nowait((interaction.guild.name, interaction.guild.shard_id))
            await interaction.response.send_message("Here")

        await tree.sync()


async def test_discord_py_runs_on_two_shards(stage: Stage) -> None:
    stage.backstage.shards = 2
    guilds: list[Guild] = []
    while {(each.id >> 22) % 2 for each in guilds} != {0, 1}:  # until both shards have one
        guilds.append(stage.world.add_guild(str(len(guilds))))
        stage.clock.advance(0.001)
    ada = stage.world.add_person("Ada")
    async with on_stage(Sharded(stage), stage) as client:
        assert isinstance(client, Sharded) and len(client.shards) == 2
        assert {each.name for each in client.guilds} == {each.name for each in guilds}
        for guild in guilds:
            stage.world.add_member(guild, ada)
            await (await stage.call(ada, guild.add_channel("hall"), "where")).finished()
            assert await client.asked.get() == (guild.name, (guild.id >> 22) % 2)


async def test_discord_py_survives_reconnects_and_resumes(stage: Stage, place: Place) -> None:
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    resumes = asyncio.Queue[None]()

    @client.event
    async def on_shard_resumed(_: int) -> None:
        resumes.put_nowait(None)

    async with on_stage(client, stage):
        for kind in ("op7", "op9-true", "close-4000"):
            stage.fault(kind)
            await asyncio.wait_for(resumes.get(), 10)
        place.guild.add_channel("still-told")
        async with asyncio.timeout(5):
            while not discord.utils.get(client.get_all_channels(), name="still-told"):
                await asyncio.sleep(0.01)


async def test_where_the_gateway_is_may_be_asked_by_anyone(wrong: WrongClient) -> None:
    asked = await wrong.ask("GET", "/gateway", token="")
    assert (asked.status, asked.body) == (200, {"url": wrong.stage.gateway_url})
    assert (await wrong.ask("GET", "/gateway/bot", token="")).status == 401
