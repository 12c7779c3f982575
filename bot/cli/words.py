"""The words of the console: every command, its options and its help."""

import argparse
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bot import __version__
from bot.cli import feeding, helping, keeping, reading, reclassifying, running
from bot.cli.log import plain
from bot.settings import Settings
from bot.written import meant

_MOST = 100_000  # articles at once
_BRISK = 0.05  # seconds between two articles: no eye follows faster
_ALONE = ("-h", "--help", "--json")  # the options of a search after which no value stands

Command = Callable[[Settings, argparse.Namespace], Awaitable[int | None]]


class _Parser(argparse.ArgumentParser):
    """Asks about a word that nearly is one of those it knows."""

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        hint = meant(unknown[1], re.findall(r"[\w-]+", unknown[2])) if unknown else ""
        if re.search(r"required: (COMMAND|ACTION)$", message):
            hint = f"; to see what there is: {self.prog} --help"
        super().error(plain(message + hint))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuses an option here, where one knows which there are, and not at the root."""
        found, left = super().parse_known_args(args, namespace)
        if odd := next((each for each in left if each.startswith("--") and each != "--"), ""):
            hint = meant(odd.partition("=")[0], self._option_string_actions)
            super().error(plain(f"unrecognized arguments: {' '.join(left)}{hint}"))
        return found, left


def parser() -> argparse.ArgumentParser:
    """The whole command line; each command's function is under `do`."""
    root: argparse.ArgumentParser = _Parser(
        prog="newsdesk", description="Brings articles to the people who care about a region."
    )
    root.add_argument("--version", action="version", version=f"newsdesk {__version__}")
    root.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        help="how much is logged (run: info; rehearse: error; else: warning)",
    )
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _running(commands)
    _reading(commands)
    _feeding(commands)
    _keeping(commands)
    page = _command(commands, "help", helping.help_, "the longer pages of the documentation")
    page.add_argument("topic", nargs="?", metavar="TOPIC", help="left out: the topics there are")
    return root


def as_meant(typed: Sequence[str]) -> list[str]:
    """The words of a search after its options: they stand where one likes, and `-kenya` is one of them."""
    if "search" not in typed:
        return list(typed)
    at = typed.index("search") + 1
    options: list[str] = []
    words: list[str] = []
    rest = iter(typed[at:])
    for each in rest:
        if each == "--":
            words += rest
        elif each.startswith("--") or each == "-h":
            takes = each not in _ALONE and "=" not in each
            options += [each, *([value] if takes and (value := next(rest, "")) else [])]
        else:
            words.append(each)
    return [*typed[:at], *options, "--", *words]


Commands = argparse._SubParsersAction


