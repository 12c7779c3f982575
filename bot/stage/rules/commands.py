"""What an application command may look like."""

import re
import unicodedata
from collections.abc import Callable

from bot.stage.refusals import Findings, Json
from bot.stage.rules.fields import REQUIRED, Path, is_object, listed, number, only_known, text
from bot.stage.rules.modals import check_choices

LOCALES = frozenset(
    {
        *(
            "id",
            "da",
            "de",
            "en-GB",
            "en-US",
            "es-ES",
            "es-419",
            "fr",
            "hr",
            "it",
            "lt",
            "hu",
            "nl",
            "no",
            "pl",
            "pt-BR",
        ),
        *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    }
)
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, CHANNEL, NUMBER = 3, 4, 7, 10
MOST_TEXT = 8000
MOST_BY_TYPE = {1: 100, 2: 15, 3: 15}
_KNOWN = {"id", "application_id", "guild_id", "version", "type", "name", "name_localizations", "description",
          "description_localizations", "options", "default_member_permissions", "dm_permission", "default_permission",
          "nsfw", "integration_types", "contexts", "handler"}  # fmt: skip
_OPTION = {"type", "name", "name_localizations", "description", "description_localizations", "required", "choices",
           "options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete",
           "file_types"}  # fmt: skip


def check_commands(findings: Findings, commands: list[Json]) -> None:
    """All commands of a bulk overwrite."""
    for index, each in enumerate(commands):
        check_command(findings, (index,), each)
    kinds = [(each.get("type") or 1, each.get("name")) for each in commands]
    for index, key in enumerate(kinds):
        if key in kinds[:index]:
            findings.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names are unique")
    for kind, most in MOST_BY_TYPE.items():
        if sum(each[0] == kind for each in kinds) > most:
            findings.add("_", "APPLICATION_COMMAND_TOO_MANY", f"At most {most} commands of type {kind}.")


def check_command(findings: Findings, path: Path, command: Json) -> None:
    only_known(findings, path, command, _KNOWN)
    kind = command.get("type") or 1
    if kind not in (1, 2, 3):
        findings.add((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
        return
    _check_names(findings, path, command, slash=kind == 1)
    if kind != 1:
        if command.get("description"):
            findings.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET",
                         "Context menu commands cannot have description")  # fmt: skip
        if command.get("options"):
            findings.add((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", "No options in context menus")
        return
    _check_options(findings, (*path, "options"), command.get("options"), depth=0)
    if size(command) > MOST_TEXT:
        findings.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_TEXT})")
    for name, most in (("contexts", 2), ("integration_types", 1)):
        for index, each in enumerate(command.get(name) or ()):
            number(findings, (*path, name, index), each, 0, most)


def size(command: Json) -> int:
    """The characters of names, descriptions and values; of a translated field only the longest counts."""
    found = 0
    for name in ("name", "description"):
        spoken = [command.get(name), *(command.get(f"{name}_localizations") or {}).values()]
        found += max((len(each) for each in spoken if isinstance(each, str)), default=0)
    if isinstance(command.get("value"), str):
        found += len(command["value"])
    inner = [*(command.get("options") or ()), *(command.get("choices") or ())]
    return found + sum(size(each) for each in inner if isinstance(each, dict))


def is_name(name: str) -> bool:
    """Letters of any script, digits, dash, underscore, apostrophe; lower case wherever there is one."""
    if not 1 <= len(name) <= 32 or name != name.lower():
        return False
    return all(
        each in "-_'" or unicodedata.category(each)[0] in "LN" or re.match("[\u0900-\u097f\u0e00-\u0e7f]", each)
        for each in name
    )


def _check_names(findings: Findings, path: Path, holder: Json, *, slash: bool) -> None:
    text(findings, (*path, "name"), holder.get("name"), 32, least=1, required=True)
    name_is_good: Callable[[str], bool] = is_name if slash else (lambda each: 1 <= len(each) <= 32)
    if isinstance(holder.get("name"), str) and not name_is_good(holder["name"]):
        findings.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if slash:
        text(findings, (*path, "description"), holder.get("description"), 100, least=1, required=True)
    for field, good in (("name", name_is_good), ("description", lambda each: 1 <= len(each) <= 100)):
        translated = holder.get(f"{field}_localizations")
        if translated is None or not is_object(findings, (*path, f"{field}_localizations"), translated):
            continue
        for locale, value in translated.items():
            where = (*path, f"{field}_localizations", locale)
            if locale not in LOCALES:
                findings.add(where, "ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid enum value.')
            elif value is not None and (not isinstance(value, str) or not good(value)):
                findings.add(where, "APPLICATION_COMMAND_INVALID_LOCALIZATION", f"The {field} in {locale} is invalid")


def _check_options(findings: Findings, path: Path, value: object, *, depth: int) -> None:
    options = listed(findings, path, value, 25)
    optional_seen = False
    kinds = {each.get("type") for each in options}
    if kinds & {SUBCOMMAND, GROUP} and kinds - {SUBCOMMAND, GROUP}:
        findings.add(path, "APPLICATION_COMMAND_OPTIONS_MIXED", "Subcommands and options do not mix")
    for index, option in enumerate(options):
        where = (*path, index)
        only_known(findings, where, option, _OPTION)
        _check_names(findings, where, option, slash=True)
        kind = option.get("type")
        if isinstance(kind, bool) or kind not in range(1, 12):
            findings.add((*where, "type"), "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
        elif kind in (SUBCOMMAND, GROUP):
            if (kind == GROUP and depth > 0) or depth > 1:
                findings.add((*where, "type"), "APPLICATION_COMMAND_NESTING", "Only command, group, subcommand nest")
            _check_options(
                findings, (*where, "options"), option.get("options"), depth=depth + (1 if kind == GROUP else 2)
            )
        else:
            _check_value_option(findings, where, option, kind)
            if option.get("required") and optional_seen:
                findings.add((*where, "required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                             "Required options must be placed before non-required options")  # fmt: skip
            optional_seen = optional_seen or not option.get("required")
    _check_option_names(findings, path, options)


def _check_option_names(findings: Findings, path: Path, options: list[Json]) -> None:
    seen: dict[str, int] = {}
    for index, option in enumerate(options):
        spoken = {option.get("name"), *(option.get("name_localizations") or {}).values()}
        for each in spoken:
            if isinstance(each, str) and seen.setdefault(each, index) != index:
                findings.add((*path, index, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE",
                             "Option names must be unique, translated ones too")  # fmt: skip


def _check_value_option(findings: Findings, path: Path, option: Json, kind: object) -> None:
    if option.get("choices") and kind not in (STRING, INTEGER, NUMBER):
        findings.add((*path, "choices"), "APPLICATION_COMMAND_OPTION_CHOICES", "This type of option has no choices")
    elif option.get("choices") is not None:
        check_choices(findings, (*path, "choices"), option.get("choices"), int(str(kind)))
    if option.get("autocomplete"):
        if option.get("choices"):
            findings.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE", "Choices or autocomplete")
        if kind not in (STRING, INTEGER, NUMBER):
            findings.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE", "Not for this type")
    if kind != CHANNEL and option.get("channel_types"):
        findings.add((*path, "channel_types"), *REQUIRED)
    if kind == STRING:
        number(findings, (*path, "min_length"), option.get("min_length"), 0, 6000)
        number(findings, (*path, "max_length"), option.get("max_length"), 1, 6000)
    elif kind == INTEGER:
        for name in ("min_value", "max_value"):
            number(findings, (*path, name), option.get(name), -(2**53) + 1, 2**53 - 1)
