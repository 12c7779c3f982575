"""Holds request bodies against Discord's published description of its API, where that file is at hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.stage.refusals import Findings, Json

_NAME = "urn:discord"
_FORUM_POST = "CreateForumThreadRequest"
_PERMISSIONS = ("allow", "deny", "permissions", "default_member_permissions")
_CODES = {
    "maxLength": "BASE_TYPE_MAX_LENGTH",
    "minLength": "BASE_TYPE_MIN_LENGTH",
    "maxItems": "BASE_TYPE_BAD_LENGTH",
    "minItems": "BASE_TYPE_BAD_LENGTH",
    "required": "BASE_TYPE_REQUIRED",
    "enum": "BASE_TYPE_CHOICES",
    "const": "BASE_TYPE_CHOICES",
    "maximum": "NUMBER_TYPE_MAX",
    "minimum": "NUMBER_TYPE_MIN",
    "type": "MODEL_TYPE_CONVERT",
}


def load(path: Path) -> "Specification":
    """Reads Discord's OpenAPI file and makes it quick to ask."""
    document = json.loads(path.read_text(encoding="utf-8"))
    _loosen(document["components"]["schemas"])
    _loosen_permissions(document)
    for holder in [*document["components"]["schemas"].values(), *_bodies(document)]:
        _quicken(holder, document)
    return Specification(document)


class Specification:
    """Discord's description, as far as request bodies go."""

    def __init__(self, document: Json) -> None:
        self._paths = document["paths"]
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_NAME, resource)
        self._validators: dict[str, Draft202012Validator] = {}

    def check(self, method: str, path: str, body: object, findings: Findings) -> None:
        """Adds what is wrong with the body of a request to this route."""
        pointer = self._pointer(method, path, body)
        if pointer is None:
            return
        if pointer not in self._validators:
            self._validators[pointer] = Draft202012Validator(
                {"$ref": _NAME + pointer}, registry=self._registry, format_checker=FormatChecker()
            )
        for error in self._validators[pointer].iter_errors(body):
            deepest = best_match([error]) or error
            steps = [str(step) for step in deepest.absolute_path]
            if deepest.validator == "required":
                steps += [name for name in deepest.validator_value if name not in deepest.instance][:1]
            code = _CODES.get(str(deepest.validator), "STAGE_OPENAPI")
            findings.add(tuple(steps) or "_", code, _said(deepest))

    def _pointer(self, method: str, path: str, body: object) -> str | None:
        # Of two shapes the file lets the looser pass; a forum post is known by its message.
        if path == "/channels/{channel_id}/threads" and isinstance(body, dict) and "message" in body:
            return f"#/components/schemas/{_FORUM_POST}"
        asked = self._paths.get(path, {}).get(method.lower(), {}).get("requestBody")
        if asked is None or "application/json" not in asked["content"]:
            return None
        escaped = path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        return f"#/paths/{escaped}/{method.lower()}/requestBody/content/application~1json/schema"


def _said(error: ValidationError) -> str:
    return error.message if len(error.message) <= 300 else error.message[:297] + "…"


def _bodies(document: Json) -> Iterator[Json]:
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict) and "requestBody" in operation:
                yield operation["requestBody"]["content"].get("application/json", {})


def _loosen(schemas: Json) -> None:
    """Discord takes ids as numbers too, and permissions as text: the file is narrower than the documentation."""
    schemas["SnowflakeType"] = {"anyOf": [{"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}, {"type": "integer"}]}


def _loosen_permissions(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _loosen_permissions(each)
    if not isinstance(node, dict):
        return
    for name, asked in node.items():
        if name in _PERMISSIONS and isinstance(asked, dict) and "integer" in (asked.get("type") or ()):
            kinds = asked["type"] if isinstance(asked["type"], list) else [asked["type"]]
            asked["type"] = [*kinds, "string"]
        _loosen_permissions(asked)


def _quicken(node: Any, document: Json) -> None:
    """Turns each choice among shapes that differ by `type` into one look at that field.

    That is ten times faster, and a mistake is then told where it is instead of as “not valid under any schema”.
    """
    if isinstance(node, list):
        for each in node:
            _quicken(each, document)
    if not isinstance(node, dict):
        return
    for word in ("oneOf", "anyOf"):
        by_type = _by_type(node.get(word), document)
        if by_type is not None:
            del node[word]
            known = [value for values, _ in by_type for value in values]
            node["properties"] = {"type": {"enum": known}}
            node["required"] = ["type"]
            node["type"] = "object"
            node["allOf"] = [
                {"if": {"properties": {"type": {"enum": values}}, "required": ["type"]}, "then": branch}
                for values, branch in by_type
            ]
    for value in node.values():
        if isinstance(value, dict | list):
            _quicken(value, document)


def _by_type(branches: Any, document: Json) -> list[tuple[list[Any], Json]] | None:
    """The branches by the values of their `type`, when those tell them apart."""
    if not isinstance(branches, list) or len(branches) < 2:
        return None
    found: list[tuple[list[Any], Json]] = []
    seen: set[Any] = set()
    for branch in branches:
        shape = branch
        if "$ref" in branch:
            shape = document["components"]["schemas"][branch["$ref"].rsplit("/", 1)[1]]
        kind = shape.get("properties", {}).get("type", {}) if isinstance(shape, dict) else {}
        values = kind.get("enum")
        if not values or "type" not in shape.get("required", ()) or seen & set(values):
            return None
        seen |= set(values)
        found.append((values, branch))
    return found
