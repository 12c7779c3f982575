"""Reads the sample folder: the magazine's masthead, its feeds, and its stories as the editors left them."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

FENCE = "+++"
FIRST_NUMBER = 2674410000  # posts are numbered as a large publishing system would


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture in `photos/`, with what a reader needs who cannot see it, and whom to thank for it."""

    file: str
    alt: str
    credit: str
    size: int  # bytes, for enclosures


@dataclass(frozen=True, slots=True)
class Story:
    """One article at one moment: an edit makes a new Story with the same slug and number."""

    slug: str
    number: int
    title: str
    standfirst: str
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]
    regions: tuple[str, ...]  # what the editors mean, whether or not a tag says so; empty: of no one region
    lists: tuple[str, ...]  # keys of the feeds that print it
    photo: Photo | None
    age: timedelta  # how long before it appears it claims to have been published
    paragraphs: tuple[str, ...]
    edits: tuple["Edit", ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """What a story becomes, a number of publications after its own."""

    after: int
    story: Story


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """A feed the magazine offers: `manner` is rss, atom or json; `region` is set where the whole feed is of one."""

    key: str
    title: str
    path: str
    manner: str
    region: str | None
    enclosures: bool
    offered: bool


@dataclass(frozen=True, slots=True)
class Magazine:
    """Masthead, feeds, and stories in the order in which they come out."""

    name: str
    motto: str
    about: str
    pace: float
    out_at_start: int
    feeds: tuple[FeedPlan, ...]
    stories: tuple[Story, ...]


def read_magazine(folder: Path) -> Magazine:
    """The whole sample folder as values. What is missing or misspelt there is a plain KeyError or ValueError."""
    plan = tomllib.loads((folder / "newsroom.toml").read_text(encoding="utf-8"))
    stories = tuple(read_story(folder, slug, FIRST_NUMBER + n * 37) for n, slug in enumerate(plan["order"], 1))
    return Magazine(
        name=plan["name"],
        motto=plan["motto"],
        about=plan["about"],
        pace=float(plan["pace"]),
        out_at_start=plan["out_at_start"],
        feeds=tuple(_feed_plan(each) for each in plan["feed"]),
        stories=stories,
    )


def read_story(folder: Path, slug: str, number: int) -> Story:
    """One file of `articles/`: TOML between two fences, then paragraphs with empty lines between them."""
    text = (folder / "articles" / f"{slug}.md").read_text(encoding="utf-8")
    before, head, body = text.split(f"{FENCE}\n", 2)
    if before:
        raise ValueError(f"{slug}.md does not begin with {FENCE}")
    facts = tomllib.loads(head)
    photo = facts.get("photo")
    story = Story(
        slug=slug,
        number=number,
        title=facts["title"],
        standfirst=facts["standfirst"].strip(),
        authors=tuple(facts["authors"]),
        section=facts["section"],
        tags=tuple(facts["tags"]),
        regions=tuple(facts["regions"]),
        lists=tuple(facts.get("lists") or _usual_lists(facts["regions"], facts["section"])),
        photo=_photo(folder, photo["file"], photo["alt"], photo["credit"]) if photo else None,
        age=timedelta(minutes=facts.get("age", 0)),
        paragraphs=tuple(" ".join(each.split()) for each in body.strip().split("\n\n")),
    )
    return replace(story, edits=tuple(_edits(story, facts.get("edit", []))))


def _feed_plan(plan: dict[str, str | bool]) -> FeedPlan:
    return FeedPlan(
        key=str(plan["key"]),
        title=str(plan["title"]),
        path=str(plan["path"]),
        manner=str(plan["manner"]),
        region=str(plan["region"]) if "region" in plan else None,
        enclosures=bool(plan.get("enclosures", False)),
        offered=bool(plan.get("offered", True)),
    )


def _usual_lists(regions: list[str], section: str) -> list[str]:
    return ["latest", *regions, *(["dispatches"] if section == "dispatches" else [])]


def _photo(folder: Path, file: str, alt: str, credit: str) -> Photo:
    return Photo(file, alt, credit, (folder / "photos" / file).stat().st_size)


def _edits(story: Story, edits: list[dict[str, object]]) -> Iterator[Edit]:
    """Each edit builds on the one before it."""
    for edit in edits:
        photo = story.photo
        if photo and "credit" in edit:
            photo = replace(photo, credit=str(edit["credit"]))
        story = replace(
            story,
            title=str(edit.get("title", story.title)),
            standfirst=str(edit.get("standfirst", story.standfirst)).strip(),
            tags=_strings(edit.get("tags"), story.tags),
            lists=_strings(edit.get("lists"), story.lists),
            photo=photo,
        )
        yield Edit(int(str(edit["after"])), story)


def _strings(given: object, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(each) for each in given) if isinstance(given, list) else otherwise
