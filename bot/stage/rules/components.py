"""What components may stand where: rows, buttons, selects, and the newer kinds."""

from collections.abc import Collection

from bot.stage.messages import walk
from bot.stage.refusals import Findings, Json
from bot.stage.rules.fields import Path, address, is_object, listed, number, only_known, text

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23

MOST_COMPONENTS = 40
MOST_TEXT = 4000
_IN_A_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_ON_TOP = (*_IN_A_CONTAINER, CONTAINER)
_SELECT_FIELDS = {"type", "id", "custom_id", "placeholder", "min_values", "max_values", "disabled", "required",
                  "options", "channel_types", "default_values"}  # fmt: skip
_DEFAULTS = {5: ("user",), 6: ("role",), 7: ("user", "role"), 8: ("channel",)}
_KNOWN: dict[int, Collection[str]] = {
    ROW: {"type", "id", "components"},
    BUTTON: {"type", "id", "style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"},
    **dict.fromkeys(SELECTS, _SELECT_FIELDS),
    SECTION: {"type", "id", "components", "accessory"},
    TEXT: {"type", "id", "content"},
    THUMBNAIL: {"type", "id", "media", "description", "spoiler"},
    GALLERY: {"type", "id", "items"},
    FILE: {"type", "id", "file", "spoiler", "name", "size"},
    SEPARATOR: {"type", "id", "divider", "spacing"},
    CONTAINER: {"type", "id", "components", "accent_color", "spoiler"},
}


def check_components(findings: Findings, path: Path, value: object, *, cv2: bool, files: Collection[str]) -> list[Json]:
    """Checks all components of a message. `files`: the names that come with it."""
    components = listed(findings, path, value, MOST_COMPONENTS if cv2 else 5)
    for index, each in enumerate(components):
        _check(findings, (*path, index), each, _ON_TOP if cv2 else (ROW,), files)
    everything = list(walk(components))
    if len(everything) > MOST_COMPONENTS:
        findings.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_COMPONENTS} or fewer components in total.")
    if sum(len(str(each.get("content") or "")) for each in everything if each.get("type") == TEXT) > MOST_TEXT:
        findings.add(path, "BASE_TYPE_MAX_LENGTH", f"Text of all components must be {MOST_TEXT} or fewer in length.")
    _check_unique(findings, path, everything)
    return components


def _check_unique(findings: Findings, path: Path, everything: list[Json]) -> None:
    for name, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        found = [each[name] for each in everything if each.get(name)]
        for twice in {each for each in found if found.count(each) > 1}:
            findings.add(path, code, f"Component {name} cannot be duplicated: {twice}")


