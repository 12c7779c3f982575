"""What kind of value each field holds, whatever the route: text, number, list, object, id.

This comes before all other rules, so that those may rely on it. Null passes; whether it may is theirs to say.
"""

from collections.abc import Callable

from bot.stage.refusals import Findings
from bot.stage.rules.fields import Path

_DEEPEST = 30
_TEXT = {
    "content", "name", "title", "description", "label", "custom_id", "placeholder", "url", "topic", "text", "icon_url",
    "username", "thread_name", "filename", "timestamp", "reason",
}  # fmt: skip
_WHOLE = {
    "flags", "type", "style", "color", "accent_color", "position", "min_values", "max_values", "min_length",
    "max_length", "auto_archive_duration", "rate_limit_per_user", "spacing", "component_type",
    "default_auto_archive_duration",
}  # fmt: skip
_OBJECTS = {
    "embeds", "components", "fields", "items", "options", "choices", "attachments", "available_tags",
    "permission_overwrites", "default_values",
}  # fmt: skip
_SCALARS = {"parse", "values", "contexts", "integration_types", "channel_types"}
_IDS = {"roles", "users", "applied_tags", "sticker_ids", "messages"}
_OBJECT = {
    "data", "message", "allowed_mentions", "message_reference", "component", "accessory", "media", "file", "image",
    "thumbnail", "footer", "author", "name_localizations", "description_localizations", "emoji",
}  # fmt: skip
_ID = {
    "id", "recipient_id", "webhook_channel_id", "parent_id", "channel_id", "guild_id", "message_id", "target_id",
    "application_id", "allow", "deny", "permissions", "default_member_permissions",
}  # fmt: skip
_TYPED_BY_WORD = ("embeds", "default_values")  # their `type` is “rich”, “channel”
_BY_LANGUAGE = ("name_localizations", "description_localizations")


def check_shapes(findings: Findings, path: Path, value: object) -> None:
    """Walks a body and complains wherever a field holds another kind of value than its name promises."""
    if len(path) > _DEEPEST:
        findings.add(path, "STAGE_TOO_DEEP", "Nothing Discord knows is nested this deeply.")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            check_shapes(findings, (*path, index), each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            wrong = None if inner is None else _wrong(path, name, inner)
            if wrong is not None:
                findings.add((*path, name), *wrong)
            elif name not in _BY_LANGUAGE:
                check_shapes(findings, (*path, name), inner)


def _wrong(path: Path, name: str, value: object) -> tuple[str, str] | None:
    typed_by_word = len(path) >= 2 and path[-2] in _TYPED_BY_WORD
    for names, fits, code, said in _KINDS:
        if name in names and not (name == "type" and typed_by_word) and not fits(value):
            return code, said
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**64


def _is_id(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and all(_is_id(each) for each in value)


def _are_scalars(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) or _is_whole(each) for each in value)


_KINDS: tuple[tuple[set[str], Callable[[object], bool], str, str], ...] = (
    (_TEXT, _is_text, "STRING_TYPE_CONVERT", "Could not interpret as string."),
    (_WHOLE, _is_whole, "NUMBER_TYPE_COERCE", "Value is not int."),
    (_OBJECTS, _are_objects, "LIST_TYPE_CONVERT", "Only lists of dictionaries may be used here."),
    (_SCALARS, _are_scalars, "LIST_TYPE_CONVERT", "Only lists of plain values may be used here."),
    (_IDS, _are_ids, "LIST_TYPE_CONVERT", "Only lists of snowflakes may be used here."),
    (_OBJECT, _is_object, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType."),
    (_ID, _is_id, "NUMBER_TYPE_COERCE", "Value is not snowflake."),
)
