"""Sends deliveries to Discord; what became of each is the answer, nothing is raised."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import discord

from bot.chat.pages import cards
from bot.chat.pages.roundup import page
from bot.chat.sender.channel import HIDDEN, TOO_MUCH
from bot.chat.sender.dm import Doors
from bot.chat.sender.errors import Rule, rule_for
from bot.chat.sender.left import AHEAD, Left
from bot.chat.sender.place import Place, find
from bot.chat.sender.post import Post
from bot.chat.sender.publish import Memory, Publisher
from bot.chat.sender.request import Answer, Line, id_in, unreadable
from bot.chat.sender.ways import WAYS
from bot.clock import Clock, WallClock
from bot.delivery.card import LIST, Card, card
from bot.delivery.listing import Listing, listing, relisting
from bot.delivery.pace import Allowance
from bot.delivery.route import EVERY_REGION
from bot.delivery.terms import Terms, read_terms
from bot.delivery.weekly import EMPTY, LATE, OVERDUE
from bot.model import Delivery, Later, Outcome, Refused, Sent, Suspended, Unknown
from bot.regions import Regions

log = logging.getLogger(__name__)

NONCE_HOLDS = timedelta(seconds=60)  # within it Discord surely knows a nonce again; its real length is not published
SETTLING = timedelta(seconds=5)  # what has left may still arrive, also after we died; a forum would notice no double
MOST_FIRST = 5_000  # attempts that are remembered
MOST_TAGS = 5  # of a forum post
NOT_READY = timedelta(seconds=5)


class DiscordSender:
    """Sends, edits and looks back, through one client."""

    def __init__(
        self,
        client: discord.Client,
        regions: Regions,
        clock: Clock | None = None,
        allowance: Allowance | None = None,
        memory: Memory | None = None,
    ) -> None:
        allowance = allowance or Allowance()
        self._client = client
        self._regions = regions
        self._clock = clock or WallClock()
        self.line = Line(client, allowance)
        self._doors = Doors(self.line, allowance.time)
        self.publisher = Publisher(self.line, memory, allowance.published, allowance.time)
        self._rests: dict[str, float] = {}
        self._time = allowance.time
        self._began = self._time()
        self._left: dict[str, float] = {}  # by target: when something left of which we have no answer
        self._first: dict[tuple[int, datetime | None], float | None] = {}  # when each left first; see _note_first
        self._made = lru_cache(maxsize=128)(card)  # one article goes to many channels at about the same time

    async def send(self, delivery: Delivery) -> Outcome:
        """Post the article, or edit the post that is out."""
        place = await self._place(delivery)
        if not isinstance(place, Place):
            return place
        if delivery.roundup and not delivery.roundup.parts:
            return Refused(EMPTY)  # all that it listed was taken out of the archive
        if delivery.roundup and self._clock.now() - delivery.roundup.until > LATE:
            return Refused(OVERDUE)
        made = self._post(delivery, place)
        if delivery.edit and delivery.message is not None:
            return await self._edit(delivery, place, made, delivery.message)
        answer = await self._deliver(delivery, place, made)
        return await self._told(delivery, place, _posted(answer, delivery, place, made))

    async def send_list(self, deliveries: Sequence[Delivery]) -> Outcome:
        """One post for several, as many as room_in_list() has found to fit; or edit the list that is out."""
        head = deliveries[0]
        place = await self._place(head)
        if not isinstance(place, Place):
            return place
        mention, silent, tags = self._mention(head), head.subscription.silent, self._tags(place, *deliveries)
        if head.edit and head.message is not None:
            made = Post(self._relist(deliveries), mention, silent, tags)
            return await self._edit(head, place, made, head.message)
        found = self._list(deliveries)
        if found is None or len(found.articles) < len(deliveries):
            return Later("no list to make")  # one of them has changed since there was room for it
        post = Post(found.card, mention, silent, tags)
        # A nonce of its own: the head's would give back another message, if that were sent alone some day.
        answer = await self._deliver(replace(head, nonce=f"l{head.nonce}"[:25]), place, post)
        return await self._told(head, place, _posted(answer, head, place, post))

    def room_in_list(self, deliveries: Sequence[Delivery]) -> int:
        """How many of these one list would hold; 0 where there can be none."""
        made = self._list(deliveries)
        return len(made.articles) if made else 0

    async def chores(self) -> None:
        """What is done beside sending; until cancelled."""
        await self.publisher.run()

    async def look_back(self, delivery: Delivery, listed: bool = False) -> Outcome | None:
        """For an attempt whose end is not known: Sent, or None when it is surely safe to send again.

        `listed`: it left in one post with others. The nonce of that is not the one of what is left of it meanwhile.
        """
        if delivery.roundup and not delivery.roundup.parts:
            return Unknown("it may be out already, and all that it listed was taken out of the archive")
        arrives = self._arrives(delivery.target)
        place = await self._place(delivery, to_read=True)
        if not isinstance(place, Place):
            return place
        found = await self._look(delivery, place) if place.readable else None
        if found is None or isinstance(found, Unknown):
            return await self._not_found(delivery, arrives, listed, found)
        return found

    async def _not_found(
        self, delivery: Delivery, arrives: timedelta, listed: bool, unsure: Unknown | None
    ) -> Outcome | None:
        """What it means that it was not found, where it may have been closed to us while we looked."""
        place = await self._place(delivery, to_read=True)
        if not isinstance(place, Place):
            return place
        now = self._clock.now()
        nonce, age = WAYS[place.kind].NONCE and not listed, now - (delivery.attempted or now)
        if not place.readable:
            unsure = Unknown(f"it may be out already: #{place.name} cannot be read without Read Message History")
        if unsure:
            holds = nonce and timedelta(0) <= age < NONCE_HOLDS
            return None if holds else unsure  # the same nonce cannot make a second message
        if not nonce and arrives:
            return Later("waiting for what may still arrive", arrives)
        return None

    def _arrives(self, target: str = "") -> timedelta:
        """How long something may still arrive: sent there by us, or by who died before we began."""
        left = self._left.get(target, self._began)
        return max(timedelta(0), SETTLING - timedelta(seconds=self._time() - left))

    def rest(self, target: str) -> float:
        """Seconds for which this target should be left alone, by Discord's own word."""
        until = self._rests.get(target, 0.0)
        wait = until - self._time()
        if wait <= 0:
            self._rests.pop(target, None)
        return max(0.0, wait)

    def _list(self, deliveries: Sequence[Delivery]) -> Listing | None:
        region, terms = _of_list(deliveries)
        return listing([each.article for each in deliveries], self._regions, region, terms)

    def _relist(self, deliveries: Sequence[Delivery]) -> Card:
        region, terms = _of_list(deliveries)
        return relisting([each.article for each in deliveries], self._regions, region, terms, self._clock.now())

    async def _place(self, delivery: Delivery, to_read: bool = False) -> Place | Outcome:
        if self._client.is_closed() or not self._client.is_ready():
            return Later("not connected to Discord", NOT_READY)
        if not delivery.target.startswith("user:"):
            return find(self._client, delivery, to_read)
        place = await self._doors.open(int(delivery.target.partition(":")[2]))
        if isinstance(place, Place):
            return place
        outcome = _outcome(place, "")  # nothing has left, for there was nowhere to
        return Later(outcome.reason) if isinstance(outcome, Unknown) else outcome

    async def _told(self, delivery: Delivery, place: Place, outcome: Outcome) -> Outcome:
        """With what follows from it: a publication, or the name of the place where something is amiss."""
        match outcome:
            case Sent(message) if message and place.kind == "announcement" and delivery.subscription.publish:
                await self.publisher.take(place.id, message)
            case Suspended(reason) if place.kind != "dm" and place.name:
                return Suspended(f"{reason} (in #{place.name})")
        return outcome

    def _card(self, delivery: Delivery) -> Card:
        region = delivery.subscription.region
        article = delivery.article
        return self._made(
            article,
            self._regions,
            region=region if region in article.regions else None,
            terms=read_terms(delivery.subscription.options),
            updated=(article.updated or self._clock.now()) if delivery.edit and delivery.message else None,
        )

    def _post(self, delivery: Delivery, place: Place) -> Post:
        mention, silent, tags = self._mention(delivery), delivery.subscription.silent, self._tags(place, delivery)
        if delivery.roundup:
            week = page(-delivery.article.id, delivery.roundup, self._regions)
            return Post(week.card, mention, silent, tags, page=week)
        return Post(self._card(delivery), mention, silent, tags)

    def _mention(self, delivery: Delivery) -> int | None:
        """The role that was ordered, while the server has it: of another one, readers would see that it is unknown."""
        wanted, guild = delivery.subscription.mention, self._client.get_guild(delivery.subscription.guild)
        return wanted if wanted is None or guild is None or guild.get_role(wanted) else None

    def _tags(self, place: Place, *deliveries: Delivery) -> tuple[int, ...]:
        """The tag that was ordered; else those that are named like the regions of what is posted."""
        ordered = deliveries[0].subscription.tag
        if ordered in place.tags and ordered is not None:
            return (ordered,)
        regions = {region for each in deliveries for region in each.article.regions}
        return tuple(tag for tag, name in place.tags.items() if self._regions.from_tag(name) in regions)[:MOST_TAGS]

    async def _deliver(self, delivery: Delivery, place: Place, made: Post) -> Answer:
        """Once as it is; once more in the form that Discord's answer asks for."""
        answer = await self._ask(delivery, place, made)
        if answer.ok:
            return answer
        match _rule(answer).action:
            case "no-tag" if made.tags:
                answer = await self._ask(delivery, place, replace(made, tags=()))
            case "plain" if not made.card.several:
                log.warning(
                    "refused form article=%d target=%s words=%s", made.card.article, delivery.target, answer.words
                )
                answer = await self._ask(delivery, place, replace(made, bare=True))
        return answer

    async def _ask(self, delivery: Delivery, place: Place, made: Post) -> Answer:
        self._left[delivery.target] = self._time()
        self._note_first(delivery, self._time())
        answer = await WAYS[place.kind].post(self.line, place, made, delivery.nonce)
        if answer.ok and not _posted_as(answer):
            answer = unreadable(answer)
        self._left.pop(delivery.target, None)
        if _rule(answer).action == "unknown":
            self._left[delivery.target] = self._time()
        if answer.spent:
            self._rests[delivery.target] = self._time() + answer.spent
        return answer

    def _note_first(self, delivery: Delivery, left: float | None) -> float | None:
        """When it left for the first time since that was written down; None: in an earlier life of ours."""
        known = self._first.setdefault((delivery.id, delivery.attempted), left)
        if len(self._first) > MOST_FIRST:
            del self._first[next(iter(self._first))]
        return known

    async def _edit(self, delivery: Delivery, place: Place, made: Post, message: int) -> Outcome:
        """Safe to repeat, so that not knowing is no more than having to try again."""
        if delivery.shown == made.card.shown:
            return Sent(message, delivery.shown)
        if delivery.shown.endswith("?") and (wait := self._arrives()):
            return Later("waiting for an older edit that may still arrive", wait)
        thread = self._client.get_channel(message)
        titled = thread.name if isinstance(thread, discord.Thread) else ""
        answer = await WAYS[place.kind].edit(self.line, place, message, made, titled)
        if answer.ok and not _posted_as(answer):
            answer = unreadable(answer)
        outcome = _outcome(answer, made.card.shown)
        if isinstance(outcome, Suspended) and answer.code in WAYS[place.kind].OF_ONE:
            outcome = Refused(outcome.reason)  # no reason to post nothing more there
        match outcome:
            case Sent() if answer.ok:
                return Sent(message, made.card.shown)
            case Sent():
                return Refused(_rule(answer).words)  # it was deleted
            case Unknown(reason):
                return Later(reason)
        return outcome

    def _left_at(self, delivery: Delivery) -> Left:
        """When it first left, and how far that may be wrong. Of what left in this life of ours, a clock knows that
        nobody sets; it may stand still while the machine sleeps, but then what is written down is earlier."""
        now = self._clock.now()
        written, first = delivery.attempted or now, self._note_first(delivery, None)
        if first is None:
            return Left(written, now)
        return Left(min(written, now - timedelta(seconds=self._time() - first)), now, AHEAD)

    async def _look(self, delivery: Delivery, place: Place) -> Outcome | None:
        made, me = self._post(delivery, place), self._client.user
        if me is None:
            return Later("not connected to Discord", NOT_READY)
        left = self._left_at(delivery)
        found = await WAYS[place.kind].look_back(self.line, place, left, made.is_in, me.id)
        match found:
            case None:
                return None
            case Answer() if found is TOO_MUCH or found is HIDDEN:
                return Unknown(f"it may be out already: {found.words}")
            case Answer():
                outcome = _outcome(found, "")
                return Later(outcome.reason) if isinstance(outcome, Unknown | Refused) else outcome
            case message:
                shown = _found(message, made)  # of a list we cannot tell: this is one of its articles
                return await self._told(delivery, place, Sent(int(message["id"]), shown, stale=not shown))


