"""Each row of the table of Discord's errors, met on the stage."""

import pytest

from bot.chat.errors import RULES, rule_for
from bot.model import Later, Refused, Sent, Suspended
from bot.stage.refusals import Refusal
from tests.chat.scenes import Scene

EXPECTED = {
    "suspend": Suspended,
    "refuse": Refused,
    "plain": Refused,
    "no-tag": Refused,
    "later": Later,
    "done": Sent,
    "stop": Later,
}
OF_DELIVERIES = sorted(code for code, rule in RULES.items() if rule.action != "log")


@pytest.mark.parametrize("code", OF_DELIVERIES)
async def test_each_code_has_its_outcome(scene: Scene, code: int) -> None:
    scene.stage.fault("error", method="POST", path="/channels/*/messages", code=code, times=None)
    outcome = await scene.sender.send(scene.delivery())
    assert isinstance(outcome, EXPECTED[RULES[code].action]), outcome
    assert isinstance(outcome, Sent) or outcome.reason
    assert scene.messages() == []


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


@pytest.mark.parametrize("code", [10062, 40060, 40094])
def test_what_is_of_people_who_have_gone_on_is_only_logged(code: int) -> None:
    assert rule_for(400, code).action == "log"


def test_the_stage_knows_every_code_of_the_table() -> None:
    assert [code for code in OF_DELIVERIES if not Refusal(code).status] == []
