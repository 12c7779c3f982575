"""HTML becomes clean plain text: paragraphs are kept, everything else that is not words is dropped."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

LONGEST_TEXT = 200_000  # characters of one entry's text that are kept
TEASER = 600  # characters: what is longer is an article, not a standfirst
_SKIPPED = {
    "script", "style", "noscript", "iframe", "form", "svg", "template", "object", "head", "button", "select",
    "figcaption", "video", "audio", "math", "nav", "textarea",
}  # fmt: skip
_PARAGRAPHS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "figure", "section", "article", "ul",
    "ol", "table", "pre", "hr", "header", "footer", "dl", "dt", "dd", "aside", "main", "center", "address",
}  # fmt: skip
_CREDIT_CLASS = re.compile(r"photo-?credit|image-?credit|media-?credit|(?<![\w-])credit|copyright|byline-photo", re.I)
_CAPTION_CLASS = re.compile(r"caption|image-media|credit|shortcode-media-text|(?<![\w-])button|subscri|share-", re.I)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff]")
_MARKUP = re.compile(r"<[a-zA-Z!/?]|&[a-zA-Z#]")
_TAILS = re.compile(
    r"(?:^|(?<=[\s.!?…\])»”\"]))\s*(?:"
    r"(?:the\s+post|der\s+beitrag|l[’']article|la\s+entrada|el\s+post)\s.{1,300}?\s(?:appeared\s+first\s+on|erschien\s+"
    r"zuerst\s+auf|est\s+apparu\s+en\s+premier\s+sur|se\s+public[oó]\s+primero\s+en|first\s+appeared\s+on)\s.{1,200}|"
    r"(?:^|(?<=[\n.!?…\])»”\"])|(?<=[.!?…\])»”\"]\s))(?:continue\s+reading|keep\s+reading|read\s+(?:more|the\s+(?:full|rest)\b.{0,60}))"
    r"(?:\s+.{0,200}?)?(?:…|\.\.\.|→|»|>)?|"
    r"(?:^|(?<=[\n.!?…\])»”\"])|(?<=[.!?…\])»”\"]\s))(?:weiterlesen|lire\s+la\s+suite|seguir\s+leyendo|leer\s+m[aá]s)\s*(?:…|\.\.\.|→|»|>)?"
    r")\s*$",
    re.I | re.S,
)
_OPEN_END = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.|&hellip;|&#8230;)\s*\]|\(\s*(?:more…|more\.\.\.)\s*\))\s*$")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Picture:
    """An <img> as a text shows it."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0
    credit: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a piece of HTML says and shows."""

    text: str = ""
    pictures: tuple[Picture, ...] = ()
    credit: str = ""


def read(markup: str) -> Reading:
    """The words and the pictures of a piece of HTML; plain text is taken as it is."""
    if not _MARKUP.search(markup):
        return Reading(_tidy_paragraphs(_CONTROLS.sub("", markup)))
    root = _parse(markup)
    if root is None:
        return Reading(_tidy_paragraphs(html.unescape(re.sub(r"<[^>]*>", " ", markup))))
    pictures = tuple(_pictures(root))
    credit = next(filter(None, (_line_of(each) for each in _credits(root))), "")
    return Reading(_tidy_paragraphs("".join(_words(root))[: 2 * LONGEST_TEXT]), pictures, credit)


def line(markup: str) -> str:
    """One line of plain text, as a headline or a name is: entities resolved, tags dropped."""
    text = _CONTROLS.sub(" ", markup)
    if _MARKUP.search(text):
        text = read(text).text if re.search(r"<[a-zA-Z!/]", text) else html.unescape(text)
    return " ".join(_INVISIBLE.sub("", _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))).split())


def teaser(text: str, title: str = "") -> str:
    """The standfirst in a text: without a feed's own tail, and cut at a sentence when it is a whole article."""
    text = closed(text)
    if title and text.casefold() == title.casefold():
        return ""
    if len(text) <= TEASER:
        return text
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        if kept and sum(map(len, kept)) + len(paragraph) > TEASER:
            break
        kept.append(paragraph)
    return cut("\n\n".join(kept), TEASER)


def closed(text: str) -> str:
    """A text without what a publisher's system hangs on its end: "The post … appeared first on …", "[…]"."""
    text = _without_tails(text)
    bare = _OPEN_END.sub("", text).rstrip()
    return bare if bare == text.rstrip() or _SENTENCE_END.search(bare[-3:]) else bare + "…"


