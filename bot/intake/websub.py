"""WebSub's words: what is asked of a hub, and how a push proves where it comes from. Pure."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from bot.intake.addresses import join, split

LEASE = timedelta(days=10)
_METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Lease:
    """A subscription at a hub, asked for or granted."""

    source: int
    hub: str
    topic: str
    token: str  # the last part of our callback's address, which only the hub knows
    secret: str  # signs what is pushed
    until: str = ""  # granted until then; "" as long as the hub has not asked back
    asked: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether to ask (again): before the lease ends, or a day after a hub that never answered."""
        if self.until:
            return datetime.fromisoformat(self.until) - now < LEASE / 5
        return not self.asked or now - datetime.fromisoformat(self.asked) > timedelta(days=1)


def a_lease(source: int, hub: str, topic: str) -> Lease:
    """A new one, with a secret and an address of its own."""
    return Lease(source, hub, topic, token_urlsafe(18), token_urlsafe(24))


def read(text: str | None) -> Lease | None:
    """A remembered lease."""
    try:
        found = json.loads(text or "null")
        return Lease(**found) if isinstance(found, dict) else None
    except (ValueError, TypeError):
        return None


def write(lease: Lease) -> str:
    return json.dumps(asdict(lease))


def request(lease: Lease, callback: str, mode: str = "subscribe") -> dict[str, str]:
    """The form that is sent to the hub."""
    return {
        "hub.mode": mode,
        "hub.topic": lease.topic,
        "hub.callback": callback,
        "hub.secret": lease.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }


def granted(lease: Lease, asked: Mapping[str, str], now: datetime) -> Lease | None:
    """The lease as a hub's question confirms it; None when that is not what we asked for."""
    if asked.get("hub.mode") != "subscribe" or asked.get("hub.topic") != lease.topic or not asked.get("hub.challenge"):
        return None
    seconds = asked.get("hub.lease_seconds", "")
    length = timedelta(seconds=int(seconds[:8])) if seconds.isdecimal() else LEASE
    return Lease(
        lease.source, lease.hub, lease.topic, lease.token, lease.secret, (now + length).isoformat(), lease.asked
    )


class Seal:
    """Whether X-Hub-Signature is of a body that comes piece by piece, made with our secret."""

    def __init__(self, header: str, secret: str) -> None:
        method, _, digest = header.strip().partition("=")
        made = _METHODS.get(method.lower())
        self._digest = digest.strip().lower()
        self._made = hmac.new(secret.encode(), digestmod=made) if made else None

    def add(self, piece: bytes) -> None:
        if self._made is not None:
            self._made.update(piece)

    @property
    def holds(self) -> bool:
        """Of all that was added."""
        if self._made is None or not self._digest.isascii():
            return False
        return hmac.compare_digest(self._made.hexdigest(), self._digest)


def links(header: str, base: str) -> dict[str, str]:
    """The hub and the topic that a Link header names."""
    found: dict[str, str] = {}
    for each in re.finditer(r"<([^<>]*)>\s*((?:;[^,;]*)+)", header[:8000]):
        rel = re.search(r";\s*rel\s*=\s*\"?([^\";]+)", each[2])
        for name in rel[1].lower().split() if rel else ():
            address = join(base, each[1])
            if name in {"hub", "self"} and split(address):
                found.setdefault(name, address)
    return found
