"""Another bot of everyday make: plain Client gateway, usual intents, files, reactions, threads, replies, a purge."""

import asyncio
import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.stage import Stage
from bot.stage.permissions import Permission
from tests.stage.wrong_client import Place, WrongClient
from tests.staging import on_stage


class Everyday(commands.Bot):
    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned, intents=discord.Intents.default(), guild_ready_timeout=0.05
        )
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    async def setup_hook(self) -> None:
        @self.tree.command(description="Takes its time")
        @app_commands.describe(file="Something to look at")
        async def slow(interaction: discord.Interaction, file: str) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content=f"Looked at {file}")
            await interaction.followup.send("And more", ephemeral=True)
            await interaction.delete_original_response()

        @slow.autocomplete("file")
        async def names(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=each, value=each) for each in ("one", "two") if typed in each]

        await self.tree.sync()

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.heard.put_nowait(f"reaction {payload.emoji}")

    async def on_message(self, message: discord.Message, /) -> None:
        if message.author != self.user:
            self.heard.put_nowait(f"message {message.content}")


async def test_an_everyday_bot_runs(stage: Stage, place: Place, wrong: WrongClient) -> None:
    place.text.overwrite(
        stage.world.bot,
        allow=Permission.ATTACH_FILES | Permission.MANAGE_MESSAGES | Permission.CREATE_PUBLIC_THREADS,
    )
    bot = Everyday()
    async with on_stage(bot, stage):
        channel = bot.get_channel(place.text.id)
        assert isinstance(channel, discord.TextChannel)
        sent = await channel.send("Look", file=discord.File(io.BytesIO(b"x"), "look.txt"))
        assert sent.attachments[0].filename == "look.txt" and await sent.attachments[0].read() == b"x"
        await sent.add_reaction("✅")
        assert await bot.heard.get() == "reaction ✅"
        reply = await sent.reply("Indeed")
        assert reply.reference is not None and reply.reference.message_id == sent.id
        thread = await sent.create_thread(name="About that")
        await thread.send("In here")
        path = f"/channels/{place.text.id}/messages"
        await wrong.ask("POST", path, {"content": f"<@{stage.world.bot.id}> hello"}, token=place.ada.token)
        assert await bot.heard.get() == f"message <@{stage.world.bot.id}> hello"
        async with channel.typing():
            pass
        assert len([each async for each in channel.history(oldest_first=True)]) == 3
        assert len(await channel.purge(limit=10)) == 3


async def test_its_commands_defer_edit_follow_up_and_take_back(stage: Stage, place: Place) -> None:
    async with on_stage(Everyday(), stage):
        typing = await (await stage.complete(place.ada, place.text, "slow", "file", file="o")).answered()
        assert [each["value"] for each in typing.choices or ()] == ["one", "two"]
        act = await stage.call(place.ada, place.text, "slow", file="one")
        await act.finished()
        async with asyncio.timeout(5):
            while place.text.messages.keys() != {each.id for each in act.followups} or not act.followups:
                await asyncio.sleep(0.01)
        assert [(each.content, each.only_for) for each in act.followups] == [("And more", place.ada.id)]


async def test_intents_that_need_leave_are_refused_as_discord_refuses_them(stage: Stage) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    client = discord.Client(intents=intents, guild_ready_timeout=0.05)
    try:
        async with on_stage(client, stage):
            pass
    except discord.PrivilegedIntentsRequired:
        return
    raise AssertionError("it was let in")
