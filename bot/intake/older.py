"""Where the older pages of a feed lie."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

Way = Literal["", "link", "page", "paged", "part", "none"]  # "part": of an index
_WAYS: tuple[Way, ...] = ("link", "page", "paged", "part", "none")
NUMBERED: tuple[Way, Way] = ("page", "paged")  # RebelMouse and many; WordPress


def way(text: str) -> Way:
    """A remembered way, if it is one."""
    return next((each for each in _WAYS if each == text), "")


def linked(links: Mapping[str, str] | None) -> str:
    """The page that a document itself names as the one before (RFC 5005), or ""."""
    named = links or {}
    return named.get("prev-archive") or named.get("next") or ""


def numbered(url: str, way: Way, number: int) -> str:
    """The address with ?page=N or ?paged=N in its query."""
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != way]
    return parts._replace(query=urlencode([*asked, (way, str(number))])).geturl()