def _command(
    commands: "Commands[argparse.ArgumentParser]", name: str, do: Command, says: str
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
    added.set_defaults(do=do)
    return added


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")


def _running(commands: "Commands[argparse.ArgumentParser]") -> None:
    run = _command(commands, "run", running.run, "poll, deliver and answer commands until told to stop")
    run.set_defaults(usual_log_level="info", ends_in_order=True)  # nobody watches it but the log
    rehearse = _command(commands, "rehearse", running.rehearse, "watch it all work, with no token and no network")
    rehearse.set_defaults(
        usual_log_level="error", ends_in_order=True
    )  # the page shows the rest, and what it warns of is meant
    rehearse.add_argument("--port", type=_port, default=8420, help="where the page is (8420; 0: any free one)")
    rehearse.add_argument(
        "--feeds", choices=["sample", "mine"], default="sample", help="the sample newsroom, or your feeds"
    )
    rehearse.add_argument("--pace", type=_seconds, default=4.0, metavar="SECONDS", help="time between two articles (4)")
    rehearse.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the archive there instead of forgetting it")
    poll = _command(commands, "poll", feeding.poll, "ask the feeds that are due, once, without Discord")
    poll.add_argument("--all", action="store_true", help="every feed, due or not")
    _json(poll)


def _reading(commands: "Commands[argparse.ArgumentParser]") -> None:
    latest = _command(commands, "latest", reading.latest, "the newest articles")
    latest.add_argument("region", nargs="?", metavar="REGION", help="its code or its name; left out: all")
    search = _command(commands, "search", reading.search, "search the archive")
    search.add_argument(
        "words", nargs="+", metavar="WORDS", help='words, "phrases", -not, OR, word*: newsdesk help search'
    )
    search.add_argument("--region", help="only from this region: its code or its name")
    search.add_argument("--author", default="", help="only by this author")
    search.add_argument("--feed", default="", help="only from this feed")
    search.add_argument("--after", default="", metavar="DATE", help="2026, 2026-03, 2026-03-14, yesterday, 3 weeks ago")
    search.add_argument("--before", default="", metavar="DATE", help="likewise")
    search.add_argument("--order", choices=["relevance", "newest"], help="the best first (usual), or the newest")
    for command in (latest, search):
        command.add_argument("--limit", type=_count, default=10, metavar="N", help="how many (10)")
        _json(command)
    why = _command(commands, "why", reading.why, "the whole story of one article")
    why.add_argument("url", metavar="URL")
    _json(why)
    classify = _command(
        commands, "classify", reading.classify, "print the regions of headlines, or of articles as JSON lines, and why"
    )
    classify.add_argument("headlines", nargs="*", metavar="HEADLINE", help="in quotes, in place of JSON lines")
    _json(classify)


def _feeding(commands: "Commands[argparse.ArgumentParser]") -> None:
    parse = _command(commands, "parse", feeding.parse, "what the intake makes of a feed document")
    parse.add_argument("files", nargs="+", type=Path, metavar="FILE", help="or a folder: every file in it")
    parse.add_argument("--url", default="", metavar="BASE", help="the address the document came from")
    _json(parse)
    feeds = commands.add_parser("feeds", help="list, add and remove feeds").add_subparsers(
        metavar="ACTION", required=True
    )
    _json(_command(feeds, "list", feeding.list_feeds, "the feeds, with their state"))
    for name, do, says in [
        ("add", feeding.add_feed, "find a page's feed, ask it once and keep its articles, unposted"),
        ("remove", feeding.remove_feed, "poll it no more; its articles stay"),
    ]:
        command = _command(feeds, name, do, says)
        command.add_argument("url", metavar="URL")
        _json(command)
        if name == "add":
            command.add_argument("--newest", action="store_true", help="post its newest article, to see that it works")
            command.add_argument(
                "--any-certificate",
                action=argparse.BooleanOptionalAction,
                help="do not check its host's certificate: only where you know why it cannot be trusted",
            )
    check = _command(feeds, "check", feeding.check_feed, "ask a feed once, show what would be posted, keep nothing")
    check.add_argument("url", metavar="URL")
    _json(check)
    backfill = _command(feeds, "backfill", feeding.backfill_feed, "fill the archive from older pages, unposted")
    backfill.add_argument("url", metavar="URL")
    backfill.add_argument("--since", required=True, metavar="DATE", help="2026, 2026-03, 2026-03-14, 3 months ago")
    take = _command(feeds, "import", feeding.import_feeds, "add the feeds of an OPML file")
    take.add_argument("file", type=Path, metavar="FILE")
    _command(feeds, "export", feeding.export_feeds, "print the feeds as OPML")


def _keeping(commands: "Commands[argparse.ArgumentParser]") -> None:
    backup = _command(
        commands, "backup", keeping.backup, "make a consistent copy of the archive, also while the bot runs"
    )
    restore = _command(commands, "restore", keeping.restore, "bring the archive back from a copy")
    for command in (backup, restore):
        command.add_argument("file", type=Path, metavar="FILE")
    again = _command(commands, "reclassify", reclassifying.reclassify, "show what today's names would change")
    again.add_argument("--do", dest="really", action="store_true", help="change it; resumable. Nothing is posted")
    again.add_argument("--since", metavar="DATE", help="leave older articles alone: 2026, 2026-03, 3 months ago")
    again.add_argument("--edit", action="store_true", help="with --do: the posts that are out follow")
    again.add_argument("--post", action="store_true", help="with --do and --since: post what is new to a channel")
    _json(again)
    reindex = _command(commands, "reindex", keeping.reindex, "show whether file, search index and articles agree")
    reindex.add_argument("--do", dest="really", action="store_true", help="make it anew from the articles; resumable")
    prune = _command(commands, "prune", keeping.prune, "show how many articles are older than a date")
    prune.add_argument(
        "--before", metavar="DATE", help="2020, 2020-03, 3 years ago; left out: shows how many are older than each year"
    )
    prune.add_argument("--do", dest="really", action="store_true", help="take them out; they never come back as news")
    _command(commands, "doctor", keeping.doctor, "check settings, files, archive, token and feeds, and say what to do")


def _port(text: str) -> int:
    if text.isdecimal() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= 3600:
        return max(seconds, _BRISK)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 3600")


def _count(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= _MOST:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST}")
