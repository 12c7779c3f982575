"""A bot that knows nothing of us runs on the stage, unchanged but for the address."""

import discord
from discord import app_commands

from bot.stage import Stage
from tests.staging import on_stage

# --- the bot, as anyone might write it ---


class Ask(discord.ui.Modal, title="Who are you?"):
    name: discord.ui.TextInput["Ask"] = discord.ui.TextInput(label="Name")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Hello {self.name.value}")


class Pages(discord.ui.View):
    page = 1

    @discord.ui.button(label="Next")
    async def following(self, interaction: discord.Interaction, _: discord.ui.Button["Pages"]) -> None:
        self.page += 1
        await interaction.response.edit_message(content=f"Page {self.page}", view=self)

    @discord.ui.button(label="Ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Pages"]) -> None:
        await interaction.response.send_modal(Ask())


class Bot(discord.AutoShardedClient):
    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)

        @tree.command(description="Answers")
        async def ping(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Pong")

        @tree.command(description="Shows pages")
        async def pages(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Page 1", view=Pages(), ephemeral=True)

        await tree.sync()


# --- the stage ---


async def test_it_logs_in_syncs_answers_leafs_and_asks(stage: Stage) -> None:
    guild = stage.world.add_guild("Somewhere")
    channel = guild.add_channel("general")
    ada = stage.world.add_member(guild, "Ada")
    async with on_stage(Bot(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05), stage):
        assert stage.is_ready
        pong = await (await stage.call(ada, channel, "ping")).finished()
        assert pong.messages[0].content == "Pong"
        opened = await (await stage.call(ada, channel, "pages")).finished()
        shown = opened.messages[0]
        assert shown.only_for == ada.id
        following, ask = (each["custom_id"] for each in shown.components[0]["components"])
        await (await stage.press(ada, shown, following)).finished()
        assert shown.content == "Page 2"
        asked = await (await stage.press(ada, shown, ask)).finished()
        assert asked.modal is not None
        field = asked.modal["components"][0]["components"][0]["custom_id"]
        greeted = await (await stage.submit(ada, asked, **{field: "Ada"})).finished()
        assert greeted.messages[0].content == "Hello Ada"
