"""What the page is served: a snapshot, messages and events as one person sees them, faults and mishaps on order."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
import yarl

from bot.stage import Stage
from bot.stage.permissions import Permission
from bot.stage.window import KEPT_EVENTS
from tests.fakes import until
from tests.stage.wrong_client import Place, WrongClient


class Stream:
    """Server-sent events as they come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last = ""

    async def hear(self) -> dict[str, Any]:
        """The next event."""
        async with asyncio.timeout(5):
            while True:
                line = (await self.response.content.readline()).decode().strip()
                if line.startswith("id: "):
                    self.last = line[4:]
                elif line.startswith("data: "):
                    return dict(json.loads(line[6:]))

    async def hear_until(self, name: str) -> dict[str, Any]:
        while True:
            event = await self.hear()
            if event["t"] == name:
                return dict(event["d"])


async def watch(wrong: WrongClient, member: int, last: str = "") -> Stream:
    headers = {"Last-Event-ID": last} if last else {}
    url = f"{wrong.stage.url}/stage/events?as={member}"
    return Stream(await wrong.session.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=None)))


async def get(wrong: WrongClient, path: str) -> Any:
    async with wrong.session.get(wrong.stage.url + path) as response:
        return await response.json()


async def post(wrong: WrongClient, path: str, body: Any, status: int = 204) -> Any:
    async with wrong.session.post(wrong.stage.url + path, json=body) as response:
        assert response.status == status, await response.text()
        return await response.json() if response.content_type == "application/json" else None


async def test_healthz_tells_when_the_bot_is_ready(wrong: WrongClient, stage: Stage) -> None:
    async def health() -> int:
        async with wrong.session.get(stage.url + "/healthz") as response:
            return response.status

    assert (await health(), stage.is_ready) == (503, False)
    line = await wrong.identified()
    await line.hear_until("READY")
    assert await health() == 503  # its commands are not set yet
    await wrong.ask("PUT", f"/applications/{stage.world.bot.id}/commands", [])
    assert (await health(), stage.is_ready) == (200, True)
    await line.ws.close()
    await until(lambda: not stage.gateway.connections)
    assert await health() == 503


async def test_the_snapshot_is_one_persons(wrong: WrongClient, place: Place) -> None:
    place.news.overwrite(place.bob, deny=Permission.VIEW_CHANNEL)
    shown = await get(wrong, f"/stage/state?as={place.bob.id}")
    assert shown["me"]["name"] == "Bob" and [each["name"] for each in shown["members"]] == ["Ada", "Bob"]
    channels = {each["name"]: each["can_view"] for each in shown["guilds"][0]["channels"]}
    assert channels == {"africa": True, "news": False, "forum": True}
    assert shown["panel"]["global"]["limit"] == 50
    assert (await get(wrong, "/stage/state"))["me"]["name"] == "Ada"


async def test_the_pages_messages_tell_pings_and_keep_secrets(wrong: WrongClient, place: Place) -> None:
    await wrong.send(place.text, content=f"<@{place.ada.id}>")
    listed = await get(wrong, f"/stage/channels/{place.text.id}/messages?as={place.bob.id}")
    assert listed[0]["stage_pings"]["members"] == [str(place.ada.id)] and listed[0]["ephemeral"] is False
    place.text.overwrite(place.bob, deny=Permission.VIEW_CHANNEL)
    hidden = await get(wrong, f"/stage/channels/{place.text.id}/messages?as={place.bob.id}")
    assert hidden["code"] == 50001


