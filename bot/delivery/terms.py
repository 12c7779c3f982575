"""What a standing order may say beyond region and channel: hours, caps, colour, style."""

import json
import re
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import NewsError

STYLES = ("card", "compact")
_HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?")
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")


class BadTerms(NewsError):
    """A standing order cannot say this."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The options of a subscription. All have a default that asks for nothing special."""

    quiet: str = ""  # "22:00-07:00": nothing is sent then, all of it afterwards
    zone: str = ""  # whose clock the quiet hours and "Updated 14:05" go by; "" is UTC
    cap: int = 0  # posts in an hour; what is over waits and comes as one list; 0 is no cap
    colour: int | None = None  # in place of the region's
    style: str = "card"
    credit: bool = False  # a photo without a credit is not shown

    def to_json(self) -> str:
        """For Subscription.options; what is left at its default is not written."""
        return json.dumps(
            {each.name: value for each in fields(self) if (value := getattr(self, each.name)) != each.default}
        )

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone or "UTC")


NONE = Terms()


def read_terms(options: str) -> Terms:
    """From Subscription.options; what an older or newer version wrote there and we cannot read counts as unsaid."""
    try:
        said = json.loads(options or "{}")
    except ValueError:
        return NONE
    if not isinstance(said, dict):
        return NONE
    terms = NONE
    for name in ("quiet", "zone", "cap", "colour", "style", "credit"):
        if name in said:
            try:
                terms = _with(terms, name, said[name])
            except BadTerms:
                continue
    return terms


def make_terms(
    quiet: str = "", zone: str = "", cap: int = 0, colour: str = "", style: str = "card", credit: bool = False
) -> Terms:
    """From what an admin typed, where the quiet hours may name their zone; raise BadTerms with a sentence."""
    hours, _, named = quiet.strip().rpartition(" ")
    if hours and named[:1].isalpha() and not zone:
        quiet, zone = hours, named
    terms = NONE
    for name, value in (
        ("quiet", quiet),
        ("zone", zone),
        ("cap", cap),
        ("colour", colour),
        ("style", style),
        ("credit", credit),
    ):
        if value:
            terms = _with(terms, name, value)
    return terms


def quiet_until(terms: Terms, now: datetime) -> datetime | None:
    """When the quiet hours that it is in now will end, or None."""
    if not terms.quiet:
        return None
    start, end = _hours(terms.quiet)
    here = now.astimezone(terms.clock)
    clock = here.time().replace(tzinfo=None)
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return None
    day = here.date() if clock < end else here.date() + timedelta(days=1)
    return datetime.combine(day, end, terms.clock).astimezone(now.tzinfo)


def _with(terms: Terms, name: str, value: object) -> Terms:
    match name, value:
        case "quiet", str():
            start, end = _hours(value)
            return replace(terms, quiet=f"{start:%H:%M}-{end:%H:%M}")
        case "zone", str():
            return replace(terms, zone=_zone(value))
        case "cap", int() if 0 <= value <= 1000:
            return replace(terms, cap=value)
        case "cap", _:
            raise BadTerms("The cap is a number of posts in an hour, from 0 (no cap) to 1000.")
        case "colour", int() if 0 <= value <= 0xFFFFFF:
            return replace(terms, colour=value)
        case "colour", str() if found := _COLOUR.fullmatch(value.strip()):
            return replace(terms, colour=int(found[1], 16))
        case "colour", _:
            raise BadTerms(f"“{value}” is no colour; write one like #d1495b.")
        case "style", str() if value in STYLES:
            return replace(terms, style=value)
        case "credit", bool():
            return replace(terms, credit=value)
        case _:
            raise BadTerms(f"“{value}” cannot be used for {name}.")


def _hours(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text.strip())
    if found:
        try:
            start = time(int(found[1]) % 24 if found[1] == "24" else int(found[1]), int(found[2] or 0))
            end = time(int(found[3]) % 24 if found[3] == "24" else int(found[3]), int(found[4] or 0))
        except ValueError:
            found = None
        else:
            if start != end:
                return start, end
    raise BadTerms(f"“{text}” are no quiet hours; write them like 22:00-07:00 Europe/Paris.")


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadTerms(f"“{text[:60]}” is no time zone; write one like Europe/Berlin.") from None
