"""Leafing through what was found: buttons that carry all they need to know, so that they survive a restart."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of, viewer_of
from bot.chat.pages import answers
from bot.chat.pages.cards import embed_of, view_of
from bot.chat.pages.kept import TOGGLE, Kept
from bot.chat.pages.memory import base36, pack, unpack
from bot.chat.trouble import explain
from bot.delivery.card import card
from bot.delivery.text import clean, cut, escape, in_quotes
from bot.errors import Busy, NewsError, NotFound
from bot.intake.addresses import canonical
from bot.model import Article, Found, Hit, Query

PATIENCE = 0.8  # seconds until we say that we are still looking
RELATED = 4
_PICKED = re.compile(r"id:([0-9a-z]{1,12})")  # of no more letters than SQLite has numbers for
_ADDRESS = re.compile(r"https?://\S+")
_BEGINNING = re.compile(r"[^\":*]*(?<![\w-])\w{3,}")
_ELSE = "Other words may find more; `/follow` sends you what comes."
_GONE = "This is no region any more; `/regions` shows those that there are."
_UNDERSTOOD = 420  # characters: of what is told of a query nothing is cut, unless there is much to escape
_INVALID_FORM = 50035  # Discord did not like something in our message: most likely the address of a picture

T = TypeVar("T")
Reader = discord.Interaction[Any]
Answer = Callable[[ui.LayoutView], Awaitable[object]]


async def show(interaction: Reader, query: Query, share: bool = False) -> None:
    """Answer with the first page of what a reader asked for."""
    desk = desk_of(interaction)
    asking = _asked(desk, replace(query, asker=interaction.user.id))
    found, beyond = await soon(interaction, asking, ephemeral=not share)

    async def answer(view: ui.LayoutView) -> None:
        await send(interaction, view, ephemeral=not share)

    await _lay_out(answer, desk, query, found, beyond)


async def send(interaction: Reader, view: ui.LayoutView, *, ephemeral: bool = True) -> None:
    """Answer, whether or not Discord has been told to wait for it."""
    let_go(view)
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=ephemeral)


def let_go(view: ui.LayoutView) -> None:
    """The library would keep the view for a quarter of an hour; its buttons carry all they need to know."""
    view.stop()


async def ask(desk: Desk, query: Query) -> Found:
    """The page that a query means: the latest, what is found, or the article that was picked and what is related."""
    article = await opened(desk, query)
    if article is not None:
        hits = tuple(Hit(each) for each in (article, *await _related(desk, article, query)))
        return Found(hits=hits, total=len(hits))
    find = desk.archive.search if _searches(query) else desk.archive.latest
    found = await find(query)
    if query.limit > answers.CARDS and found.hits:
        fitting = answers.lines(found.hits, desk.regions)[1]
        if fitting < len(found.hits):  # long headlines: a shorter page, so that none is left out
            found = await find(replace(query, limit=fitting))
    return found


async def _related(desk: Desk, article: Article, query: Query) -> list[Article]:
    """What goes with it, as far as that does not take too long: nobody has asked for it."""
    try:
        return await desk.archive.related(article.id, query.viewer, RELATED, query.asker)
    except Busy:
        return []


async def _asked(desk: Desk, query: Query) -> tuple[Found, str]:
    """The page; and where there is nothing on it, how much there is beyond the limits of the question."""
    found = await ask(desk, query)
    if found.hits or query.cursor or not query.words or _is_no_answer(found):
        return found, ""
    if not (found.suggestion or found.next):
        found = replace(found, suggestion=await _begun(desk, query))
    if not _limits(query):
        return found, ""
    try:
        wider = await desk.archive.search(replace(_unlimited(query), limit=1))
    except NewsError:
        return found, ""  # nobody has asked for it
    return found, _number(wider) if wider.hits else ""


async def _begun(desk: Desk, query: Query) -> str:
    """The words with a star behind them, if the last only begins one that is found, as headlines are offered."""
    if not _BEGINNING.fullmatch(query.words):
        return ""
    words = f"{query.words}*"
    try:
        return words if (await desk.archive.search(replace(query, words=words, limit=1))).hits else ""
    except NewsError:
        return ""


def pick(article: Article) -> str:
    """What stands for one article in a query's words."""
    return f"id:{base36(article.id)}"


