"""Each row of the table of Discord's errors, met on the stage where Discord would give it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.chat.sender import DiscordSender
from bot.chat.sender.errors import RULES, rule_for
from bot.chat.sender.request import LOGIN
from bot.delivery.pace import Allowance, Pace
from bot.model import Delivery, Later, Outcome, Refused, Sent, Suspended
from bot.stage import Channel
from bot.stage.refusals import Refusal
from tests.chat.scenes import Scene
from tests.chat.sender.test_publish import at_work, published, until_published
from tests.delivery.samples import REGIONS

MESSAGES, THREADS = "/channels/*/messages", "/channels/*/threads"
SOON = timedelta(seconds=2)  # what the stage says
MINUTES, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Row:
    """What a code must come to. Two requests: it was tried once more in another form."""

    code: int
    outcome: type[Outcome]
    requests: int = 1
    words: str = ""  # in the reason
    after: timedelta | None = None
    kind: str = "text"


ROWS = [
    # the operator's to mend
    Row(50014, Later, words="token", after=HOUR),
    # the admin's to mend
    Row(50001, Suspended, words="View Channel"),
    Row(50013, Suspended, words="lacks a permission in the channel (in #africa)"),
    Row(50007, Suspended, words="does not accept direct messages", kind="dm"),
    Row(10003, Suspended, words="the channel is gone"),
    Row(10004, Suspended, words="no longer in this server"),
    Row(10015, Suspended, words="webhook"),
    Row(50027, Suspended, words="webhook"),
    Row(40058, Suspended, words="another kind"),
    Row(50008, Suspended, words="another kind"),
    Row(50024, Suspended, words="another kind"),
    Row(220001, Suspended, words="another kind", kind="forum"),
    Row(40067, Suspended, words="wants a tag", kind="forum"),
    Row(160005, Suspended, words="locked or archived", kind="thread"),
    Row(50083, Suspended, words="locked or archived", kind="thread"),
    # the article's fault, never the channel's: tried once more in another form
    Row(10087, Refused, requests=2, words="tag is gone", kind="forum"),
    Row(50006, Refused, requests=2, words="form"),
    Row(50035, Refused, requests=2, words="form"),
    Row(50109, Refused, requests=2, words="form"),
    Row(40005, Refused, requests=2, words="too large"),
    Row(50045, Refused, requests=2, words="too large"),
    Row(200000, Refused, words="AutoMod"),
    Row(200001, Refused, words="AutoMod"),
    Row(240000, Refused, words="AutoMod"),
    Row(50005, Refused, words="another account"),
    # a matter of time
    Row(20022, Later, after=SOON),
    Row(20028, Later, after=SOON),
    Row(20029, Later, after=SOON),
    Row(30046, Later, after=SOON),
    Row(40062, Later, after=SOON),
    Row(130000, Later, words="overloaded", after=timedelta(minutes=2)),
    Row(160006, Later, words="open threads", after=timedelta(hours=6), kind="forum"),
    # so already
    Row(10008, Sent),
    Row(40033, Sent),
]
OF_PEOPLE = {10062, 40060, 40094}


def test_every_row_of_the_table_is_here() -> None:
    assert sorted(RULES) == sorted([*(row.code for row in ROWS), *OF_PEOPLE])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.code))
async def test_each_code_has_its_outcome(scene: Scene, row: Row) -> None:
    delivery = await a_delivery(scene, row.kind)
    path = THREADS if row.kind == "forum" else MESSAGES
    scene.stage.fault("error", method="POST", path=path, code=row.code, times=None, seconds=SOON.total_seconds())
    outcome = await scene.sender.send(delivery)
    assert isinstance(outcome, row.outcome), outcome
    if isinstance(outcome, Suspended | Refused | Later):
        assert row.words in outcome.reason
    if isinstance(outcome, Later):
        assert outcome.after == row.after
    assert posts(scene) == row.requests
    assert scene.messages() == []


@pytest.mark.parametrize("code", [50006, 50035, 50109, 40005, 50045])
async def test_what_is_refused_for_its_form_goes_out_as_headline_and_link(scene: Scene, code: int) -> None:
    scene.stage.fault("error", method="POST", path=MESSAGES, code=code)
    assert isinstance(await scene.sender.send(scene.delivery()), Sent)
    (message,) = scene.messages()
    assert message.content == "**Rain in Kenya**\n<https://a.test/1>" and message.embeds == []


async def test_a_tag_that_is_gone_is_left_out(scene: Scene) -> None:
    delivery = await a_delivery(scene, "forum")
    scene.stage.fault("error", method="POST", path=THREADS, code=10087)
    assert isinstance(await scene.sender.send(delivery), Sent)
    (thread,) = scene.guild.threads()
    assert thread.thread and thread.thread.tags == [] and posts(scene) == 2


async def test_with_a_bad_token_nothing_more_leaves(scene: Scene) -> None:
    scene.stage.fault("error", method="POST", path=MESSAGES, code=50014)
    await scene.sender.send(scene.delivery(1))
    later = await scene.sender.send(scene.delivery(2))
    assert isinstance(later, Later) and "token" in later.reason and posts(scene) == 1


async def test_what_waits_for_its_turn_meanwhile_does_not_leave_either(scene: Scene) -> None:
    sender = DiscordSender(scene.client, REGIONS, allowance=Allowance(Pace(most=LOGIN + 1)))
    scene.stage.fault("error", method="POST", path=MESSAGES, code=50014)
    outcomes = await asyncio.gather(sender.send(scene.delivery(1)), sender.send(scene.delivery(2)))
    assert all(isinstance(each, Later) and "token" in each.reason for each in outcomes) and posts(scene) == 1


@pytest.mark.parametrize("code", [20022, 30046])
async def test_an_edit_that_comes_too_early_is_made_later(scene: Scene, code: int) -> None:
    edit = await an_edit(scene)
    scene.stage.fault("error", method="PATCH", path="/channels/*/messages/*", code=code)
    assert isinstance(await scene.sender.send(edit), Later)


@pytest.mark.parametrize(("code", "said"), [(10008, "the message was deleted"), (50005, "another account")])
async def test_what_is_not_there_or_not_ours_to_edit_stops_nothing_else(scene: Scene, code: int, said: str) -> None:
    edit = await an_edit(scene)
    scene.stage.fault("error", method="PATCH", path="/channels/*/messages/*", code=code)
    outcome = await scene.sender.send(edit)
    assert isinstance(outcome, Refused) and said in outcome.reason


@pytest.mark.parametrize("code", [40033, 10008, 50013])
async def test_what_cannot_be_published_keeps_nobody_waiting(scene: Scene, code: int) -> None:
    news = scene.guild.add_channel("news", kind="announcement")
    await scene.settled()
    scene.stage.fault("error", method="POST", path="/channels/*/messages/*/crosspost", code=code)
    async with at_work(scene.sender):
        for number, title in ((1, "One"), (2, "Two")):
            await scene.sender.send(scene.delivery(number, news, kind="announcement", publish=True, title=title))
        await until_published(scene, news, 1)
    assert len(published(scene, news)) == 1 and not scene.sender.publisher.waiting


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (0, "unknown"),
        (400, "plain"),
        (401, "stop"),
        (403, "suspend"),
        (404, "suspend"),
        (413, "plain"),
        (429, "later"),
        (500, "unknown"),
        (503, "unknown"),
    ],
)
def test_a_code_that_nobody_has_heard_of_goes_by_its_status(status: int, action: str) -> None:
    assert rule_for(status, 999_999).action == action


@pytest.mark.parametrize("code", sorted(OF_PEOPLE))
def test_what_is_of_people_who_have_gone_on_is_only_logged(code: int) -> None:
    assert rule_for(400, code).action == "log"


def test_the_stage_knows_every_code_of_the_table() -> None:
    assert [row.code for row in ROWS if not Refusal(row.code).status] == []


async def a_delivery(scene: Scene, kind: str) -> Delivery:
    """To a place of that kind."""
    if kind == "dm":
        return scene.delivery(subscription=replace(scene.delivery().subscription, guild=0, kind="dm"))
    place: Channel = scene.channel
    if kind == "forum":
        place = scene.guild.add_channel("articles", kind="forum", tags=["africa"])
    elif kind == "thread":
        place = scene.stage.world.open_thread(scene.channel, scene.stage.world.bot, "A thread")
        scene.stage.world.announce_thread(place)
    await scene.settled()
    return scene.delivery(channel=place, kind=kind, tag=place.tags[0].id if kind == "forum" else None)


async def an_edit(scene: Scene) -> Delivery:
    """Of a post that is out."""
    delivery = scene.delivery()
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    article = replace(delivery.article, title="Rain in Chad")
    return replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")


def posts(scene: Scene) -> int:
    """How often something was to be posted."""
    return sum(each.method == "POST" and each.path.startswith("/channels/") for each in scene.stage.requests)
