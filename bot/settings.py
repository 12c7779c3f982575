"""What the operator may set: from the environment, or from .env in the working directory."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dotenv.main import resolve_variables
from dotenv.parser import parse_stream

from bot import __version__
from bot.errors import BrokenFile, ConfigError

DISCORD_API = "https://discord.com/api/v10"
CONTACT = "https://github.com/newsdesk-bot/newsdesk"
_SHORTEST, _LONGEST = 0.01, 24 * 60  # minutes between two polls; the poller asks public hosts no oftener than every 5


_NAMES = (
    "DISCORD_TOKEN",
    "NEWSDESK_DATA",
    "NEWSDESK_POLL_MINUTES",
    "NEWSDESK_PRIVATE_FEEDS",
    "NEWSDESK_DISCORD_API",
    "NEWSDESK_METRICS",
    "NEWSDESK_LOG",
    "NEWSDESK_PUBLIC_URL",
)
_FOR_TESTS = {"NEWSDESK_SHARED", "NEWSDESK_OPENAPI", "NEWSDESK_REQUIRE_BROWSER"}
_BEGINNINGS = ("NEWSDESK_", "DISCORD_")
_NEAR = 0.85  # of a name, so that others may have settings of their own that begin like ours


def shipped() -> Path:
    """The folder of our defaults: in the wheel it lies inside the package, in a checkout beside it."""
    inside = Path(__file__).parent / "shipped"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each with a default that will do for most."""

    token: str = field(default="", repr=False)
    data: Path = Path("data")
    poll_every: timedelta = timedelta(minutes=10)
    private_feeds: bool = False
    api: str = DISCORD_API
    metrics: str = ""  # host:port, or off
    log: str = "text"
    public_url: str = ""
    doubts: tuple[str, ...] = ()  # what was set and means nothing, each in a sentence

    @property
    def archive(self) -> Path:
        return self.data / "archive.db"

    @property
    def user_agent(self) -> str:
        """Honest about who asks, and where to complain."""
        return f"Newsdesk/{__version__} (+{CONTACT})"

    def file(self, name: str) -> Path:
        """The operator's own file of that name, or else the shipped one."""
        own = self.data / name
        try:
            return own if own.is_file() else shipped() / name
        except OSError as error:
            raise BrokenFile(own, None, f"it cannot be read ({error.strerror}); see NEWSDESK_DATA") from error


@dataclass(frozen=True, slots=True)
class _Given:
    """What somebody has set, and where."""

    name: str
    text: str
    where: str = ""  # " (.env, line 3)"

    def wrong(self, must: str) -> ConfigError:
        return ConfigError(f"{self.name} is {self.text!r}{self.where}: {must}")


