"""The shipped feeds.toml asks nothing of anybody, and the examples in its comments are right."""

import re
from pathlib import Path

from bot.intake.lists import read_feeds
from bot.regions import load_regions
from bot.settings import shipped


def test_the_shipped_list_names_no_feed() -> None:
    assert read_feeds(shipped() / "feeds.toml", load_regions(shipped() / "regions.toml")) == []


def test_the_examples_can_be_taken_out_of_their_comments(tmp_path: Path) -> None:
    text = (shipped() / "feeds.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"^#   \[\[feed\]\]\n(?:#   .*\n?)+", text, re.M)
    examples = [block.replace("#   ", "") for block in blocks if "…" not in block]
    (tmp_path / "feeds.toml").write_text("\n".join(examples), encoding="utf-8")
    feeds = read_feeds(tmp_path / "feeds.toml", load_regions(shipped() / "regions.toml"))
    assert [feed.home or feed.region for feed in feeds] == ["US", "africa"]
