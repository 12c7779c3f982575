"""`newsdesk help`: every page can be read, and whatever the pages and README.md name is really there."""

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import app_commands

import bot.settings
from bot.chat.client import NewsClient, invite_link
from bot.cli import main
from bot.cli.helping import topics
from bot.cli.words import parser
from bot.settings import shipped
from tests.cogs.conftest import House, house, stage

__all__ = ["house", "stage"]

ROOT = Path(__file__).parents[2]
PAGES = {**topics(), "README": ROOT / "README.md", "CONTRIBUTING": ROOT / "CONTRIBUTING.md"}
PLACES = {"COMMAND", "ACTION", "TOPIC"}  # stand for any command


def code(text: str) -> Iterator[str]:
    """What stands in code: between backticks, and line by line in blocks."""
    fenced = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)  # indented where it is of a list's item
    for block in fenced.findall(text):
        yield from map(str.strip, block.splitlines())
    for span in re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", fenced.sub("", text)):
        yield " ".join(span.split())


def console_commands(page: Path) -> list[list[str]]:
    """The words after `newsdesk` wherever a page tells to run it."""
    found = []
    for line in code(page.read_text("utf-8")):
        for command in re.findall(r"(?:^|bin/|[|] |&& )newsdesk((?: [^|&;]+)+)", line):
            found.append(shlex.split(command.replace("[", " ").replace("]", " ").replace("'", '"')))
    return found


