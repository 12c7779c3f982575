"""Each fault strikes a plain client as it says: the right requests, as often as asked, before or after storing."""

import asyncio

import aiohttp
import pytest

from bot.stage import Refusal, Stage
from tests.stage.wrong_client import Place, WrongClient


async def sends(wrong: WrongClient, place: Place, times: int = 3) -> list[int]:
    return [(await wrong.send(place.text, content="x")).status for _ in range(times)]


@pytest.mark.parametrize("kind", ["500", "502", "503", "504"])
async def test_a_broken_server_stores_nothing_and_heals(kind: str, wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault(kind, method="POST", path="/channels/*/messages", times=2)
    assert await sends(wrong, place) == [int(kind), int(kind), 200]
    assert len(place.text.messages) == 1


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_429_of_each_scope(scope: str, wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault(f"429-{scope}", seconds=1.5)
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, answer.headers["X-RateLimit-Scope"]) == (429, scope)
    assert (answer.body["retry_after"], answer.body["global"]) == (1.5, scope == "global")
    assert answer.headers["Retry-After"] == "2" and answer.headers["Via"]
    assert ("X-RateLimit-Global" in answer.headers) == (scope == "global")


async def test_a_ban_comes_without_via_and_without_json(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("429-banned")
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, "Via" in answer.headers, isinstance(answer.body, str)) == (429, False, True)


@pytest.mark.parametrize(("kind", "stored"), [("reset-before", 0), ("reset-after", 1)])
async def test_a_reset_before_or_after_storing(kind: str, stored: int, wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault(kind)
    with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
        await wrong.send(place.text, content="x")
    assert len(place.text.messages) == stored


async def test_an_answer_500_after_storing(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("500-after")
    assert await sends(wrong, place, 1) == [500]
    assert len(place.text.messages) == 1


@pytest.mark.parametrize(("kind", "stored"), [("hang", 0), ("hang-after", 1)])
async def test_an_answer_that_hangs(kind: str, stored: int, wrong: WrongClient, place: Place) -> None:
    fault = wrong.stage.fault(kind, seconds=60)
    asking = asyncio.create_task(wrong.send(place.text, content="x"))
    await asyncio.wait_for(fault.happened.wait(), 30)
    assert len(place.text.messages) == stored and not asking.done()
    asking.cancel()


async def test_a_hanging_answer_ends_when_the_clock_is_turned(wrong: WrongClient, place: Place) -> None:
    fault = wrong.stage.fault("hang-after", seconds=60)
    asking = asyncio.create_task(wrong.send(place.text, content="x"))
    await asyncio.wait_for(fault.happened.wait(), 30)
    assert len(place.text.messages) == 1
    wrong.stage.clock.advance(61)
    with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
        await asking


async def test_a_slow_answer_comes_in_the_end(wrong: WrongClient, place: Place) -> None:
    fault = wrong.stage.fault("slow", seconds=60)
    asking = asyncio.create_task(wrong.send(place.text, content="x"))
    await asyncio.wait_for(fault.happened.wait(), 30)
    assert not place.text.messages and not asking.done()
    wrong.stage.clock.advance(61)
    assert (await asking).status == 200


async def test_garbage_calls_itself_json(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("garbage")
    with pytest.raises(ValueError):
        await wrong.send(place.text, content="x")
    assert len(place.text.messages) == 1


async def test_a_stranger_is_friendly_and_nothing_is_stored(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("stranger")
    sent = await wrong.send(place.text, content="x")
    assert (sent.status, sent.body) == (200, {"status": "ok"}) and not place.text.messages


async def test_history_breaks_while_single_messages_are_found(wrong: WrongClient, place: Place) -> None:
    sent = await wrong.send(place.text, content="x")
    wrong.stage.fault("history-500", times=None)
    path = f"/channels/{place.text.id}/messages"
    assert (await wrong.ask("GET", path)).status == 500
    assert (await wrong.ask("GET", f"{path}/{sent.body['id']}")).status == 200
    wrong.stage.faults.remove()
    assert (await wrong.ask("GET", path)).status == 200


async def test_a_success_that_exhausts_its_bucket(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("exhausted", seconds=30)
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, "0")
    assert float(answer.headers["X-RateLimit-Reset-After"]) == 30


async def test_an_error_of_any_code(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("error", code=50001)
    answer = await wrong.send(place.text, content="x")
    assert (answer.status, answer.code) == (403, 50001)


async def test_a_fault_strikes_only_what_it_names(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("503", method="POST", path=f"/channels/{place.news.id}/*", times=None)
    assert await sends(wrong, place, 1) == [200]
    assert (await wrong.ask("GET", f"/channels/{place.news.id}/messages")).status == 200
    assert (await wrong.send(place.news, content="x")).status == 503


async def test_a_fault_waits_for_a_request_that_is_let_in(wrong: WrongClient, place: Place) -> None:
    wrong.stage.limits.set("POST", "/channels/{channel_id}/messages", 1, 60)
    await wrong.send(place.text, content="x")
    fault = wrong.stage.fault("reset-after")
    assert await sends(wrong, place, 1) == [429]
    assert not fault.struck


async def test_chance_is_the_same_for_the_same_seed(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("503", times=None, chance=0.5)
    rows = []
    for _ in range(2):
        wrong.stage.faults.seed(7)
        rows.append([(await wrong.ask("GET", "/users/@me")).status for _ in range(8)])
        wrong.stage.clock.advance(10)
    assert rows[0] == rows[1] and set(rows[0]) == {200, 503}


async def test_a_fault_nobody_knows_is_refused(stage: Stage) -> None:
    with pytest.raises(Refusal):
        stage.fault("418")


async def test_faults_never_strike_a_person(wrong: WrongClient, place: Place) -> None:
    wrong.stage.fault("500", times=None)
    assert (await wrong.ask("GET", "/users/@me", token=place.ada.token)).status == 200


async def test_a_guild_in_an_outage_breaks_and_comes_back(wrong: WrongClient, place: Place) -> None:
    wrong.stage.world.set_available(place.guild, False)
    assert (await wrong.send(place.text, content="x")).status == 503
    assert (await wrong.ask("GET", f"/guilds/{place.guild.id}")).status == 503
    wrong.stage.world.set_available(place.guild, True)
    assert (await wrong.send(place.text, content="x")).status == 200