def _check(findings: Findings, path: Path, component: Json, allowed: Collection[int], files: Collection[str]) -> None:
    kind = component.get("type")
    if not isinstance(kind, int) or kind not in allowed:
        named = ", ".join(str(each) for each in allowed)
        findings.add((*path, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {{{named}}}.")
        return
    only_known(findings, path, component, _KNOWN[kind])
    if kind == ROW:
        _check_row(findings, path, component, files)
    elif kind == BUTTON:
        _check_button(findings, path, component)
    elif kind in SELECTS:
        check_select(findings, path, component)
    elif kind == SECTION:
        _check_section(findings, path, component, files)
    elif kind == TEXT:
        text(findings, (*path, "content"), component.get("content"), MOST_TEXT, least=1, required=True)
    elif kind == THUMBNAIL:
        _check_media(findings, path, component, "media", files)
    elif kind == GALLERY:
        for index, item in enumerate(listed(findings, (*path, "items"), component.get("items"), 10, 1)):
            only_known(findings, (*path, "items", index), item, {"media", "description", "spoiler"})
            _check_media(findings, (*path, "items", index), item, "media", files)
    elif kind == FILE:
        _check_media(findings, path, component, "file", files, only_attached=True)
    elif kind == SEPARATOR:
        number(findings, (*path, "spacing"), component.get("spacing"), 1, 2)
    else:
        number(findings, (*path, "accent_color"), component.get("accent_color"), 0, 0xFFFFFF)
        children = listed(findings, (*path, "components"), component.get("components"), MOST_COMPONENTS, 1)
        for index, each in enumerate(children):
            _check(findings, (*path, "components", index), each, _IN_A_CONTAINER, files)


def _check_row(findings: Findings, path: Path, row: Json, files: Collection[str]) -> None:
    children = listed(findings, (*path, "components"), row.get("components"), 5, 1)
    for index, each in enumerate(children):
        _check(findings, (*path, "components", index), each, (BUTTON, *SELECTS), files)
    if len(children) > 1 and any(each.get("type") in SELECTS for each in children):
        findings.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select fills a row alone.")


def _check_button(findings: Findings, path: Path, button: Json) -> None:
    style = button.get("style")
    if isinstance(style, bool) or style not in (1, 2, 3, 4, 5, 6):
        findings.add((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
        return
    text(findings, (*path, "label"), button.get("label"), 80)
    if style == 5:
        if not button.get("url"):
            findings.add((*path, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        address(findings, (*path, "url"), button.get("url"), schemes=("http", "https", "discord"), most=512)
        if button.get("custom_id") is not None:
            findings.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_NOT_ALLOWED", "A link has no custom id")
    elif style == 6:
        if not button.get("sku_id") or any(button.get(each) for each in ("label", "url", "custom_id", "emoji")):
            findings.add(path, "BUTTON_COMPONENT_SKU_ID_REQUIRED", "A premium button has a sku_id and nothing else")
        return
    else:
        text(findings, (*path, "custom_id"), button.get("custom_id"), 100, least=1, required=True)
        if button.get("url") is not None:
            findings.add((*path, "url"), "BUTTON_COMPONENT_URL_NOT_ALLOWED", "Only a link has a url")
    if not button.get("label") and not button.get("emoji"):
        findings.add((*path, "label"), "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or emoji is required")


def check_select(findings: Findings, path: Path, select: Json) -> None:
    text(findings, (*path, "custom_id"), select.get("custom_id"), 100, least=1, required=True)
    text(findings, (*path, "placeholder"), select.get("placeholder"), 150)
    number(findings, (*path, "min_values"), select.get("min_values"), 0, 25)
    number(findings, (*path, "max_values"), select.get("max_values"), 1, 25)
    least, most = select.get("min_values"), select.get("max_values")
    if isinstance(least, int) and least > (most if isinstance(most, int) else 1):
        findings.add((*path, "min_values"), "SELECT_COMPONENT_MIN_VALUES", "min_values is larger than max_values")
    for index, each in enumerate(listed(findings, (*path, "default_values"), select.get("default_values"), 25)):
        if each.get("type") not in _DEFAULTS.get(select["type"], ()):
            said = f"A select of type {select['type']} begins with no {each.get('type')}."
            findings.add((*path, "default_values", index, "type"), "BASE_TYPE_CHOICES", said)
    if select.get("type") != STRING_SELECT:
        if select.get("options"):
            findings.add((*path, "options"), "SELECT_COMPONENT_OPTIONS_NOT_ALLOWED", "Only a string select has options")
        return
    options = listed(findings, (*path, "options"), select.get("options"), 25, 1)
    for index, option in enumerate(options):
        where = (*path, "options", index)
        only_known(findings, where, option, {"label", "value", "description", "emoji", "default"})
        text(findings, (*where, "label"), option.get("label"), 100, least=1, required=True)
        text(findings, (*where, "value"), option.get("value"), 100, least=1, required=True)
        text(findings, (*where, "description"), option.get("description"), 100)
    values = [option.get("value") for option in options]
    if len(set(map(str, values))) < len(values):
        findings.add(
            (*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified value is duplicated"
        )
    if sum(bool(option.get("default")) for option in options) > (most if isinstance(most, int) else 1):
        findings.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More defaults than max_values")
    if isinstance(most, int) and most > len(options):
        findings.add((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES", "max_values is larger than the options")


def _check_section(findings: Findings, path: Path, section: Json, files: Collection[str]) -> None:
    for index, each in enumerate(listed(findings, (*path, "components"), section.get("components"), 3, 1)):
        _check(findings, (*path, "components", index), each, (TEXT,), files)
    accessory = section.get("accessory")
    if accessory is None:
        findings.add((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
    elif is_object(findings, (*path, "accessory"), accessory):
        _check(findings, (*path, "accessory"), accessory, (BUTTON, THUMBNAIL), files)


def _check_media(
    findings: Findings, path: Path, holder: Json, name: str, files: Collection[str], *, only_attached: bool = False
) -> None:
    media = holder.get(name)
    text(findings, (*path, "description"), holder.get("description"), 1024)
    if media is None:
        findings.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")
    elif is_object(findings, (*path, name), media):
        url = media.get("url")
        if isinstance(url, str) and url.startswith("attachment://"):
            if url.removeprefix("attachment://") not in files:
                findings.add((*path, name, "url"), "UNFURLED_MEDIA_ITEM_NOT_FOUND", "No such file comes with this")
            return
        schemes = ("attachment",) if only_attached else ("http", "https", "attachment")
        if url is None:
            findings.add((*path, name, "url"), "BASE_TYPE_REQUIRED", "This field is required")
        address(findings, (*path, name, "url"), url, schemes=schemes)
