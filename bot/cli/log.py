"""How the log looks: text for people, or one JSON object a line for machines. Always on stderr."""

import json
import logging
import re
from datetime import UTC, datetime

_QUIET = ("discord", "aiohttp", "asyncio", "feedparser", "trafilatura")
_IDLE = ("PyNaCl is not installed", "davey is not installed")  # voice, which nobody here speaks
_SECRETS = re.compile(
    r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}|(?<=Bot )\S{20,}"  # a bot's token
    r"|(?<=://)[^/\s?#]+(?=@)"  # what stands before the host in an address
    r"|(?P<path>/(?:webhooks|interactions)/\d+/)[\w-]{20,}"  # with which anybody may answer for us
)
# What would steer the terminal, turn the line round, or be taken for its end; lines and tabs stay.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_UNSEEN = {each: f"\\u{each:04x}" for each in range(0x7F, 0x206A) if CONTROL.match(chr(each))}


def plain(text: str) -> str:
    """What a page or a person has said, as a terminal can show it without doing anything."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def in_json(text: str) -> str:
    """A line of JSON, with what it would let stand and a terminal would obey written as JSON can write it too."""
    return text.translate(_UNSEEN)


def set_up_logging(form: str, level: str, root: logging.Logger) -> None:
    """Give the root logger its one handler; called once, by the door."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    handler.addFilter(lambda record: not record.getMessage().startswith(_IDLE))
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _Text(logging.Formatter):
    """A line a person reads; secrets never get this far out, and what is quoted begins no line."""

    def format(self, record: logging.LogRecord) -> str:
        first, *trace = _hushed(super().format(record)).split("\n")
        return plain("\n".join([first, *(f"  {line}" for line in trace)]))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\n", "\\n")


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": _hushed(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = _hushed(self.formatException(record.exc_info))
        return in_json(json.dumps(line, ensure_ascii=False))


def _hushed(text: str) -> str:
    return _SECRETS.sub(lambda found: f"{found['path'] or ''}…", text)
