"""What a modal may hold, and what choices an autocomplete may offer."""

from bot.stage.refusals import Findings, Json
from bot.stage.rules.components import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    check_select,
)
from bot.stage.rules.fields import Path, is_object, listed, number, only_known, text

_IN_A_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
_INPUT = {"type", "id", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"}


def check_modal(findings: Findings, path: Path, modal: Json) -> None:
    only_known(findings, path, modal, {"title", "custom_id", "components"})
    text(findings, (*path, "title"), modal.get("title"), 45, least=1, required=True)
    text(findings, (*path, "custom_id"), modal.get("custom_id"), 100, least=1, required=True)
    asked: list[object] = []
    for index, each in enumerate(listed(findings, (*path, "components"), modal.get("components"), 5, 1)):
        where = (*path, "components", index)
        kind = each.get("type")
        if kind == ROW:
            inner = listed(findings, (*where, "components"), each.get("components"), 1, 1)
            for one in inner:
                _check_input(findings, (*where, "components", 0), one, labelled=False)
                asked.append(one.get("custom_id"))
        elif kind == LABEL:
            _check_label(findings, where, each)
            asked.append((each.get("component") or {}).get("custom_id"))
        elif kind == TEXT:
            text(findings, (*where, "content"), each.get("content"), 4000, least=1, required=True)
        else:
            findings.add((*where, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {{{ROW}, {TEXT}, {LABEL}}}.")
    if len(set(asked)) < len(asked):
        findings.add(
            (*path, "components"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
        )


def _check_label(findings: Findings, path: Path, label: Json) -> None:
    only_known(findings, path, label, {"type", "id", "label", "description", "component"})
    text(findings, (*path, "label"), label.get("label"), 45, least=1, required=True)
    text(findings, (*path, "description"), label.get("description"), 100)
    component = label.get("component")
    if component is None:
        findings.add((*path, "component"), "BASE_TYPE_REQUIRED", "This field is required")
        return
    if not is_object(findings, (*path, "component"), component):
        return
    where = (*path, "component")
    kind = component.get("type")
    if kind == TEXT_INPUT:
        _check_input(findings, where, component, labelled=True)
    elif kind in SELECTS:
        check_select(findings, where, component)
    elif kind in (RADIO_GROUP, CHECKBOX_GROUP):
        listed(findings, (*where, "options"), component.get("options"), 10, 2 if kind == RADIO_GROUP else 1)
        text(findings, (*where, "custom_id"), component.get("custom_id"), 100, least=1, required=True)
    elif kind not in _IN_A_LABEL:
        findings.add((*where, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {set(_IN_A_LABEL)}.")


def _check_input(findings: Findings, path: Path, field: Json, *, labelled: bool) -> None:
    if field.get("type") != TEXT_INPUT:
        findings.add((*path, "type"), "BASE_TYPE_CHOICES", f"Value must be one of {{{TEXT_INPUT}}}.")
        return
    only_known(findings, path, field, _INPUT)
    text(findings, (*path, "custom_id"), field.get("custom_id"), 100, least=1, required=True)
    if not labelled:
        text(findings, (*path, "label"), field.get("label"), 45, least=1, required=True)
    elif field.get("label") is not None:
        findings.add((*path, "label"), "STAGE_LABEL_TWICE", "Inside a Label the text input has no label of its own.")
    if field.get("style") not in (1, 2):
        findings.add((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    number(findings, (*path, "min_length"), field.get("min_length"), 0, 4000)
    number(findings, (*path, "max_length"), field.get("max_length"), 1, 4000)
    text(findings, (*path, "value"), field.get("value"), 4000)
    text(findings, (*path, "placeholder"), field.get("placeholder"), 100)


def check_choices(findings: Findings, path: Path, value: object, kind: int, most_text: int = 100) -> list[Json]:
    """Choices of an option or of an autocomplete answer; `kind` is the option's type (3 text, 4 whole, 10 number)."""
    choices = listed(findings, path, value, 25)
    for index, each in enumerate(choices):
        where = (*path, index)
        only_known(findings, where, each, {"name", "name_localizations", "value"})
        text(findings, (*where, "name"), each.get("name"), 100, least=1, required=True)
        found = each.get("value")
        if kind == 3:
            text(findings, (*where, "value"), found, most_text, required=True)
        elif isinstance(found, bool) or not isinstance(found, int if kind == 4 else (int, float)):
            findings.add((*where, "value"), "NUMBER_TYPE_COERCE", f'Value "{found}" is not a number.')
    return choices
