"""What the console prints: for people with rich, for programs as JSON lines."""

import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock, Timer
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.archive.dates import read_period
from bot.cli.log import CONTROL, in_json, plain
from bot.delivery.text import clean, cut
from bot.errors import ConfigError
from bot.intake.addresses import spoken
from bot.intake.classify import evidence
from bot.model import Article, Found, Hit, Story

SOON, SHORT, LONG = 1.0, 0.1, 10.0  # seconds
_USUAL = 80  # columns of a terminal
LONGEST = 200  # characters of a query that are repeated
_FROM, _TO = "\ue0f0", "\ue0f1"  # around a matched word in a snippet


def out(line: Mapping[str, object]) -> None:
    """One JSON object on a line of its own."""
    text = in_json(json.dumps(line, ensure_ascii=False, allow_nan=False))
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # a terminal of another alphabet, or half a character
        text = json.dumps(line)
    sys.stdout.write(text + "\n")


def told(title: str, sentence: str) -> None:
    """A headline, and what is said of it."""
    console().print(Text(title, style="bold"), Text(f"  {sentence}"), sep="\n")


class Progress:
    """Tells on stderr how far long work is, once it takes more than a second; whatever is printed stays whole."""

    def __init__(self) -> None:
        self._line = ""
        self._told = 0.0
        self._wide = 0
        self._turn = Lock()
        self._soon: Timer | None = None

    def tell(self, line: str) -> None:
        """How far it is: in place on a terminal, otherwise a line every now and then."""
        with self._turn:
            self._line = plain(line)
            if self._soon is None:
                self._soon = Timer(SOON, self._show)  # also where the work says nothing more for long
                self._soon.daemon = True
                self._soon.start()
            elif self._told and time.monotonic() - self._told > (SHORT if sys.stderr.isatty() else LONG):
                self._print()

    def say(self, line: str) -> None:
        """A line that stays."""
        with self._turn:
            self._wipe()
            print(plain(line), file=sys.stderr)  # noqa: T201

    def end(self) -> None:
        """Leave nothing behind."""
        with self._turn:
            if self._soon is not None:
                self._soon.cancel()
            self._wipe()
            self._soon, self._told, self._line = None, 0.0, ""

    def _show(self) -> None:
        with self._turn:
            if self._line:
                self._print()

    def _print(self) -> None:
        self._told = time.monotonic()
        if not sys.stderr.isatty():
            print(self._line, file=sys.stderr)  # noqa: T201
            return
        line, room = self._line, _columns() - 1  # what is longer goes on below, and is never wiped
        if cell_len(line) > room:
            line = f"{set_cell_size(line, room - 1)}…"
        wide = cell_len(line)
        print(f"\r{line}{' ' * (self._wide - wide)}", end="", file=sys.stderr, flush=True)  # noqa: T201
        self._wide = max(self._wide, wide)

    def _wipe(self) -> None:
        if self._wide:
            print(f"\r{'':{self._wide}}\r", end="", file=sys.stderr, flush=True)  # noqa: T201
            self._wide = 0


def _columns() -> int:
    """Of the terminal on which progress is told."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL
    except OSError:  # it is none that says so
        return _USUAL


class _Console(Console):
    def print(self, *objects: Any, **how: Any) -> None:
        """What others have written neither steers the terminal nor turns a line round."""
        super().print(*(_still(each) if isinstance(each, Text) else each for each in objects), **how)

    def on_broken_pipe(self) -> None:
        """Rich would leave with 1; our door says what it means that nobody reads on."""
        raise BrokenPipeError


def console() -> Console:
    return _Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def start_of(typed: str) -> datetime:
    """The first moment of a date as people write it; a ConfigError that shows how, when it is none."""
    period = read_period(typed, datetime.now(UTC))
    if period is None or period[0] is None:
        raise ConfigError(f"“{typed}” is no date that I know. Write 2026, 2026-03, 2026-03-14 or 3 months ago.")
    return period[0]


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, or null."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def as_json(article: Article) -> dict[str, object]:
    """An article in the shape that others rely on."""
    image = article.image
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "teaser": article.teaser,
        "authors": list(article.authors),
        "regions": list(article.regions),
        "tags": [tag.label or tag.term for tag in article.tags],
        "feeds": [spoken(each) for each in article.feeds],
        "published": moment(article.published),
        "seen": moment(article.seen),
        "updated": moment(article.updated),
        "image": {"url": image.url, "alt": image.alt, "credit": image.credit} if image else None,
    }


def print_article(to: Console, article: Article, snippet: str = "") -> None:
    """Headline, then where and when and by whom, then the teaser or the words found."""
    when = article.published or article.seen
    facts = [f"{when:%d %b %Y %H:%M}" if when else "", ", ".join(article.regions), ", ".join(article.authors)]
    leads = article.url.isprintable() and " " not in article.url
    to.print(Text(article.title, style=f"bold link {article.url}" if article.url and leads else "bold"))
    to.print(Text("  " + " · ".join(filter(None, facts)), style="dim"))
    if said := " ".join((snippet or article.teaser).split()):
        to.print(Text("  ").append_text(_marked(said)))
    to.print(Text(f"  {article.url}\n", style="blue"), soft_wrap=True)


def print_found(to: Console, found: Found, nothing: str) -> None:
    for hit in found.hits:
        print_article(to, hit.article, hit.snippet)
    if not found.hits:
        to.print(escape(nothing))
    if found.understood:
        to.print(Text(f"Searched for {cut(clean(found.understood), LONGEST)}", style="dim italic"))
    if found.suggestion:
        to.print(Text(f"Did you mean: {found.suggestion}", style="italic"))


def hit_as_json(hit: Hit) -> dict[str, object]:
    return as_json(hit.article) | {"snippet": hit.snippet.replace(_FROM, "").replace(_TO, "")}


def story_as_json(story: Story) -> dict[str, object]:
    events = [
        {"at": moment(each.at), "what": each.what, "words": each.words}
        | {key: value for key in ("feed", "target", "region") if (value := getattr(each, key))}
        for each in story.events
    ]
    return {"article": as_json(story.article), "why": json.loads(story.article.why or "null"), "events": events}


def print_story(to: Console, story: Story) -> None:
    print_article(to, story.article)
    if why := evidence(story.article.why).sentence:
        to.print(Text("Why here? ", style="bold").append(why, style="not bold"))
        to.print()
    table, wide = Table.grid(padding=(0, 2)), max((len(each.what) for each in story.events), default=0)
    for _ in range(2):
        table.add_column(no_wrap=True)
    for each in story.events:
        when = f"{each.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(Text(when, style="dim"), Text(each.what, style="bold"), _still(Text(each.words)))
        if not to.is_terminal:  # a line each for whoever searches them
            to.print(Text(f"{when}  {each.what:{wide}}  {each.words}"))
    if to.is_terminal:
        to.print(table)


def _still(text: Text) -> Text:
    """The same, a letter for a letter, so that what is bold stays so."""
    shown = text.copy()
    shown.plain = CONTROL.sub("\ufffd", text.plain)
    return shown


def _marked(snippet: str) -> Text:
    text = Text()
    for at, part in enumerate(snippet.replace(_TO, _FROM).split(_FROM)):
        text.append(part, style="bold yellow" if at % 2 else "")
    return text