def _of_list(deliveries: Sequence[Delivery]) -> tuple[str | None, Terms]:
    """The region that stands over a list, and what its standing order says."""
    order = deliveries[0].subscription
    return (order.region if order.region != EVERY_REGION else None), read_terms(order.options)


def _posted(answer: Answer, delivery: Delivery, place: Place, made: Post) -> Outcome:
    """What became of a post: a nonce may have given us back a message of before a correction."""
    is_ours = delivery.attempts < 2 or not WAYS[place.kind].NONCE
    outcome = _outcome(answer, made.shown if is_ours else _found(answer.body, made))
    return replace(outcome, stale=outcome.shown != made.shown) if isinstance(outcome, Sent) else outcome


def _found(message: Mapping[str, Any], made: Post) -> str:
    """The digest of what a message shows; where that is not what we would post now, a correction must edit it."""
    if made.page or cards.says(message, made.card):
        return made.shown
    return LIST if cards.lists(message) else ""


def _posted_as(answer: Answer) -> int:
    """The message, which in a forum is that of the thread."""
    message = answer.body.get("message")
    return id_in(message if isinstance(message, dict) else {}) or id_in(answer.body)


def _rule(answer: Answer) -> Rule:
    return rule_for(answer.status, answer.code)


def _outcome(answer: Answer, shown: str) -> Outcome:
    """Discord's answer in the words of the house."""
    if answer.ok:
        return Sent(_posted_as(answer), shown)
    rule = _rule(answer)
    match rule.action:
        case "suspend":
            return Suspended(rule.words)
        case "stop":
            return Later(rule.words, timedelta(hours=1))
        case "later":
            wait = timedelta(seconds=answer.wait) if answer.wait else rule.after
            return Later(answer.words if answer.status == 429 and answer.words else rule.words, wait)
        case "done":
            return Sent(0, shown)
        case "unknown":
            return Unknown(rule.words)
        case _:
            return Refused(f"{rule.words}: {answer.words}" if answer.words else rule.words)
