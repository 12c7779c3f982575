"""Addresses: which two mean the same article, which share a host, and how they may be written in a log."""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

LONGEST = 2048  # characters; what is longer is no address
_FEEDS = 16_384  # addresses that are asked again and again, in turn: to forget one of them is to forget all
_TRACKERS = re.compile(
    r"utm_\w+|mc_[ce]id|mkt_tok|wt_\w+|wt\.\w+|at_\w+|ito|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|_hs\w+|"
    r"hsctatracking|ocid|cmp(id)?|icid|ns_\w+|s_cid|sr_share|smid|smtyp|partner|emc|ftag|taid|xtor|guccounter|"
    r"feedid|feedname|feedtype|traffic_source|__twitter_impression|ref_?src|ref_url|rss|source_?rss|maca|"
    r"oly_\w+_id|vero_\w+|spm|mbid|cid|ncid|sh|via|campaign_id|cmpid|ref|_gl|_ga|amp|outputtype"
)
_TRACKER_VALUES = {  # these names carry meaning elsewhere: dropped only with a value that tells of a feed
    "ref": re.compile(r"[a-z][a-z._-]*|"), "cid": re.compile(r"rss.*|feed.*"),
    "sh": re.compile(r"\w{16,}"), "via": re.compile(r"rss|feed|newsletter"), "partner": re.compile(r"rss.*|feed.*|"),
    "rss": re.compile(r"1|yes|true|"), "amp": re.compile(r"1|true|"), "outputtype": re.compile(r"amp"),
    "source": re.compile(r"rss|feed|newsletter|twitter|facebook"), "from": re.compile(r"rss|feed"),
    "emc": re.compile(r"rss|edit.*"), "feedtype": re.compile(r"rss|atom|xml"),
}  # fmt: skip
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
# What has no place in an address: spaces, quotes and brackets, and what cannot be seen or turns a line round.
_UNFIT = re.compile(
    r"[\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)
_CREDENTIALS = re.compile(r"(?<![^:])//[^/?#]*@")  # behind the scheme, if there is one
_REDIRECTORS = re.compile(
    r"(feeds\d*\.feedburner\.com|feedproxy\.google\.com|news\.google\.com|rss\.feedsportal\.com|ads\.pheedo\.com|"
    r"(www\.)?pheedo\.com|feeds\.feedblitz\.com|feedproxy\.feedly\.com|da\.feedsportal\.com|go\.theregister\.com|"
    r"news\.yahoo\.com|t\.co|bit\.ly|ow\.ly|dlvr\.it|buff\.ly|tinyurl\.com|lnkd\.in|apple\.news)"
)
_SHARED_SUFFIXES = {  # below these, each name is a publisher of its own but the machines are one
    "feedburner.com", "substack.com", "wordpress.com", "blogspot.com", "reddit.com", "tumblr.com", "medium.com",
    "youtube.com", "google.com", "beehiiv.com", "ghost.io", "typepad.com", "livejournal.com", "libsyn.com",
}  # fmt: skip
_NET = len("2001:0db8:0000")  # of IPv6 so much is given to one
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "edu", "ac", "go", "or", "ne", "gob", "gouv", "nom", "mil", "govt"}


def canonical(url: str, fragment: bool = False) -> str:
    """One spelling for all addresses of one article, or "" when it is no web address."""
    parts = split(url)
    if parts is None:
        return ""
    _, host, port, path, query, mark = parts
    host = re.sub(r"^(www\d?|amp|m|mobile)\.(?=[^.]+\.)", "", host)
    path = quote(_ESCAPE.sub(_plain, path), safe="%/:@!$&'()*+,;=~-._", errors="replace")
    path = re.sub(r"/{2,}", "/", path)
    path = re.sub(r"\.amp(?=\.html?$)", "", re.sub(r"((?<=.)/amp|/index\.(html?|php))?/*$", "", path))
    path = path or "/"
    query = query.encode("utf-8", "replace").decode()  # half a letter, as a JSON feed can have one
    asked = [(name, value) for name, value in _pairs(query) if not _is_tracker(name, value)]
    again = "https://" + host + (f":{port}" if port else "") + path
    if asked:
        again += "?" + urlencode(sorted(asked), errors="surrogateescape")
    return again + (f"#{mark}" if fragment and mark else "")


