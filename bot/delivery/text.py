"""Foreign text made fit for a post: clean, escaped, cut where a sentence ends, within characters and bytes."""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

_MARKS = 4  # combining marks on one letter: more than any script needs, too few to climb out of the line
_JOINERS = "\u200c\u200d"  # needed by Persian, by Indian scripts and by emoji
_HIDDEN = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2800\u3164\ufeff\uffa0\ufffc")
_KEPT_FORMATS = frozenset(_JOINERS) | frozenset("\u200e\u200f") | {chr(each) for each in range(0x600, 0x606)}
_FLAG = "\U0001f3f4"  # the black flag: England, Scotland and Wales are spelt behind it with tag characters
_TAGS = range(0xE0020, 0xE0080)
_WALL = "\u2060"  # word joiner: invisible, does not break a line, ends every mention and address
_MARKUP = re.compile(r"([\\*_~|`\[\]])")
_LINE_MARKUP = re.compile(r"^(\s*)(#{1,3}(?=\s)|-#|>{1,3}|[-+•](?=\s)|\d{1,9}(?=[.)]\s))", re.MULTILINE)
_ADDRESS = re.compile(r"(?<=[A-Za-z0-9+.-]):(?=//)")
_SUMMONS = re.compile(r"(@|<(?=[@#:/+atischm]))", re.IGNORECASE)
_INVITE = re.compile(r"(?<=\.gg)(?=/)|(?<=/invite)(?=/)", re.IGNORECASE)  # a card, to Discord
# Within the words of a link Discord heeds no backslash: it is shown, and a bracket ends the words all the same.
_LINK_LETTERS = str.maketrans({"[": "(", "]": ")", "*": "∗", "`": "ˋ", "\\": "∖"})
_LINK_MARKUP = re.compile(r"(?<=_)(?=_)|(?<=~)(?=~)|(?<=\|)(?=\|)")
_LINK_EDGE = re.compile(r"(?<!\w)_|_(?!\w)")
_END = re.compile(r"(?:[.!?…‽]+[\"'”’»)\]]*(?=\s|$)|[。！？｡؟۔।॥።]+[”’」』）]*)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]"
    r"|Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Adm|Rev|Hon|Jr|Sr|vs|No|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mt|ca|etc|approx|z\.B|u\.a)\.$"
)
_SAFE_PATH = "/%:@!$&'*+,;=~-._"


def clean(text: str, lines: bool = False) -> str:
    """Text without what cannot be seen or would disturb its neighbours: controls, overrides, towers of marks.

    With `lines` paragraphs stay apart; without, all becomes one line.
    """
    text = unicodedata.normalize("NFC", text[:200_000])
    kept: list[str] = []
    marks = 0
    flag = False
    for each in text:
        kind = unicodedata.category(each)
        if each in "\n\t\r\x0b\x0c\x85\u2028\u2029":
            kept.append(" " if each == "\t" or (each == "\r" and lines) else "\n")
            continue
        flag = each == _FLAG or (flag and ord(each) in _TAGS)
        if kind in {"Cc", "Cs", "Co", "Cn"} or each in _HIDDEN:
            continue
        if kind == "Cf" and each not in _KEPT_FORMATS and not flag:
            continue
        marks = marks + 1 if kind in {"Mn", "Me"} else 0 if each not in _JOINERS else marks
        if marks > _MARKS or (each in _JOINERS and (not kept or kept[-1] in _JOINERS or kept[-1].isspace())):
            continue
        kept.append(each)
    tidy = "".join(kept)
    if not lines:
        return " ".join(tidy.split())
    paragraphs = (" ".join(each.split()) for each in tidy.split("\n"))
    return "\n\n".join(each for each in paragraphs if each)


def escape(text: str) -> str:
    """Text that Discord shows as it stands: no markup, no mention, no address of any scheme becomes a link."""
    text = _MARKUP.sub(r"\\\1", text)
    return _LINE_MARKUP.sub(_shield, _walled(text))


def linked(text: str, link: str, chars: int, octets: int) -> str:
    """Clean text as the words of a link, as much of it as fits; without an address escaped, as everywhere else."""
    if not link:
        return escape(cut(text, chars, octets, escaped=True))
    words = _LINK_EDGE.sub("ˍ", _LINK_MARKUP.sub(_WALL, text.translate(_LINK_LETTERS)))
    words = _walled(words)
    closed = link.replace("(", "%28").replace(")", "%29")  # a bracket would end the link early
    return f"[{cut(words, chars, octets) or '…'}]({closed})"


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode("utf-8", "replace"))


