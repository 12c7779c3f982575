"""Readers are told in words they know why an article is where it is: no weights, no names of our rules."""

import re
from typing import Any

import pytest

from bot.chat.pages.why import in_numbers, why_here
from bot.intake.classify import Classifier
from bot.intake.classify.evidence import kept, moved
from bot.regions import Regions
from tests.builders import an_article

TOLD: dict[str, tuple[str, dict[str, Any], str]] = {
    "a headline": ("Macron visits Nairobi", {}, "Its headline says “Nairobi”."),
    "several names": (
        "Israel strikes targets in Lebanon; Hezbollah vows response",
        {},
        "Its headline says “Lebanon”, “Israel” and “Hezbollah”.",
    ),
    "several fields": (
        "A long way home",
        {"teaser": "Ghana waits", "body": "In Nairobi, the buses stood still."},
        "Its summary says “Ghana”, its text says “Nairobi”.",
    ),
    "several regions": (
        "Japan and Kenya sign a pact",
        {},
        "Asia-Pacific: its headline says “Japan”. Africa: its headline says “Kenya”.",
    ),
    "a tag": ("Rain in Kenya", {"tags": ["mena", "MENA"]}, "Its publisher tags it “MENA”."),
    "two tags": (
        "Rain in Kenya",
        {"tags": ["Europe", "Africa"]},
        "Africa: its publisher tags it “Africa”. Europe: its publisher tags it “Europe”.",
    ),
    "a name in a tag": ("A story", {"tags": ["Kenyan elections"]}, "Its tags say “Kenyan”."),
    "its address": ("A story", {"url": "https://a.test/2026/asia/a-story"}, "Its publisher keeps it under “asia”."),
    "its feed": ("A story", {"section": "europe"}, "All of its feed belongs here."),
    "its feed's own": (
        "A story",
        {"default": "europe"},
        "It names no region, and its feed is mostly about this one.",
    ),
    "nothing": ("A story", {}, "It names no region."),
}


@pytest.mark.parametrize("why", TOLD)
def test_why_here(classifier: Classifier, regions: Regions, why: str) -> None:
    title, more, told = TOLD[why]
    placement = classifier.place(title, **more)
    article = an_article(title, regions=placement.regions or ("global",), why=kept(placement, regions))
    assert why_here(article, regions) == told
    assert not re.search(r"\d", told)


def test_who_moved_it_is_told_as_it_is(regions: Regions) -> None:
    article = an_article(regions=("europe",), why=moved("Eve", ["africa"], "", regions))
    assert (why_here(article, regions), in_numbers(article)) == ("Eve has moved it here from Africa.", [])


def test_the_numbers_are_there_for_who_asks(classifier: Classifier, regions: Regions) -> None:
    placement = classifier.place("Macron visits Nairobi")
    article = an_article(regions=placement.regions, why=kept(placement, regions))
    assert in_numbers(article) == [
        "Africa 77% (title “Nairobi” 2.0)",
        "Europe 23% (title “Macron” 0.6)",
        "Confidence medium (0.46).",
    ]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("", ""),
        ("{", ""),
        ("[1]", ""),
        ('{"rule": "text", "why": [3, {"words": ""}, {"where": "title"}]}', "Its words speak for it."),
        ('{"rule": "text", "why": 3}', "Its words speak for it."),
        ('{"rule": "of tomorrow", "sentence": "The stars say so."}', "The stars say so."),
        (
            '{"rule": "text", "why": [{"words": "Kenya", "where": "stars", "region": "africa", "place": "KE"}]}',
            "Its words speak for it.",
        ),
    ],
)
def test_of_what_cannot_be_read_as_much_is_told_as_can(regions: Regions, why: str, told: str) -> None:
    assert why_here(an_article(regions=("africa",), why=why), regions) == told