async def opened(desk: Desk, query: Query) -> Article | None:
    """The article that was picked from a list, or named by its address, if one was."""
    if found := _PICKED.fullmatch(query.words):
        return await desk.archive.article(int(found[1], 36), query.viewer)
    pointed = without_brackets(query.words)
    address = _ADDRESS.fullmatch(pointed) and canonical(pointed)
    return await desk.archive.article_at(address, query.viewer) if address else None


def without_brackets(address: str) -> str:
    """<https://…> is how an address is written where Discord should make no preview of it."""
    return address[1:-1] if address.startswith("<") and address.endswith(">") else address


async def soon(interaction: Reader, work: Awaitable[T], *, ephemeral: bool = True, in_place: bool = False) -> T:
    """Wait for the work; when it takes long, tell Discord that the answer is on its way."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            await interaction.response.defer(ephemeral=ephemeral, thinking=not in_place)
        return await task
    finally:
        task.cancel()


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons of all answers work, also of those that were sent before a restart."""
    client.add_dynamic_items(Leaf, Toggle)


# --- buttons --------------------------------------------------------------------------------------------------


class Leaf(ui.DynamicItem[ui.Button[Any]], template=re.compile(r"pg(?P<way>[<=>?+])(?P<query>.*)", re.DOTALL)):
    """Opens a page. The way is < or > within an answer, = where it is, ? for another word, + for a new answer."""

    def __init__(self, way: str, packed: str, label: str, disabled: bool = False) -> None:
        self.way, self.packed = way, packed
        super().__init__(ui.Button(label=label, custom_id=f"pg{way}{packed}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "Leaf":
        return cls(match["way"], match["query"], cast(ui.Button[Any], item).label or "")

    async def callback(self, interaction: Reader) -> None:
        try:
            await self._open(interaction)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it

    async def _open(self, interaction: Reader) -> None:
        desk = desk_of(interaction)
        query = await unpack(desk.archive, self.packed, viewer_of(interaction))
        if self.way == "+" or not may_turn(interaction):
            await show(interaction, query)
        else:
            await _turn(interaction, desk, query)


class Toggle(ui.DynamicItem[ui.Button[Any]], template=TOGGLE):
    """Opens the longer text of an article, and closes it: in place where only its reader sees, else beside."""

    def __init__(self, article: int, is_open: bool) -> None:
        self.article, self.is_open = article, is_open
        label = "Show less" if is_open else "Keep reading"
        super().__init__(ui.Button(label=label, custom_id=f"more{base36(article)}:{int(is_open)}"))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "Toggle":
        return cls(int(match["article"], 36), match["open"] == "1")

    async def callback(self, interaction: Reader) -> None:
        try:
            await (self._switch(interaction) if _is_private(interaction) else self._read_aside(interaction))
        except Exception as error:
            await explain(interaction, error)

    async def _switch(self, interaction: Reader) -> None:
        """The page stays as it is, whatever has come in since; of those that are open, more or less is shown."""
        desk, page = desk_of(interaction), Kept(interaction.message)
        found = await soon(interaction, self._found(interaction, desk), in_place=True)
        wanted = page.opened | {self.article}
        articles = {each: await desk.archive.article(each, viewer_of(interaction)) for each in wanted}
        if articles[self.article] is None:
            raise NotFound("This article is no longer in the archive.")
        hits = [found.get(id, Hit(each)) for id, each in articles.items() if each is not None]
        anew = frozenset(each.article.id for each in hits)
        opened = page.opened - {self.article} if self.is_open else wanted
        taken = page.taken(anew)

        def view(pictures: bool) -> ui.LayoutView:
            made = answers.cards(hits, desk.regions, opened, Toggle, pictures, taken)
            return page.with_cards(dict(zip((each.article.id for each in hits), made, strict=True)))

        await _put(_in_place(interaction), view)

    async def _found(self, interaction: Reader, desk: Desk) -> dict[int, Hit]:
        """The places where the words are: these are shown again when the longer text is closed."""
        here = next((each.removeprefix("pg=") for each in _ids(interaction.message) if each.startswith("pg=")), None)
        if not self.is_open or here is None:
            return {}
        query = await unpack(desk.archive, here, viewer_of(interaction))
        asked = await ask(desk, replace(query, asker=interaction.user.id))
        return {each.article.id: each for each in asked.hits}

    async def _read_aside(self, interaction: Reader) -> None:
        """What others see as well stays as it is; who presses gets the longer text alone."""
        desk = desk_of(interaction)
        article = await desk.archive.article(self.article, viewer_of(interaction))
        if article is None:
            raise NotFound("This article is no longer in the archive.")
        made = card(article, desk.regions, long=True)
        await interaction.response.send_message(made.content, embed=embed_of(made), view=view_of(made), ephemeral=True)


async def _turn(interaction: Reader, desk: Desk, query: Query) -> None:
    """Show another page in place of the one that was pressed, which stays where there is no answer."""
    asking = _asked(desk, replace(query, asker=interaction.user.id))
    found, beyond = await soon(interaction, asking, in_place=True)
    if _is_no_answer(found):
        raise Busy(found.lacking)
    await _lay_out(_in_place(interaction), desk, query, found, beyond)


def _in_place(interaction: Reader) -> Answer:
    async def answer(view: ui.LayoutView) -> None:
        let_go(view)
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view)
        else:
            await interaction.response.edit_message(view=view)

    return answer


def _is_private(interaction: Reader) -> bool:
    """Whether nobody else reads along: an ephemeral answer, or a direct message with us."""
    message = interaction.message
    alone = interaction.guild_id is None and not interaction.context.private_channel
    return alone or (message is not None and message.flags.ephemeral)


def may_turn(interaction: Reader) -> bool:
    """A shared answer is leafed through by the one who asked; anybody else gets the page for themselves."""
    message = interaction.message
    if message is None or message.flags.ephemeral:
        return True
    asked = message.interaction_metadata
    return asked is not None and asked.user.id == interaction.user.id


def _ids(message: discord.Message | None) -> Iterator[str]:
    """The custom_ids of all buttons of a message, however deep they lie."""
    waiting: list[Any] = list(message.components) if message else []
    while waiting:
        component = waiting.pop(0)
        waiting += getattr(component, "children", [])
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id


# --- pages ----------------------------------------------------------------------------------------------------


async def _lay_out(answer: Answer, desk: Desk, query: Query, found: Found, beyond: str = "") -> None:
    row = [each async for each in _row(desk, query, found, beyond)]
    await _put(answer, lambda pictures: _page(desk, query, found, row, pictures))


async def _put(answer: Answer, page: Callable[[bool], ui.LayoutView]) -> None:
    """Answer with the page; without its pictures if Discord refuses it with them."""
    try:
        await answer(page(True))
    except discord.HTTPException as error:
        if error.code != _INVALID_FORM:
            raise
        await answer(page(False))


def _page(desk: Desk, query: Query, found: Found, row: list["Leaf"], pictures: bool) -> ui.LayoutView:
    """What was asked, the articles, and the row for leafing."""
    view = ui.LayoutView(timeout=None)
    heading = _heading(desk, query, found)
    view.add_item(ui.TextDisplay(heading))
    if found.hits and query.limit <= answers.CARDS:
        for item in answers.cards(found.hits, desk.regions, (), Toggle, pictures, answers.taken_around(heading)):
            view.add_item(item)
    elif found.hits:
        for item in answers.lines(found.hits, desk.regions)[0]:
            view.add_item(item)
    if row:
        view.add_item(ui.ActionRow(*row))
    return view


async def _row(desk: Desk, query: Query, found: Found, beyond: str) -> AsyncIterator[Leaf]:
    """Previous, where we are, next; the word that may have been meant; and what the limits keep out."""
    leafs = bool(found.previous or found.next)
    if leafs:
        before = await pack(desk.archive, replace(query, cursor=found.previous))
        yield Leaf("<", before, "‹ Previous", disabled=not found.previous)
    if found.hits:
        yield Leaf("=", await pack(desk.archive, query), _whereabouts(found), disabled=True)
    if leafs:
        after = await pack(desk.archive, replace(query, cursor=found.next))
        yield Leaf(">", after, "Next ›", disabled=not found.next)
    if found.suggestion and len(found.hits) < answers.CARDS:  # a full page has no component to spare
        meant = await pack(desk.archive, replace(query, words=found.suggestion, cursor=""))
        yield Leaf("?", meant, cut(f"Did you mean “{clean(found.suggestion)}”?", 80))
    if _is_no_answer(found):
        yield Leaf("?", await pack(desk.archive, query), "Try again")
    if beyond:
        wider = await pack(desk.archive, _unlimited(query))
        yield Leaf("?", wider, f"{beyond} without {answers.listed(_limits(query))}")


def _is_no_answer(found: Found) -> bool:
    """Whether it was not found out what there is: it took too long."""
    return found.more and not (found.hits or found.next)


def _whereabouts(found: Found) -> str:
    last = found.first + len(found.hits) - 1
    total = _number(found)
    return f"{found.first:,}–{last:,} of {total}" if len(found.hits) > 1 else f"{last:,} of {total}"


def _number(found: Found) -> str:
    return f"{found.total:,}{'+' if found.more else ''}"


def _heading(desk: Desk, query: Query, found: Found) -> str:
    """What this is a page of, or why there is nothing on it; and what may not be on it."""
    heading = _told(desk, query, found)
    return f"{heading}\n-# {found.lacking}" if found.lacking and not _is_no_answer(found) else heading


def _told(desk: Desk, query: Query, found: Found) -> str:
    region = desk.regions.get(query.region or "")
    where = f"{region.emoji} {escape(clean(region.name))}".strip() if region else escape(query.region or "")
    if found.hits and query.words and not found.understood:  # nothing was searched for: it was opened
        return "-# With what is related to it" if len(found.hits) > 1 else "-# From the archive"
    told = escape(cut(clean(found.understood), _UNDERSTOOD, escaped=True))
    if _is_no_answer(found):
        return f"{found.lacking}\n-# Searched for {told}" if _searches(query) else found.lacking
    if found.next and not found.hits:
        which = "those looked at for this page" if query.cursor else "the newest articles that may have it"
        return f"Not in {which}.\n-# Searched for {told}. “Next” looks further back."
    if query.cursor and not found.hits:
        return "There is nothing more here."
    latest = f"Latest · {where}" if where else "Latest"
    if not _searches(query):
        gone = where and region is None  # the button is older than the operator's list of regions
        if found.hits:
            return f"## {latest}\n-# {_GONE}" if gone else f"## {latest}"
        if gone:
            return f"Nothing in the archive from “{where}”. {_GONE}"
        return f"Nothing has come in{f' for {where}' if where else ''} yet. As soon as something does, it will be here."
    words = escape(cut(clean(query.words), 100))
    understood = f"\n-# Searched for {told}" if told and told.casefold() != words.casefold() else ""
    if found.hits:
        return f"## {words or latest}{understood}"
    what = f"Nothing in the archive{f' about {in_quotes(words)}' if words else ''}{f' in {where}' if where else ''}."
    hint = "" if _limits(query) or _ADDRESS.fullmatch(without_brackets(query.words)) else f"\n-# {_ELSE}"
    return f"{what}{understood}{hint}"


def _searches(query: Query) -> bool:
    return bool(query.words or query.author or query.feed or query.after or query.before)


def _limits(query: Query) -> list[str]:
    """What narrows a question down beside its words."""
    limits = {"region": query.region, "author": query.author, "feed": query.feed, "dates": query.after or query.before}
    return [name for name, limit in limits.items() if limit]


def _unlimited(query: Query) -> Query:
    return replace(query, region=None, author="", feed="", after="", before="", cursor="")