def tidy(url: str) -> str:
    """The address as printed, without what only counts clicks."""
    rest, mark, fragment = url.partition("#")
    path, _, query = rest.partition("?")
    asked = (each for each in query.split("&") if each)
    kept = "&".join(each for each in asked if not _is_tracker(*map(unquote, _halves(each))))
    return path + ("?" + kept if kept else "") + mark + fragment


def _halves(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value


@lru_cache(maxsize=4096)
def split(url: str) -> tuple[str, str, int | None, str, str, str] | None:
    """Scheme, host, port where it is not the usual one, path, query, fragment; None when it is no web address."""
    try:
        parts = urlsplit(url.strip()[: LONGEST + 1])
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > LONGEST:
        return None
    usual = port in (None, 80, 443)
    return parts.scheme, parts.hostname.rstrip("."), None if usual else port, parts.path, parts.query, parts.fragment


def join(base: str, url: str) -> str:
    """An address as a page at `base` means it, or "" when it leads to no web address."""
    if not url.strip():
        return ""
    try:
        found = urljoin(base, re.sub(r"[\t\r\n]", "", url.strip()))
    except ValueError:
        return ""
    parts = split(found)
    if parts is None:
        return ""
    return _UNFIT.sub(lambda bad: quote(bad[0], errors="replace"), found)


def is_redirector(url: str) -> bool:
    """Whether an address only leads on to the article, by way of somebody who counts."""
    parts = split(url)
    return parts is not None and bool(_REDIRECTORS.fullmatch(parts[1]))


@lru_cache(maxsize=_FEEDS)
def host_of(url: str) -> str:
    """Host and port: who must not be asked by two at once."""
    parts = split(url)
    return "" if parts is None else parts[1] + (f":{parts[2]}" if parts[2] else "")


@lru_cache(maxsize=_FEEDS)
def household(url: str) -> str:
    """Who answers for a host: the registrable domain where many names are one set of machines, else the host."""
    host = host_of(url)
    name = registrable(host.partition(":")[0])
    return name if name in _SHARED_SUFFIXES else host


@lru_cache(maxsize=_FEEDS)
def domain(url: str) -> str:
    """Who has given a host its name, or its number, and may have given any number of others."""
    parts = split(url)
    host = "" if parts is None else parts[1]
    try:
        return ip_address(host).exploded[:_NET] if ":" in host else registrable(host)
    except ValueError:
        return host


@lru_cache(maxsize=_FEEDS)
def is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    name = host.rpartition(":")[0] or host
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def registrable(host: str) -> str:
    """A host's registrable domain, near enough: news.bbc.co.uk -> bbc.co.uk."""
    names = host.split(".")
    if len(names) < 3 or host.replace(".", "").isdigit() or ":" in host:
        return host
    keep = 3 if len(names[-1]) == 2 and names[-2] in _SECOND_LEVEL else 2
    return ".".join(names[-keep:])


def origin(url: str) -> tuple[str, str]:
    """Scheme and host: what credentials and validators belong to."""
    parts = split(url)
    return ("", "") if parts is None else (parts[0], host_of(url))


def parted(url: str) -> tuple[str, tuple[str, str] | None]:
    """An address without its credentials, and these."""
    if "@" not in url:
        return url, None
    try:
        parts = urlsplit(url)
        if parts.username is None and parts.password is None:
            return url, None
    except ValueError:
        return url, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, (unquote(parts.username or ""), unquote(parts.password or ""))


def spoken(url: str) -> str:
    """An address as it may stand in a log or be shown: without credentials, also where it is none."""
    return _CREDENTIALS.sub("//", url, 1)


def _plain(escape: re.Match[str]) -> str:
    """What needs no escape is written plain, the rest in capitals: %7e is ~, %c3 is %C3."""
    letter = chr(int(escape[1], 16))
    return letter if letter.isascii() and (letter.isalnum() or letter in "-._~") else escape[0].upper()


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=100)
    except ValueError:
        return [(query, "")]


def _is_tracker(name: str, value: str) -> bool:
    name = name.lower()
    telling = _TRACKER_VALUES.get(name)
    if telling is not None:
        return bool(telling.fullmatch(value.lower()))
    return bool(_TRACKERS.fullmatch(name))
