"""Statements name what they are given, or take it in order."""

import re
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "bot" / "archive"


@pytest.mark.parametrize("file", sorted(ROOM.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOM)))
def test_no_statement_numbers_what_it_is_given(file: Path) -> None:
    """Python warns of `?1` with a list from 3.12 on."""
    assert re.findall(r"\?\d", file.read_text("utf-8")) == []