async def test_events_come_to_who_may_see_them_and_go_on_after_a_break(wrong: WrongClient, place: Place) -> None:
    ada, bob = await watch(wrong, place.ada.id), await watch(wrong, place.bob.id)
    place.news.overwrite(place.bob, deny=Permission.VIEW_CHANNEL)
    await wrong.send(place.news, content="hidden")
    await wrong.send(place.text, content="open")
    assert (await ada.hear_until("MESSAGE_CREATE"))["content"] == "hidden"
    assert (await bob.hear_until("MESSAGE_CREATE"))["content"] == "open"
    request = await bob.hear_until("REQUEST")
    assert (request["method"], request["status"]) == ("POST", 200)
    bob.response.close()
    await wrong.send(place.text, content="missed")
    again = await watch(wrong, place.bob.id, bob.last)
    assert (await again.hear_until("MESSAGE_CREATE"))["content"] == "missed"


async def test_who_was_away_too_long_is_told_to_begin_anew(wrong: WrongClient, place: Place) -> None:
    for _ in range(KEPT_EVENTS + 1):
        wrong.stage.world.type_in(place.text, place.bob)
    for last in ("1", "999999"):  # what followed is kept no more, or it was another stage
        assert (await (await watch(wrong, place.ada.id, last)).hear())["t"] == "RESET"


async def test_an_act_is_followed_by_its_nonce(wrong: WrongClient, place: Place) -> None:
    body = [{"name": "ping", "description": "x"}]
    made = (await wrong.ask("PUT", f"/applications/{wrong.stage.world.bot.id}/commands", body)).body[0]
    ada, bob = await watch(wrong, place.ada.id), await watch(wrong, place.bob.id)
    data = {"id": made["id"], "name": "ping", "type": 1, "version": made["version"], "options": []}
    act = {"type": 2, "channel_id": str(place.text.id), "nonce": "77", "data": data}
    await wrong.ask("POST", "/interactions", act, token=place.ada.token)
    sent = await ada.hear_until("INTERACTION")
    assert (sent["nonce"], sent["state"]) == ("77", "sent")
    wrong.stage.clock.advance(3.1)
    failed = await ada.hear_until("INTERACTION")
    assert (failed["state"], failed["error"]) == ("failed", "The application did not respond")
    await wrong.send(place.text, content="end")
    heard = []
    while (event := await bob.hear())["t"] != "MESSAGE_CREATE":
        heard.append(event["t"])
    assert "INTERACTION" not in heard


async def test_faults_are_set_listed_and_taken_back_from_the_page(wrong: WrongClient, place: Place) -> None:
    fault = {"kind": "503", "match": {"method": "POST", "path": "/channels/*/messages"}, "times": None}
    made = await post(wrong, "/stage/faults", fault, 200)
    assert (await wrong.send(place.text, content="x")).status == 503
    listed = await get(wrong, "/stage/faults")
    assert [(each["kind"], each["hits"]) for each in listed] == [("503", 1)]
    async with wrong.session.delete(f"{wrong.stage.url}/stage/faults/{made['id']}") as response:
        assert response.status == 204
    assert (await wrong.send(place.text, content="x")).status == 200
    await post(wrong, "/stage/faults", {"kind": "418"}, 400)


@pytest.mark.parametrize(
    "nonsense", [{"times": 0}, {"times": "abc"}, {"times": 1.5}, {"chance": 5}, {"chance": 0}, {"seconds": -3}]
)
async def test_a_fault_with_a_number_that_makes_no_sense_is_refused(
    wrong: WrongClient, nonsense: dict[str, object]
) -> None:
    said = await post(wrong, "/stage/faults", {"kind": "503"} | nonsense, 400)
    assert repr(next(iter(nonsense.values()))) in said["message"]
    assert await get(wrong, "/stage/faults") == []


async def test_a_gateway_fault_from_the_page_strikes_at_once(wrong: WrongClient, place: Place) -> None:
    line = await wrong.identified()
    await line.hear_until("READY")
    await post(wrong, "/stage/faults", {"kind": "close-4000"}, 200)
    assert await line.hangup() == 4000


