"""Small checks that every kind of body needs: known fields, types, addresses."""

from collections.abc import Collection
from urllib.parse import urlsplit

from bot.stage.refusals import Findings, Json

Path = tuple[str | int, ...]

REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")
NOT_AN_OBJECT = ("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")


def only_known(findings: Findings, path: Path, body: Json, known: Collection[str]) -> None:
    """A field that Discord does not know is a mistake of ours, although Discord itself would pass over it."""
    for name in body:
        if name not in known:
            findings.add((*path, name), "STAGE_UNKNOWN_FIELD", "Discord knows no such field here.")


def is_object(findings: Findings, path: Path, value: object) -> bool:
    if isinstance(value, dict):
        return True
    findings.add(path, *NOT_AN_OBJECT)
    return False


def listed(findings: Findings, path: Path, value: object, most: int, least: int = 0) -> list[Json]:
    """The objects of a list, once it is one and of a lawful length."""
    if value is None:
        value = []
    if not isinstance(value, list):
        findings.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    if not least <= len(value) <= most:
        findings.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    for index, each in enumerate(value):
        is_object(findings, (*path, index), each)
    return [each if isinstance(each, dict) else {} for each in value]


def number(findings: Findings, path: Path, value: object, least: int, most: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        findings.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    elif not least <= value <= most:
        findings.add(path, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}.")


def text(findings: Findings, path: Path, value: object, most: int, *, least: int = 0, required: bool = False) -> None:
    if value is None:
        if required:
            findings.add(path, *REQUIRED)
        return
    if not isinstance(value, str):
        findings.add(path, "STRING_TYPE_CONVERT", "Could not interpret as string.")
        return
    findings.longer(path, value, most, least)


def address(
    findings: Findings, path: Path, value: object, *, schemes: tuple[str, ...] = ("http", "https"), most: int = 2048
) -> None:
    """A whole address of an allowed scheme, without blanks."""
    if value is None:
        return
    if not isinstance(value, str) or not is_address(value, schemes):
        named = ", ".join(f"'{each}'" for each in schemes)
        findings.add(path, "URL_TYPE_INVALID_URL", f"Not a well formed URL, or its scheme is not one of ({named}).")
    else:
        findings.longer(path, value, most)


def is_address(value: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    if any(each.isspace() or each in '<>"{}|\\^`' or ord(each) < 32 for each in value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc)
