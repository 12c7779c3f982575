"""Nobody has more under way at once than they may."""

import pytest

from bot.archive.archive import MOST_WAITING
from bot.errors import Busy
from bot.turns import Turns


def test_nobody_has_more_than_two_questions_waiting() -> None:
    turns = Turns(MOST_WAITING, "Please wait.")
    with turns.of(7), turns.of(7), turns.of(8), turns.of(0), turns.of(0), turns.of(0):
        with pytest.raises(Busy, match="Please wait"), turns.of(7):
            pass
        assert MOST_WAITING == 2
    with turns.of(7):
        pass