def fits(text: str, chars: int, octets: int | None = None) -> bool:
    """Discord counts some things in code units, some in points, and falls over bytes: all three must do."""
    units = len(text) + sum(each > "\uffff" for each in text)
    return units <= chars and (octets is None or size(text) <= octets)


def cut(text: str, chars: int, octets: int | None = None, escaped: bool = False) -> str:
    """The text or as much as fits, ending at a word, with an ellipsis; measured as it will be sent."""
    if _fits(text, chars, octets, escaped):
        return text
    low, high = 0, min(len(text), chars)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits(text[:middle] + "…", chars, octets, escaped) else (low, middle - 1)
    end = _whole(text, low)
    space = text.rfind(" ", 0, end + 1)
    if space >= end * 0.6:
        end = space
    return text[:end].rstrip(" ,;:–—-([{“„«\n") + "…" if end > 0 else ""


def in_quotes(words: str) -> str:
    """What somebody typed, between quotation marks unless it has some of its own."""
    return words if '"' in words else f"“{words}”"


def cut_at_sentence(text: str, chars: int, octets: int | None = None, escaped: bool = False) -> str:
    """As many whole sentences as fit; where not even one does, words and an ellipsis."""
    if _fits(text, chars, octets, escaped):
        return text
    best = 0
    for end in sentence_ends(text[:chars]):
        if not _fits(text[:end], chars, octets, escaped):
            break
        best = end
    if best and (best >= chars * 0.3 or best >= 80):
        return text[:best].rstrip()
    return cut(text, chars, octets, escaped)


def sentence_ends(text: str) -> list[int]:
    """Where sentences end: not after "Mr." or "U.S.", nor before a small letter."""
    ends = []
    for found in _END.finditer(text):
        following = text[found.end() :].lstrip()
        if found.group() == "." and _ABBREVIATION.search(text[max(0, found.start() - 12) : found.end()]):
            continue
        if following[:1].islower():
            continue
        ends.append(found.end())
    return ends


def web_address(url: str, longest: int = 2048) -> str:
    """The address in plain ASCII if it is one of the web, else nothing."""
    url = "".join(each for each in url.strip() if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        ascii_host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return ""
    if "\\" in parts.netloc:  # browsers read it as the end of the host, this parser does not
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9a-f:.]+", ascii_host):
        return ""
    where = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    address = urlunsplit(
        (
            parts.scheme.lower(),
            where if port is None else f"{where}:{port}",
            quote(parts.path, safe=_SAFE_PATH),
            quote(parts.query, safe=_SAFE_PATH + "?[]"),
            quote(parts.fragment, safe=_SAFE_PATH + "?"),
        )
    )
    return address if len(address) <= longest else ""


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from the right."""
    directions = (unicodedata.bidirectional(each) for each in text)
    return next((each in {"R", "AL"} for each in directions if each in {"L", "R", "AL"}), False)


def isolate(text: str) -> str:
    """Text that keeps its direction to itself, for a line that holds several pieces."""
    return f"\u2068{text}\u2069" if any(unicodedata.bidirectional(each) in {"R", "AL"} for each in text) else text


def _walled(text: str) -> str:
    """No mention, no address and no invitation is whole any more, though all look as they did."""
    text = _ADDRESS.sub(rf"{_WALL}:", text)
    return _INVITE.sub(_WALL, _SUMMONS.sub(rf"\1{_WALL}", text))


def _shield(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def _fits(text: str, chars: int, octets: int | None, escaped: bool) -> bool:
    return fits(escape(text) if escaped else text, chars, octets)


def _whole(text: str, end: int) -> int:
    """The nearest place at or before `end` that parts no letter from its marks and no emoji in two."""
    while 0 < end < len(text):
        after, before = text[end], text[end - 1]
        joined = unicodedata.category(after).startswith("M") or after in _JOINERS or before in _JOINERS
        coloured = "\U0001f3fb" <= after <= "\U0001f3ff"
        half_a_flag = ord(after) in _TAGS or (_is_indicator(after) and _indicators_before(text, end) % 2 == 1)
        if not (joined or coloured or half_a_flag):
            break
        end -= 1
    return end


def _is_indicator(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _indicators_before(text: str, end: int) -> int:
    count = 0
    while end > count and _is_indicator(text[end - count - 1]):
        count += 1
    return count
