"""A small bot for the page's tests, as anyone might write it: it knows neither the stage nor Newsdesk."""

import discord
from discord import app_commands, ui

BOOKS = ("The Sea", "The Salt Road", "A Long Winter", "Winter in Sokcho", "The Cartographer")
OPENING = "It was a bright cold day, and the clocks said nothing at all."


class Opened(ui.View):
    """A text that can be closed again."""

    @ui.button(label="Show less")
    async def close(self, interaction: discord.Interaction, _: ui.Button["Opened"]) -> None:
        await interaction.response.edit_message(content="Closed.", view=None)


class Wish(ui.Modal, title="Make a wish"):
    book: ui.TextInput["Wish"] = ui.TextInput(label="Title", min_length=3)
    why: ui.TextInput["Wish"] = ui.TextInput(label="Why", style=discord.TextStyle.paragraph, required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You wish for {self.book.value}", ephemeral=True)


class Pages(ui.LayoutView):
    """One book a page, with buttons to leaf."""

    def __init__(self, books: list[str], page: int = 0) -> None:
        super().__init__()
        back: ui.Button[Pages] = ui.Button(label="Previous", disabled=page == 0)
        on: ui.Button[Pages] = ui.Button(label="Next", disabled=page == len(books) - 1)
        keep: ui.Button[Pages] = ui.Button(label="Keep reading", style=discord.ButtonStyle.primary)

        async def leaf(interaction: discord.Interaction, by: int) -> None:
            await interaction.response.edit_message(view=Pages(books, page + by))

        async def open_(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(OPENING, view=Opened(), ephemeral=True)

        async def leaf_back(interaction: discord.Interaction) -> None:
            await leaf(interaction, -1)

        async def leaf_on(interaction: discord.Interaction) -> None:
            await leaf(interaction, 1)

        back.callback, on.callback, keep.callback = leaf_back, leaf_on, open_  # type: ignore[method-assign]
        text: ui.TextDisplay[Pages] = ui.TextDisplay(f"### {books[page]}\n-# Page {page + 1} of {len(books)}")
        row: ui.ActionRow[Pages] = ui.ActionRow(back, on, keep)
        self.add_item(ui.Container(text, row, accent_colour=0x4F63C4))


class Library(discord.AutoShardedClient):
    """`/find`, `/wish`, `/lend` for those who keep the house, and `/sleep`, which never answers."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)

    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)
        tree.add_command(find)
        tree.add_command(newest)
        tree.add_command(wish)
        tree.add_command(sleep)
        tree.add_command(House(name="house", description="For those who keep it"))
        await tree.sync()


@app_commands.command(description="Finds books")
@app_commands.describe(words="Of the title", shelf="Only there", most="How many", share="Show it to everyone")
@app_commands.choices(shelf=[app_commands.Choice(name=name, value=name.lower()) for name in ("Novels", "Travel")])
async def find(
    interaction: discord.Interaction,
    words: str,
    shelf: str = "all",
    most: app_commands.Range[int, 1, 25] = 10,
    share: bool = False,
) -> None:
    await interaction.response.defer(ephemeral=not share, thinking=True)
    found = [book for book in BOOKS if words.lower() in book.lower()][:most]
    await interaction.edit_original_response(view=Pages(found or ["Nothing"]))


@find.autocomplete("words")
async def titles(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=book, value=book) for book in BOOKS if typed.lower() in book.lower()]


@app_commands.command(description="The newest books")
@app_commands.choices(shelf=[app_commands.Choice(name=name, value=name.lower()) for name in ("Novels", "Travel")])
async def newest(
    interaction: discord.Interaction,
    shelf: str | None = None,
    most: app_commands.Range[int, 1, 25] = 10,
    share: bool = False,
) -> None:
    await interaction.response.send_message(", ".join(BOOKS[:most]) + f" ({shelf})", ephemeral=not share)


@app_commands.command(description="Asks for a book")
async def wish(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Wish())


@app_commands.command(description="Takes its time")
async def sleep(interaction: discord.Interaction) -> None:
    interaction.client.dispatch("asleep")


@app_commands.default_permissions(manage_guild=True)
class House(app_commands.Group):
    @app_commands.command(description="Shows a book in a channel")
    async def show(self, interaction: discord.Interaction, channel: discord.TextChannel, book: str) -> None:
        await interaction.response.send_message(f"{book} is shown in {channel.mention}")
