"""What an embed may hold."""

from datetime import datetime

from bot.stage.refusals import Findings, Json
from bot.stage.rules.fields import Path, address, is_object, listed, number, only_known, text

MOST_EMBEDS = 10
MOST_TEXT = 6000
_KNOWN = {
    "title", "type", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "video", "provider",
    "author", "fields", "flags",
}  # fmt: skip
_PICTURE = {"url", "proxy_url", "height", "width", "description", "content_type", "placeholder", "placeholder_version",
            "flags"}  # fmt: skip


def check_embeds(findings: Findings, path: Path, value: object) -> list[Json]:
    """Checks all embeds of a message and gives them back as Discord stores them."""
    embeds = listed(findings, path, value, MOST_EMBEDS)
    for index, embed in enumerate(embeds):
        _check_one(findings, (*path, index), embed)
    if sum(length(each) for each in embeds) > MOST_TEXT:
        findings.add(path, "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_TEXT}")
    return [_stored(each) for each in embeds]


def length(embed: Json) -> int:
    """The characters that count towards the 6000."""
    found = [embed.get("title"), embed.get("description")]
    found += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or ():
        if isinstance(field, dict):
            found += [field.get("name"), field.get("value")]
    return sum(len(each.strip()) for each in found if isinstance(each, str))


def _check_one(findings: Findings, path: Path, embed: Json) -> None:
    only_known(findings, path, embed, _KNOWN)
    text(findings, (*path, "title"), _trimmed(embed.get("title")), 256)
    text(findings, (*path, "description"), _trimmed(embed.get("description")), 4096)
    address(findings, (*path, "url"), embed.get("url"))
    number(findings, (*path, "color"), embed.get("color"), 0, 0xFFFFFF)
    _check_time(findings, (*path, "timestamp"), embed.get("timestamp"))
    for name in ("image", "thumbnail"):
        picture = embed.get(name)
        if picture is not None and is_object(findings, (*path, name), picture):
            only_known(findings, (*path, name), picture, _PICTURE)
            address(findings, (*path, name, "url"), picture.get("url"), schemes=("http", "https", "attachment"))
            text(findings, (*path, name, "description"), picture.get("description"), 1024)
    for name, part, most in (("footer", "text", 2048), ("author", "name", 256)):
        value = embed.get(name)
        if value is not None and is_object(findings, (*path, name), value):
            only_known(findings, (*path, name), value, {part, "url", "icon_url", "proxy_icon_url"})
            text(findings, (*path, name, part), _trimmed(value.get(part)), most, required=name == "author")
            address(findings, (*path, name, "url"), value.get("url"))
            address(findings, (*path, name, "icon_url"), value.get("icon_url"), schemes=("http", "https", "attachment"))
    for index, field in enumerate(listed(findings, (*path, "fields"), embed.get("fields"), 25)):
        where = (*path, "fields", index)
        only_known(findings, where, field, {"name", "value", "inline"})
        text(findings, (*where, "name"), _trimmed(field.get("name")), 256, least=1, required=True)
        text(findings, (*where, "value"), _trimmed(field.get("value")), 1024, least=1, required=True)
    shown = length(embed) or any(embed.get(each) for each in ("image", "thumbnail", "timestamp", "video"))
    if not shown and not embed.get("url"):
        findings.add((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")


def _check_time(findings: Findings, path: Path, value: object) -> None:
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        findings.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _stored(embed: Json) -> Json:
    kept = {name: _trimmed(value) for name, value in embed.items() if value is not None and name != "flags"}
    return kept | {"type": "rich"}