async def test_the_world_is_changed_from_the_page(wrong: WrongClient, place: Place) -> None:
    change = {"channel_id": str(place.text.id), "permission": "SEND_MESSAGES"}
    await post(wrong, "/stage/world", {"do": "withdraw-permission", **change})
    assert (await wrong.send(place.text, content="x")).code == 50013
    await post(wrong, "/stage/world", {"do": "restore-permission", **change})
    assert (await wrong.send(place.text, content="x")).status == 200
    await post(wrong, "/stage/world", {"do": "delete-channel", "channel_id": str(place.text.id)})
    assert (await wrong.send(place.text, content="x")).code == 10003
    await post(wrong, "/stage/world", {"do": "guild-unavailable", "guild_id": str(place.guild.id)})
    assert (await wrong.send(place.news, content="x")).status == 503
    await post(wrong, "/stage/world", {"do": "guild-available", "guild_id": str(place.guild.id)})
    await post(wrong, "/stage/world", {"do": "delete-guild", "guild_id": str(place.guild.id)})
    assert (await wrong.send(place.news, content="x")).code == 10003
    await post(wrong, "/stage/world", {"do": "dance"}, 400)


async def test_others_hang_panels_on_the_page(wrong: WrongClient, place: Place) -> None:
    async def outbox() -> dict[str, int]:
        return {"pending": 3}

    wrong.stage.add_panel("outbox", outbox)
    stream = await watch(wrong, place.ada.id)
    assert (await stream.hear_until("PANEL"))["panels"] == {"outbox": {"pending": 3}}


async def test_no_other_site_speaks_with_the_stage(wrong: WrongClient, stage: Stage) -> None:
    async def asked(**headers: str) -> int:
        async with wrong.session.get(stage.url + "/stage/state", headers=headers) as response:
            return response.status

    assert await asked() == 200
    assert await asked(Origin=stage.url) == 200
    assert await asked(Origin="https://evil.test") == 403
    assert await asked(Host="evil.test") == 403
    assert await asked(Host="[") == 403


async def test_no_other_site_frames_the_page_and_what_was_uploaded_is_none(
    wrong: WrongClient, stage: Stage, place: Place
) -> None:
    form = aiohttp.FormData({"payload_json": json.dumps({"content": "look"})})
    form.add_field("files[0]", b"<script>alert(1)</script>", filename="page.html", content_type="text/html")
    url, headers = f"{stage.api}/channels/{place.text.id}/messages", {"Authorization": f"Bot {stage.token}"}
    async with wrong.session.post(url, data=form, headers=headers) as response:
        uploaded = (await response.json())["attachments"][0]["url"]
    for path, policy in ((stage.url + "/", "frame-ancestors 'none'"), (uploaded, "frame-ancestors 'none'; sandbox")):
        async with wrong.session.get(path) as response:
            assert response.status == 200 and response.headers["Content-Security-Policy"] == policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_nothing_but_the_pages_own_files_is_served(wrong: WrongClient, stage: Stage) -> None:
    async def asked(path: str) -> int:
        """As it is written: aiohttp would resolve the dots before it asks."""
        async with wrong.session.get(yarl.URL(stage.url + path, encoded=True)) as response:
            return response.status

    assert await asked("/page/state.js") == 200
    for path in ("/page/../stage.py", "/page/%2e%2e/stage.py", "/page/..%2fstage.py", "/page/missing.js"):
        assert await asked(path) == 404, path


async def test_everyone_finds_the_direct_messages_with_the_bot_and_the_latest_requests(
    wrong: WrongClient, place: Place
) -> None:
    await wrong.send(place.text, content="x")
    shown = await get(wrong, f"/stage/state?as={place.bob.id}")
    await wrong.send(place.text, content="since")
    stream = await watch(wrong, place.bob.id, shown["last"])
    assert (await stream.hear_until("MESSAGE_CREATE"))["content"] == "since"
    assert [each["username"] for each in shown["dms"][0]["recipients"]] == ["Newsdesk"]
    assert shown["requests"][-1]["method"] == "POST"
    assert shown["members"][0]["roles"][str(place.guild.id)]