def from_environment(environment: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read the settings; raise ConfigError with the variable's name, where it stands and what it may be."""
    set_ = os.environ if environment is None else environment
    given = _written(dotenv or Path(".env")) | {name: _Given(name, text) for name, text in set_.items()}

    def value(name: str, default: str = "") -> _Given:
        found = given.get(name, _Given(name, ""))
        return _Given(name, found.text.strip() or default, found.where)

    return Settings(
        token=_token(value("DISCORD_TOKEN")),
        data=_folder(value("NEWSDESK_DATA", "data")),
        poll_every=_minutes(value("NEWSDESK_POLL_MINUTES", "10")),
        private_feeds=_switch(value("NEWSDESK_PRIVATE_FEEDS", "0")),
        api=_api(value("NEWSDESK_DISCORD_API", DISCORD_API)),
        metrics=_address(value("NEWSDESK_METRICS")),
        log=_one_of(value("NEWSDESK_LOG", "text"), "text", "json"),
        public_url=_public(value("NEWSDESK_PUBLIC_URL")),
        doubts=tuple(_doubts(given)),
    )


def _written(file: Path) -> dict[str, _Given]:
    """What the file sets; a line that would be passed over is refused, for it may be the one with the token."""
    if not file.is_file():
        return {}
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BrokenFile(file, line, "it is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise BrokenFile(file, None, f"it cannot be read ({error.strerror})") from error
    lines, raw = {}, []
    for each in parse_stream(StringIO(text)):
        whole = each.original.string
        line = each.original.line + whole[: len(whole) - len(whole.lstrip())].count("\n")
        if each.error or (each.key and each.value is None):
            raise BrokenFile(file, line, "it must be NAME=value, and a quote that is opened must be closed")
        if each.key:
            lines[each.key] = line
            raw.append((each.key, each.value))
    values = resolve_variables(raw, override=True)
    return {name: _Given(name, values[name] or "", f" ({file}, line {line})") for name, line in lines.items()}


def _doubts(given: Mapping[str, _Given]) -> Iterator[str]:
    """Names that look like settings and are none: in the file all of ours, elsewhere what is nearly one."""
    for each in given.values():
        if each.name in _NAMES or each.name in _FOR_TESTS or not each.name.upper().startswith(_BEGINNINGS):
            continue
        near = get_close_matches(each.name.upper(), _NAMES, 1, _NEAR)
        if near or each.where:
            yield f"{each.name}{each.where} is no setting" + (f"; {near[0]} is." if near else ".")


def _token(given: _Given) -> str:
    """Never repeated, not even when it is wrong."""
    if given.text.startswith("Bot "):
        raise ConfigError(f"DISCORD_TOKEN{given.where} begins with the word Bot: leave it out.")
    if not given.text.isascii() or any(letter <= " " or letter == "\x7f" for letter in given.text):
        raise ConfigError(
            f"DISCORD_TOKEN{given.where} has a space or a letter that no token has: copy it again from the developer "
            "portal (Bot → Reset Token)."
        )
    return given.text


def _folder(given: _Given) -> Path:
    try:
        return Path(given.text).expanduser()
    except RuntimeError as error:
        raise given.wrong("there is no such user, or no home of that name.") from error


def _minutes(given: _Given) -> timedelta:
    try:
        minutes = float(given.text)
    except ValueError:
        minutes = 0.0
    if not _SHORTEST <= minutes <= _LONGEST:
        raise given.wrong(f"it must be a number of minutes from {_SHORTEST} to {_LONGEST}.")
    return timedelta(minutes=minutes)


def _switch(given: _Given) -> bool:
    if given.text.lower() in {"1", "true", "yes", "on"}:
        return True
    if given.text.lower() in {"0", "false", "no", "off"}:
        return False
    raise given.wrong("it must be 1 or 0.")


def _one_of(given: _Given, *allowed: str) -> str:
    if given.text.lower() not in allowed:
        raise given.wrong(f"it must be {' or '.join(allowed)}.")
    return given.text.lower()


def _address(given: _Given) -> str:
    host, _, port = given.text.rpartition(":")
    sound = host and not any(map(str.isspace, host)) and port.isascii() and port.isdecimal() and int(port) < 65536
    if given.text and not sound:
        raise given.wrong("it must be host:port, like 127.0.0.1:9100.")
    return given.text


def _public(given: _Given) -> str:
    if given.text and _web_address(given.text) is None:
        raise given.wrong("it must be the address where the world reaches us, like https://news.example.org.")
    return given.text.rstrip("/")


def _api(given: _Given) -> str:
    """Whoever sets this gets the token: plain http only where it cannot leave the machine."""
    parts = _web_address(given.text)
    if parts is None:
        raise given.wrong(f"it must be an address like {DISCORD_API}.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise given.wrong("plain http would send the token in the clear; use https, or an address on this machine.")
    return given.text.rstrip("/")


def _web_address(text: str) -> SplitResult | None:
    """Something to which a path can be added; None for all else."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.query
    except ValueError:  # such as a port above 65535, or half an IPv6 address
        return None
    return parts if sound and not parts.fragment and not any(map(str.isspace, text)) else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
