"""Reads what operators write, as text and as TOML; where that cannot be, says in which line and what was meant."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from bot.errors import BrokenFile

_PLAINLY = {  # what the parser says, and what it means to somebody who has never read of TOML
    "Invalid value": 'a text needs straight quotes, as in name = "Africa"; other values are true, false, 30 or [...]',
    "Expected '=' after a key": "a line is: key = value; a key of several words needs quotes",
    "Expected ']' at the end of a table": "a heading is one word in brackets, such as [west-africa]",
    "Unclosed array": 'a "[" is not closed by a "]"',
    "Unclosed inline table": 'a "{" is not closed by a "}"',
    "Cannot declare": "this heading is there twice",
    "Cannot overwrite": "this key is there twice",
    "Illegal character '\\n'": "a quote is not closed in its line",
    "Invalid initial character for a key": "a key or a heading is made of letters, digits and dashes",
    "Unescaped '\\' in a string": 'a "\\" is written twice',
}


def read_text(path: Path) -> str:
    """A file of the operator's."""
    try:
        read = path.read_bytes()
        return read.decode("utf-8-sig")
    except OSError as error:
        raise BrokenFile(path, None, f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = read[: error.start].count(b"\n") + 1
        raise BrokenFile(path, line, "it is not UTF-8 text; save it as UTF-8") from error


def read_toml(path: Path) -> tuple[str, dict[str, object]]:
    """Its text, and the tables in it."""
    text = read_text(path)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        said = next((plainly for begins, plainly in _PLAINLY.items() if str(error).startswith(begins)), str(error))
        raise BrokenFile(path, line, f"it is not TOML: {said}") from error


def meant(word: str, known: Iterable[str]) -> str:
    """A question to whoever wrote a word that is unknown, if one that is known is near."""
    from difflib import get_close_matches  # dear to import, and hardly ever needed

    near = get_close_matches(word.casefold(), list(known), 1, 0.7)
    return f'; did you mean "{near[0]}"?' if near else ""
