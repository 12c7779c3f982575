"""What the operator may set: from the environment, or from .env in the working directory."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot import __version__
from bot.errors import ConfigError

DISCORD_API = "https://discord.com/api/v10"
CONTACT = "https://github.com/newsdesk-bot/newsdesk"
_SHORTEST, _LONGEST = 0.01, 24 * 60  # minutes between two polls; the poller asks public hosts no oftener than every 5


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
        return own if own.is_file() else shipped() / name


def from_environment(environment: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read the settings; raise ConfigError with the variable's name and what it may be."""
    written = dotenv_values(dotenv or Path(".env"))
    given = {key: value for key, value in written.items() if value is not None}
    given |= os.environ if environment is None else environment

    def value(name: str, default: str = "") -> str:
        return given.get(name, "").strip() or default

    return Settings(
        token=value("DISCORD_TOKEN"),
        data=Path(value("NEWSDESK_DATA", "data")),
        poll_every=_minutes("NEWSDESK_POLL_MINUTES", value("NEWSDESK_POLL_MINUTES", "10")),
        private_feeds=_switch("NEWSDESK_PRIVATE_FEEDS", value("NEWSDESK_PRIVATE_FEEDS", "0")),
        api=_api(value("NEWSDESK_DISCORD_API", DISCORD_API)),
        metrics=_address("NEWSDESK_METRICS", value("NEWSDESK_METRICS")),
        log=_one_of("NEWSDESK_LOG", value("NEWSDESK_LOG", "text"), "text", "json"),
        public_url=_public("NEWSDESK_PUBLIC_URL", value("NEWSDESK_PUBLIC_URL")),
    )


def _minutes(name: str, text: str) -> timedelta:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not _SHORTEST <= minutes <= _LONGEST:
        raise ConfigError(f"{name} is {text!r}: it must be a number of minutes, at most {_LONGEST}.")
    return timedelta(minutes=minutes)


def _switch(name: str, text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} is {text!r}: it must be 1 or 0.")


def _one_of(name: str, text: str, *allowed: str) -> str:
    if text not in allowed:
        raise ConfigError(f"{name} is {text!r}: it must be {' or '.join(allowed)}.")
    return text


def _address(name: str, text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isdigit() and int(port) < 65536):
        raise ConfigError(f"{name} is {text!r}: it must be host:port, like 127.0.0.1:9100.")
    return text


def _public(name: str, text: str) -> str:
    parts = urlsplit(text)
    if text and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ConfigError(
            f"{name} is {text!r}: it must be the address where the world reaches us, like https://news.example.org."
        )
    return text.rstrip("/")


def _api(text: str) -> str:
    """Whoever sets this gets the token: plain http only where it cannot leave the machine."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"NEWSDESK_DISCORD_API is {text!r}: it must be an address like {DISCORD_API}.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigError(
            f"NEWSDESK_DISCORD_API is {text!r}: plain http would send the token in the clear; "
            "use https, or an address on this machine."
        )
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