def command_table() -> list[list[str]]:
    """The rows of README.md's table of console commands; a row may have several."""
    table = (ROOT / "README.md").read_text("utf-8").partition("## On the console")[2].partition("\n## ")[0]
    rows = [re.findall(r"`([^`]+)`", line.split(" | ")[0]) for line in table.splitlines() if line.startswith("| `")]
    found: list[list[str]] = []
    for row in rows:
        first = row[0].split()
        group = first[:1] if first[0] == "feeds" else []
        for at, each in enumerate(row):
            words = each.replace("[", " ").replace("]", " ").split()
            found.append(words if at == 0 or not group else group + words)
    return found


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command, held against the real parser; None when it is as it should be."""
    here: argparse.ArgumentParser = parser()
    while words:
        choices = next((each.choices for each in here._actions if isinstance(each, argparse._SubParsersAction)), None)
        while choices and words and words[0].startswith("--"):
            if words[0] not in here._option_string_actions:
                return f"{here.prog} has no {words[0]}"
            words = words[1:] if words[0] in {"--help", "--version"} else words[2:]
        if not choices or not words or words[0] in PLACES:
            break
        if words[0] not in choices:
            return f"{here.prog} has no command {words[0]}"
        here, words = choices[words[0]], words[1:]
    options = [each.split("=")[0] for each in words if each.startswith("--") and len(each) > 2]
    unknown = [each for each in options if each not in here._option_string_actions]
    return f"{here.prog} has no {unknown[0]}" if unknown else None


@pytest.mark.parametrize("name", PAGES)
def test_every_console_command_that_a_page_names_is_there(name: str) -> None:
    assert [wrong for words in console_commands(PAGES[name]) if (wrong := complaint(words))] == []


def test_every_command_in_the_table_is_there_and_the_table_has_every_command() -> None:
    table = command_table()
    assert len(table) > 15 and [wrong for words in table if (wrong := complaint(list(words)))] == []
    assert {name for name, _ in leaves(parser())} - set(by_name(table)) == set()


def test_the_table_names_every_option_of_its_commands() -> None:
    named = by_name(command_table())
    unnamed = [
        f"{name} {option}"
        for name, command in leaves(parser())
        for option in options(command)
        if option not in named.get(name, [])
    ]
    assert unnamed == []


def by_name(table: list[list[str]]) -> dict[str, list[str]]:
    """Each row by the words of its command."""
    return {" ".join(each for each in words if each.islower() and each.isalpha()): words for words in table}


def leaves(root: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that has none beneath it, with its words."""
    below = [each for each in root._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield name, root
    for word, command in (below[0].choices if below else {}).items():
        yield from leaves(command, f"{name} {word}".strip())


def options(command: argparse.ArgumentParser) -> Iterator[str]:
    """The name of each; what takes one back is told on its page."""
    yield from (each.option_strings[0] for each in command._actions if each.option_strings and each.dest != "help")


@pytest.mark.parametrize(
    "words",
    [["fly"], ["feeds", "burn"], ["run", "--fast"], ["feeds", "add", "https://a.test", "--quick"], ["--loud", "run"]],
)
def test_the_check_itself_complains(words: list[str]) -> None:
    assert complaint(words)


def test_slash_commands_and_their_options_are_really_there(house: House) -> None:
    known = dict(slash_commands(house.client))
    wrong = []
    for name, page in PAGES.items():
        for line in code(page.read_text("utf-8")):
            found = re.match(r"/([a-z]+(?: [a-z]+)*)(?![\w/.])", line)
            if not found or line in {"/metrics", "/healthz"}:
                continue
            command = next(
                (each for each in sorted(known, key=len, reverse=True) if f"{found[1]} ".startswith(f"{each} ")), ""
            )
            groups = {" ".join(each.split()[:-1]) for each in known}
            if not command and found[1] not in groups:
                wrong.append(f"{name}: {line}")
            given = re.findall(r"\b([a-z]+):(?!//)", line[len(command) + 1 :]) if command else []
            wrong += [f"{name}: {command} has no {each}" for each in given if each not in known[command]]
    assert wrong == []


def test_every_slash_command_is_in_the_readme(house: House) -> None:
    assert set(slash_table()) == {f"/{each}" for each in dict(slash_commands(house.client))}


def slash_table() -> Iterator[str]:
    """The rows of README.md's tables of slash commands; after the first of a row, its group is left out."""
    tables = (ROOT / "README.md").read_text("utf-8").partition("## In Discord")[2].partition("\n## ")[0]
    for line in tables.splitlines():
        if line.startswith("| `/"):
            names = re.findall(r"`([^`]+)`", line.split(" | ")[0])
            group = names[0].rpartition(" ")[0]
            yield from (each if each.startswith("/") else f"{group} {each}" for each in names)


def slash_commands(client: NewsClient) -> Iterator[tuple[str, set[str]]]:
    for command in client.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command.qualified_name, {each.display_name for each in command.parameters}


@pytest.mark.parametrize("name", PAGES)
def test_settings_targets_files_and_links_that_a_page_names_are_there(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    known = {*re.findall(r'"((?:NEWSDESK|DISCORD)_[A-Z_]+)"', Path(bot.settings.__file__).read_text("utf-8"))}
    known |= {"NEWSDESK_SHARED", "SOAK_MINUTES"}  # of the tests
    assert set(re.findall(r"\b((?:NEWSDESK|DISCORD|SOAK)_[A-Z_]+)\b", text)) <= known
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`|^ *make ([a-z]+)$", text, re.MULTILINE)) <= {
        pair for each in targets for pair in ((each, ""), ("", each))
    }
    files = re.findall(r"`([a-z]+\.(?:toml|tsv))`", text)
    assert [each for each in files if not (shipped() / each).is_file() and each != "pyproject.toml"] == []
    assert [each for each in re.findall(r"newsdesk help ([a-z]+)", text) if each not in topics()] == []


def test_the_invitation_asks_for_what_the_bot_itself_asks_for() -> None:
    number = re.findall(r"permissions=(\d+)", invite_link(1))
    for page in (PAGES["discord"], PAGES["README"]):
        assert re.findall(r"permissions=(\d+)", page.read_text("utf-8")) == number


def test_every_metric_is_explained() -> None:
    source = (ROOT / "bot" / "app" / "metrics.py").read_text("utf-8")
    named = set(re.findall(r'"(newsdesk_[a-z_]+)"', source))
    told = set(re.findall(r"`(newsdesk_[a-z_]+?)(?:_total)?(?:\{[^}]*\})?`", PAGES["monitoring"].read_text("utf-8")))
    assert named == told


def test_the_topics_are_listed_with_what_they_are_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    listed = capsys.readouterr().out
    assert [f"help {each} " in listed for each in topics()] == [True] * len(topics())
    assert "Backup, restore, upgrade, moving to another machine" in listed


@pytest.mark.parametrize("topic", topics())
def test_a_page_is_printed_as_it_is_written_where_nobody_watches(
    topic: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", topic]) == 0
    assert capsys.readouterr().out == topics()[topic].read_text("utf-8")


@pytest.mark.parametrize("topic", topics())
def test_a_page_is_rendered_at_a_terminal(topic: str) -> None:
    done = subprocess.run(
        ["script", "-qec", f"{sys.executable} -m bot help {topic}", "/dev/null"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "\x1b[" in done.stdout and "```" not in done.stdout and "| --- |" not in done.stdout


def test_a_page_that_is_not_there_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "cooking"]) == 2
    assert "There is no page about “cooking”. There are: discord, setup" in capsys.readouterr().err
