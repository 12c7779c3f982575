"""WebSub, with a hub of our own: asked, verified, signed, renewed; and polling goes on."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from aiohttp import ClientSession

from bot.intake import websub
from bot.intake.fetch import open_session
from bot.intake.worker import ParseWorker
from bot.poller.pushing import Pushing, open_ear
from tests.fakes import Answer, Names, until
from tests.polling import House, InThisProcess, open_house
from tests.press import NOON, item, rss

A, B, C = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2)


@dataclass
class Scene:
    """A house, a hub at /hub, and our own ear."""

    house: House
    pushing: Pushing
    session: ClientSession
    ear: str
    head: str

    def asked(self) -> dict[str, str]:
        """The form of the last request to the hub."""
        form = parse_qs(self.house.web.asked_for("/hub")[-1].body.decode())
        return {name: values[0] for name, values in form.items()}

    async def verify(self, **changes: str) -> tuple[int, str]:
        """The hub asks back."""
        asked = self.asked()
        query = {
            "hub.mode": "subscribe",
            "hub.topic": asked["hub.topic"],
            "hub.challenge": "abc",
            "hub.lease_seconds": "864000",
        } | {name.replace("_", "."): text for name, text in changes.items()}
        async with self.session.get(self.ear + asked["hub.callback"].partition("test")[2], params=query) as answer:
            return answer.status, await answer.text()

    async def push(self, body: bytes, secret: str = "", method: str = "sha256") -> int:
        """The hub pushes, and what comes of it has come."""
        status = await self.say(body, secret, method)
        for task in tuple(self.pushing._polls):
            await task
        return status

    async def say(self, body: bytes, secret: str = "", method: str = "sha256") -> int:
        asked = self.asked()
        signature = hmac.new((secret or asked["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        url = self.ear + asked["hub.callback"].partition("test")[2]
        async with self.session.post(url, data=body, headers={"X-Hub-Signature": f"{method}={signature}"}) as answer:
            return answer.status


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    worker = ParseWorker()
    async with open_house(worker) as house, ClientSession() as session:
        await house.add()
        head = (
            f'<atom:link rel="hub" href="{house.web.url("/hub")}"/><atom:link rel="self" href="https://mag.test/feed"/>'
        )
        house.web["/hub"] = Answer(status=202)
        house.web["/feed"] = rss(A, head=head)
        await house.goes_round()
        pushing = Pushing(house.archive, session, house.clock, "https://us.test", house.poller.poll, "Newsdesk/test")
        await pushing.ask_hubs()
        async with open_ear(pushing, "127.0.0.1:0") as port:
            yield Scene(house, pushing, session, f"http://127.0.0.1:{port}", head)
    await worker.close()


async def test_rule_23_a_hub_is_asked_for_the_feeds_own_topic_with_a_secret(scene: Scene) -> None:
    asked = scene.asked()
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", "https://mag.test/feed")
    assert asked["hub.callback"].startswith("https://us.test/websub/") and len(asked["hub.secret"]) >= 32


async def test_rule_23_only_what_we_asked_for_is_confirmed(scene: Scene) -> None:
    assert await scene.verify() == (200, "abc")
    assert (await scene.verify(hub_topic="https://other.test/"))[0] == 404
    assert (await scene.verify(hub_mode="unsubscribe"))[0] == 404
    async with scene.session.get(scene.ear + "/websub/1/guessed", params={"hub.challenge": "x"}) as answer:
        assert answer.status == 404


async def test_rule_23_a_signed_push_polls_at_once(scene: Scene) -> None:
    await scene.verify()
    scene.house.web["/feed"] = rss(B, A)
    assert await scene.push(b"<rss/>") == 202
    assert await scene.house.posted() == [B.title]


async def test_rule_23_a_push_with_another_signature_does_nothing_and_is_not_told_so(scene: Scene) -> None:
    await scene.verify()
    before = len(scene.house.web.asked)
    assert await scene.push(b"<rss/>", secret="guessed") == 202
    assert len(scene.house.web.asked) == before


async def test_rule_23_a_lease_is_renewed_before_it_ends_and_not_earlier(scene: Scene) -> None:
    await scene.verify()
    await scene.pushing.ask_hubs()
    assert len(scene.house.web.asked_for("/hub")) >= 1
    before = len(scene.house.web.asked_for("/hub"))
    await scene.pushing.ask_hubs()
    assert len(scene.house.web.asked_for("/hub")) == before
    scene.house.clock.turn(timedelta(days=7))
    await scene.pushing.ask_hubs()
    assert len(scene.house.web.asked_for("/hub")) == before
    scene.house.clock.turn(timedelta(days=2))
    await scene.pushing.ask_hubs()
    assert len(scene.house.web.asked_for("/hub")) == before + 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_rule_23_each_way_of_signing_is_known(method: str) -> None:
    def holds(header: str, *pieces: bytes) -> bool:
        seal = websub.Seal(header, "secret")
        for piece in pieces:
            seal.add(piece)
        return seal.holds

    signature = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert holds(f"{method}={signature}", b"bo", b"dy")
    assert not holds(f"{method}={signature}", b"another")
    assert not holds(f"md5={signature}", b"body")
    assert not holds(f"{method}=", b"body") and not holds(f"{method}=é", b"body") and not holds("", b"body")


def test_rule_23_a_link_header_names_hub_and_topic() -> None:
    header = '<https://hub.test/>; rel="hub", </feed>; rel=self, <x>; rel="next"'
    assert websub.links(header, "https://mag.test/") == {"hub": "https://hub.test/", "self": "https://mag.test/feed"}


async def test_a_push_during_a_poll_polls_once_more_and_waits_for_its_turn(scene: Scene) -> None:
    """What is pushed may be newer than what the poll under way has had; and it finds the state that this leaves."""
    await scene.verify()
    house = scene.house
    before, may_go = len(house.web.asked_for("/feed")), asyncio.Event()
    house.web["/feed"] = Answer(rss(B, A, head=scene.head), headers={"ETag": '"old"'}, wait=may_go)
    polling = asyncio.create_task(house.poller.round(every=True))
    await until(lambda: len(house.web.asked_for("/feed")) != before)
    house.web["/feed"] = Answer(rss(C, B, A, head=scene.head), headers={"ETag": '"new"'})
    pushing = asyncio.create_task(scene.push(b"<rss/>"))
    await until(lambda: scene.pushing._polls)
    may_go.set()
    await asyncio.gather(polling, pushing)
    assert await house.posted() == [B.title, C.title]
    assert house.web.asked_for("/feed")[-1].headers.get("If-None-Match") == '"old"'
    assert (await house.source()).etag == '"new"'


async def test_fifty_pushes_are_two_polls(scene: Scene) -> None:
    """The one under way may have been too early for what is pushed; the one after it is not."""
    await scene.verify()
    house = scene.house
    before, may_go = len(house.web.asked_for("/feed")), asyncio.Event()
    house.web["/feed"] = Answer(rss(B, A, head=scene.head), wait=may_go)
    await scene.say(b"<rss/>")
    await until(lambda: len(house.web.asked_for("/feed")) != before)
    assert {await scene.say(b"<rss/>") for _ in range(50)} == {202}
    polls = tuple(scene.pushing._polls)
    may_go.set()
    await asyncio.gather(*polls)
    assert len(house.web.asked_for("/feed")) == before + 2
    assert await house.posted() == [B.title]


async def test_a_push_that_is_too_large_is_refused_and_kept_by_nobody(scene: Scene) -> None:
    await scene.verify()
    before = len(scene.house.web.asked)
    assert await scene.push(b"x" * 10_500_000) == 413
    assert len(scene.house.web.asked) == before


def test_a_question_with_a_strange_number_is_answered_all_the_same() -> None:
    lease = websub.a_lease(1, "https://hub.test/", "https://mag.test/feed")
    asked = {"hub.mode": "subscribe", "hub.topic": lease.topic, "hub.challenge": "abc", "hub.lease_seconds": "²"}
    granted = websub.granted(lease, asked, NOON)
    assert granted is not None and granted.until == (NOON + websub.LEASE).isoformat()


@pytest.fixture
async def many() -> AsyncIterator[tuple[House, Pushing, Names]]:
    """A house with three feeds, of which two have a hub in common, before any hub was asked."""
    names = Names()
    async with open_house(InThisProcess(), names=names) as house, open_session(private=True, resolver=names) as session:
        yield house, Pushing(house.archive, session, house.clock, "https://us.test", house.poller.poll, "Test"), names


async def have_hubs(house: House, *hubs: str) -> None:
    for number, hub in enumerate(hubs):
        house.web[f"/feed{number}"] = rss(A, head=f'<atom:link rel="hub" href="{hub}"/>')
        await house.add(f"/feed{number}")
    await house.goes_round()


async def test_a_hub_that_does_not_answer_keeps_no_other_waiting(many: tuple[House, Pushing, Names]) -> None:
    house, pushing, _ = many
    await have_hubs(house, house.web.url("/silent", "one.test"), house.web.url("/hub", "two.test"))
    go_on = asyncio.Event()
    house.web["/silent"], house.web["/hub"] = Answer(status=202, wait=go_on), Answer(status=202)
    looks = asyncio.create_task(pushing.ask_hubs())
    await until(lambda: house.web.asked_for("/hub"), 10)  # seconds; we wait longer than that for the silent one
    go_on.set()
    await looks
    assert len(house.web.asked_for("/silent")) == len(house.web.asked_for("/hub")) == 1


async def test_a_hub_that_does_not_answer_is_asked_for_its_other_topics_the_next_time(
    many: tuple[House, Pushing, Names],
) -> None:
    house, pushing, names = many
    gone = "http://hub.nowhere/"
    await have_hubs(house, gone, gone, house.web.url("/hub", "two.test"))
    house.web["/hub"] = Answer(status=202)
    await pushing.ask_hubs()
    assert names.looked_up.count("hub.nowhere") == 1 and len(house.web.asked_for("/hub")) == 1
    await pushing.ask_hubs()
    assert names.looked_up.count("hub.nowhere") == 2
