"""How the log looks: text for people, or one JSON object a line for machines. Always on stderr."""

import json
import logging
import re
from datetime import UTC, datetime

_QUIET = ("discord", "aiohttp", "asyncio", "feedparser", "trafilatura")
_IDLE = ("PyNaCl is not installed", "davey is not installed")  # voice, which nobody here speaks
_TOKEN = re.compile(r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|(?<=Bot )\S{20,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what would steer the terminal; lines and tabs stay


def plain(text: str) -> str:
    """What a page or a person has said, as a terminal can show it without doing anything."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


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
    """A line a person reads; secrets never get this far out."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(_TOKEN.sub("…", super().format(record)))


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": _TOKEN.sub("…", record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = _TOKEN.sub("…", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
