"""What is out by now: stories appear one after another, and some are edited later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.newsroom.stories import Edit, Story

WINDOW = 30  # as many as a feed lists


@dataclass(frozen=True, slots=True)
class Printed:
    """A story that is out: the date it bears, and when it was last touched."""

    story: Story
    published: datetime
    touched: datetime


class Desk:
    """Keeps the order of publication. It has no clock: each step is told what time it is."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self._ahead = list(reversed(stories))
        self._planned: list[tuple[int, Edit]] = []
        self._steps = 0
        self._out: dict[str, Printed] = {}

    def step(self, now: datetime) -> Printed | None:
        """Publishes the next story and makes the edits that are due with it; None once nothing lies ahead."""
        if not self._ahead and not self._planned:
            return None
        self._steps += 1
        edited = self._edit(now)
        return self._publish(now) or edited or self.step(now)

    def newest(self, key: str) -> list[Printed]:
        """What a feed lists: by the date borne, so that a story dated back turns up in the middle."""
        listed = [each for each in self._out.values() if key in each.story.lists]
        return sorted(listed, key=lambda each: (each.published, each.story.number), reverse=True)[:WINDOW]

    def find(self, slug: str) -> Printed | None:
        """One story that is out."""
        return self._out.get(slug)

    def _publish(self, now: datetime) -> Printed | None:
        if not self._ahead:
            return None
        story = self._ahead.pop()
        self._planned += [(self._steps + edit.after, edit) for edit in story.edits]
        printed = Printed(story, now - story.age, now)
        self._out[story.slug] = printed
        return printed

    def _edit(self, now: datetime) -> Printed | None:
        due = [edit for step, edit in self._planned if step <= self._steps]
        self._planned = [(step, edit) for step, edit in self._planned if step > self._steps]
        edited = None
        for edit in due:
            edited = replace(self._out[edit.story.slug], story=edit.story, touched=now)
            self._out[edit.story.slug] = edited
        return edited
