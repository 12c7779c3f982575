"""Each of the 23 rules has a test by its number; two stand elsewhere: 18 with certificates, 23 with hubs."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("rule", range(1, 24))
def test_there_is_one(rule: int) -> None:
    held = re.compile(rf"^(?:async )?def test_rule_{rule:02}_\w+\(", re.M)
    assert any(held.search(file.read_text("utf-8")) for file in TESTS.rglob("test_*.py"))
