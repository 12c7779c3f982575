"""/desk: what a server's admins order, and its own feeds."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk
from bot.chat.matters import mapping, moving, notices, releases, reports, tidings
from bot.chat.orders import first_steps, hours, lists, offers, ordering, standing, weekly
from bot.chat.orders.destination import Channels, Destination
from bot.chat.pages import choices
from bot.chat.pages.meant import article_meant
from bot.chat.pages.pager import send, soon
from bot.errors import NewsError, NotFound
from bot.poller.adding import SeveralFeeds

_MOST_FEEDS = 50  # of one server's own
_HISTORY = "Give me **Read Message History** there as well: without it I cannot tell after a crash what is out already."

Admin = discord.Interaction[Any]
Command = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
Channel = app_commands.Transform[Destination, Channels]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@app_commands.guild_only()
@app_commands.guild_install()
@app_commands.default_permissions(manage_guild=True)
class DeskCommands(commands.GroupCog, group_name="desk", group_description="For those who run this server"):
    """By default for who may manage the server; its own settings can say otherwise."""

    feed = app_commands.Group(name="feed", description="This server's own feeds")

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command()
    async def setup(self, interaction: Admin) -> None:
        """First steps: which regions go to which channels."""
        await first_steps.show(interaction)

    @app_commands.command()
    @app_commands.describe(
        region="Which articles",
        channel="Where to: a text, announcement or forum channel, or a thread",
        mention="A role to mention with every article; said anew without one, none is",
        silent="Nobody's phone rings",
        publish="In an announcement channel: publish to the channels that follow it",
        tag="In a forum: the tag of every post; none: no tag of its own",
        include='Only what speaks of this: sanctions iran, "red sea", tag:podcast, author:"Jane Doe"; none: all',
        exclude="Nothing that speaks of this; written in the same way; none: leaves nothing out",
        quiet="Hours in which nothing is sent, all of it afterwards: 22:00-07:00 Europe/Paris; none: at any hour",
        cap="The most posts in an hour; what is over waits and comes as one list. 0: no cap",
        style="The whole card, or a compact one without a photo",
        colour="In place of the region's: #d1495b; none: the region's",
        credit="No photo that does not name its credit",
        anew="Forget what this order said before; without it, what you leave out stays",
    )
    @app_commands.autocomplete(region=choices.regions_or_all, tag=choices.forum_tags, quiet=hours.some_hours)
    async def subscribe(
        self,
        interaction: Admin,
        region: app_commands.Range[str, 1, 100],
        channel: Channel,
        mention: discord.Role | None = None,
        silent: bool | None = None,
        publish: bool | None = None,
        tag: app_commands.Range[str, 0, 100] = "",
        include: app_commands.Range[str, 0, 500] = "",
        exclude: app_commands.Range[str, 0, 500] = "",
        quiet: app_commands.Range[str, 0, 100] = "",
        cap: app_commands.Range[int, 0, 1000] | None = None,
        style: Literal["card", "compact"] | None = None,
        colour: app_commands.Range[str, 0, 20] = "",
        credit: bool | None = None,
        anew: bool = False,
    ) -> None:
        """Send every new article of a region to a channel; said again, it changes what you name."""
        code = choices.wanted_region(self.desk.regions, region)
        wish = ordering.Wish(mention, silent, publish, tag, include, exclude, quiet, cap, style, colour, credit, anew)
        said = await ordering.order(self.desk, interaction.guild_id or 0, channel, code, wish)
        hint = "" if channel.reads_back else f"\n-# {_HISTORY}"
        await interaction.response.send_message(f"{said}{hint}", ephemeral=True)

    @app_commands.command()
    @app_commands.describe(region="Which articles", channel="Where they went")
    @app_commands.autocomplete(region=choices.subscribed_regions)
    async def unsubscribe(self, interaction: Admin, region: app_commands.Range[str, 1, 100], channel: Channel) -> None:
        """Take an order back."""
        ordered = await self.desk.archive.subscriptions(interaction.guild_id)
        code = choices.ordered_region(self.desk.regions, region, ordered)
        name = choices.region_name(self.desk.regions, code)
        if not await self.desk.archive.unsubscribe(channel.target, code):
            here = [
                choices.region_name(self.desk.regions, each.region) for each in ordered if each.target == channel.target
            ]
            said = f"It gets: {', '.join(here)}." if here else "It gets nothing."
            raise NotFound(f"{channel.mention} does not get {name}. {said}")
        await interaction.response.send_message(f"{channel.mention} no longer gets **{name}**.", ephemeral=True)

    @app_commands.command()
    async def subscriptions(self, interaction: Admin) -> None:
        """What goes where, and whether it arrives."""
        await lists.show(interaction, lists.ORDERS)

    @app_commands.command()
    @app_commands.describe(
        channel="Where to; left out, the round-ups there are, with a button to stop each",
        weekday="On which day; Monday, if nothing is said",
        time="At what time: 09:00, if nothing is said",
        zone="Whose clock: Europe/Berlin; UTC, if nothing is said",
        regions="Of which regions, with commas between them; the whole world, if nothing is said",
        mention="A role to mention with it",
        publish="In an announcement channel: publish it to the channels that follow",
        tag="In a forum: its tag; none: no tag of its own",
    )
    @app_commands.autocomplete(
        time=weekly.some_times, zone=weekly.some_zones, regions=weekly.some_regions, tag=choices.forum_tags
    )
    async def roundup(
        self,
        interaction: Admin,
        channel: Channel | None = None,
        weekday: Weekday | None = None,
        time: app_commands.Range[str, 0, 20] = "",
        zone: app_commands.Range[str, 0, 100] = "",
        regions: app_commands.Range[str, 0, 500] = "",
        mention: discord.Role | None = None,
        publish: bool | None = None,
        tag: app_commands.Range[str, 0, 100] = "",
    ) -> None:
        """Post the week on one page, every week; said again for the same channel, it changes the order."""
        wish, said = weekly.Wish(weekday or "", time, zone, regions, mention, publish, tag), ""
        if channel is not None:
            said = await weekly.order(self.desk, interaction.guild_id or 0, channel, wish)
        elif wish != weekly.Wish():
            raise NewsError("Say in which `channel`, too: there may be a round-up in each.")
        await lists.show(interaction, lists.ROUNDUPS, said)

    @app_commands.command()
    async def status(self, interaction: Admin) -> None:
        """Feeds, deliveries, what is late, what stands still and why, and what to do."""
        view = await soon(interaction, reports.status(self.desk, interaction.guild_id or 0))
        await notices.seen(self.desk, interaction.guild_id or 0, notices.TAGS)
        await send(interaction, view)

    @app_commands.command()
    @app_commands.describe(url="The article's address, or a headline to pick")
    @app_commands.autocomplete(url=choices.headlines)
    async def why(self, interaction: Admin, url: app_commands.Range[str, 1, 2000]) -> None:
        """The whole story of one article: where seen, why in its regions, what was sent, held or failed where."""
        article = await article_meant(interaction, url)
        view = await soon(interaction, reports.why(self.desk, interaction.guild_id or 0, article.url))
        if view is None:
            raise NotFound("That article is no longer here. `/search` finds what there is.")
        await send(interaction, view)

    @app_commands.command()
    @app_commands.describe(article="Its address, or a headline to pick", region="Where it belongs")
    @app_commands.autocomplete(article=choices.headlines, region=choices.some_regions)
    async def move(
        self,
        interaction: Admin,
        article: app_commands.Range[str, 1, 2000],
        region: app_commands.Range[str, 1, 100],
    ) -> None:
        """Correct an article's region; its posts follow."""
        code = self.desk.regions.named(region).code
        await interaction.response.send_message(await moving.move(interaction, article, code), ephemeral=True)

    @app_commands.command()
    async def release(self, interaction: Admin) -> None:
        """What is held back until somebody has looked at it: post it, or drop it."""
        view = await soon(interaction, releases.held(self.desk, interaction.guild_id or 0))
        await notices.seen(self.desk, interaction.guild_id or 0, notices.HELD)
        await send(interaction, view)

    @commands.GroupCog.listener()
    async def on_app_command_completion(self, interaction: Admin, command: Command) -> None:
        """Any of these commands was answered: what is held is told with it, if nobody was told yet."""
        if isinstance(command, app_commands.Command) and command.binding is self:
            await notices.add_note(interaction, self.desk)

    @feed.command(name="add")
    @app_commands.describe(
        url="The address of a feed, or of a page that has one",
        newest="Post its newest article at once, to see that it works",
        any_certificate="Do not check its certificate: only where you know why it cannot be trusted",
    )
    async def feed_add(
        self,
        interaction: Admin,
        url: app_commands.Range[str, 1, 2000],
        newest: bool = False,
        any_certificate: bool | None = None,
    ) -> None:
        """Read a feed for this server alone."""
        guild = interaction.guild_id or 0
        if len(await self.desk.archive.feeds(guild)) >= _MOST_FEEDS:
            raise NewsError(f"This server has {_MOST_FEEDS} feeds of its own; that is the most. Remove one first.")
        await interaction.response.defer(ephemeral=True, thinking=True)  # it is asked at once, and may be slow
        try:
            found = await self.desk.feeds.add(url.strip(), guild, any_certificate=any_certificate, newest=newest)
        except SeveralFeeds as error:
            wishes = {"newest": newest, "any_certificate": bool(any_certificate)}
            view = await offers.several(self.desk.archive, error.feeds, **wishes)
            await interaction.edit_original_response(view=view)
        else:
            await interaction.edit_original_response(content=offers.added(found.sentence))

    @feed.command(name="check")
    @app_commands.describe(url="The address of a feed")
    @app_commands.autocomplete(url=choices.own_feeds)
    async def feed_check(self, interaction: Admin, url: app_commands.Range[str, 1, 2000]) -> None:
        """Ask a feed what it has, and see how that would look; nothing is kept or posted."""
        guild = interaction.guild_id or 0
        own = await standing.own_feed(self.desk, guild, url)
        await interaction.response.defer(ephemeral=True, thinking=True)
        checked = await self.desk.feeds.check(own.url if own else url.strip(), guild)
        await interaction.edit_original_response(view=offers.looked_at(checked, self.desk))

    @feed.command(name="remove")
    @app_commands.describe(url="Which one")
    @app_commands.autocomplete(url=choices.own_feeds)
    async def feed_remove(self, interaction: Admin, url: app_commands.Range[str, 1, 2000]) -> None:
        """Stop reading one of this server's feeds. Its articles stay in the archive."""
        guild = interaction.guild_id or 0
        feed = await standing.feed_meant(self.desk, guild, url)
        await self.desk.archive.remove_feed(feed.url, guild)
        name = standing.shown_name(feed)
        await interaction.response.send_message(f"**{name}** is no longer read. Its articles stay.", ephemeral=True)

    @feed.command(name="list")
    async def feed_list(self, interaction: Admin) -> None:
        """This server's own feeds, and how they are."""
        await lists.show(interaction, lists.FEEDS)


async def setup(bot: NewsClient) -> None:
    first_steps.add_to(bot)
    lists.add_to(bot)
    mapping.add_to(bot)
    offers.add_to(bot)
    releases.add_to(bot)
    tidings.add_to(bot)
    await bot.add_cog(DeskCommands(bot.desk))