def cut(text: str, most: int) -> str:
    """At most so many characters: whole sentences if there are some, or else whole words and an ellipsis."""
    if len(text) <= most:
        return text
    ends = [each.end() for each in _SENTENCE_END.finditer(text, 0, most)]
    if ends and ends[-1] > most // 3:
        return text[: ends[-1]].rstrip()
    head = text[: most - 1]
    return (head.rsplit(None, 1)[0] if " " in head[most // 2 :] else head).rstrip(" ,;:–—-") + "…"


def _without_tails(text: str) -> str:
    for _ in range(3):
        shorter = _TAILS.sub("", text[-700:])
        if len(shorter) == len(text[-700:]):
            break
        text = text[:-700] + shorter
    return text


def _parse(markup: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    clean = _CONTROLS.sub("", markup[: 4 * LONGEST_TEXT])
    try:
        return etree.fromstring(clean.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _words(root: etree._Element) -> Iterator[str]:
    """The text of a tree in reading order, breaks as line feeds."""
    hidden = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        name = node.tag if isinstance(node.tag, str) else ""
        outside = name in _SKIPPED or (name in {"small", "span", "p", "div"} and _is_caption(node))
        if event == "start":
            hidden += outside
            if not hidden:
                if name in _PARAGRAPHS:
                    yield "\n\n"
                elif name == "br":
                    yield "\n"
                elif name == "li":
                    yield "\n• "
                yield (node.text or "").replace("\n", " ") if name != "pre" else node.text or ""
        else:
            hidden -= outside
            if not hidden:
                if name in _PARAGRAPHS:
                    yield "\n\n"
                elif name in {"td", "th"}:
                    yield " "
                yield (node.tail or "").replace("\n", " ")


def _is_caption(node: etree._Element) -> bool:
    return bool(_CAPTION_CLASS.search(node.get("class") or ""))


def _tidy_paragraphs(text: str) -> str:
    text = _INVISIBLE.sub("", _CONTROLS.sub(" ", unicodedata.normalize("NFC", text)))  # entities are letters only now
    lines = [" ".join(each.split()) for each in text.split("\n")]
    joined = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip()
    return re.sub(r"(?:^|\n)•\s*(?=\n|$)", "", joined).strip()[:LONGEST_TEXT]


def _pictures(root: etree._Element) -> Iterator[Picture]:
    for node in root.iter("img"):
        url = _best_source(node)
        if url:
            figure = next((each for each in node.iterancestors("figure", "p", "div")), None)
            figure = next((each for each in node.iterancestors("figure")), figure)
            credit = caption = ""
            if figure is not None:
                credit = next(filter(None, (_line_of(each) for each in _credits(figure))), "")
                caption = next(filter(None, (_line_of(each) for each in figure.iter("figcaption"))), "")
            yield Picture(
                url, line(node.get("alt") or ""), _pixels(node, "width"), _pixels(node, "height"), credit, caption
            )


def _best_source(node: etree._Element) -> str:
    """The widest of an image's sources up to 2000 pixels; lazy loaders keep the real one in data-src."""
    lazy = node.get("data-src") or node.get("data-original") or node.get("data-lazy-src") or node.get("data-runner-src")
    source = (node.get("src") or "").strip()
    found = _widest(node.get("srcset") or node.get("data-srcset") or "")
    return found or (lazy or "").strip() or ("" if source.startswith("data:") else source)


def _widest(srcset: str) -> str:
    best, width = "", 0
    for each in re.finditer(r"([^\s,]\S*[^\s,])\s+(\d{1,5})w", srcset[:8000]):
        if width < int(each[2]) <= 2000:
            best, width = each[1], int(each[2])
    return best


def _pixels(node: etree._Element, name: str) -> int:
    digits = re.match(r"\s*(\d{1,5})", node.get(name) or "")
    return int(digits[1]) if digits else 0


def _credits(root: etree._Element) -> Iterator[etree._Element]:
    for node in root.iter("small", "span", "cite", "p", "div", "figcaption", "em"):
        if _CREDIT_CLASS.search(node.get("class") or ""):
            yield node


def _line_of(node: etree._Element) -> str:
    words = " ".join("".join(str(each) for each in node.itertext()).split())
    return words if 0 < len(words) <= 200 else ""
