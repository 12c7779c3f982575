"""What a message may hold, as a whole."""

from collections.abc import Collection, Sequence

from bot.stage.messages import MessageFlag, spoken_text, walk
from bot.stage.refusals import Findings, Json
from bot.stage.rules.components import check_components
from bot.stage.rules.embeds import check_embeds
from bot.stage.rules.fields import Path, is_object, listed, number, only_known, text

MOST_CONTENT = 2000
MOST_FILES = 10
# Beyond these sums of UTF-8 bytes Discord does not refuse, it breaks: 500 (reported; no official number for embeds).
MOST_CV2_BYTES = 10170
MOST_LEGACY_BYTES = 12000

MAY_BE_SENT = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.IS_COMPONENTS_V2 | 1 << 13
MAY_BE_EDITED = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2

COMMON = frozenset(
    {"content", "embeds", "embed", "components", "attachments", "flags", "allowed_mentions", "tts", "poll"}
)
SENT = COMMON | {"nonce", "enforce_nonce", "message_reference", "sticker_ids", "shared_client_theme"}
EDITED = COMMON | {"sticker_ids"}  # discord.py sends `tts` with an edit
WEBHOOK = COMMON | {"username", "avatar_url", "thread_name", "applied_tags"}


def check_message(
    findings: Findings,
    path: Path,
    body: Json,
    *,
    known: Collection[str] = SENT,
    may_set: int = MAY_BE_SENT,
    was_cv2: bool = False,
    files: Sequence[str] = (),
) -> None:
    """Everything that can be said of a body without knowing where it goes."""
    only_known(findings, path, body, known)
    text(findings, (*path, "content"), body.get("content"), MOST_CONTENT)
    flags = body.get("flags") or 0
    number(findings, (*path, "flags"), flags, 0, 2**32)
    if isinstance(flags, int) and flags & ~may_set & 0xFFFFFFFF:
        findings.add((*path, "flags"), "MESSAGE_FLAGS_INVALID", f"These flags cannot be set: {flags & ~may_set}.")
    cv2 = was_cv2 or bool(isinstance(flags, int) and flags & MessageFlag.IS_COMPONENTS_V2)
    if cv2:
        for name in ("content", "embeds", "embed", "sticker_ids", "poll"):
            if body.get(name):
                findings.add((*path, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                             f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")  # fmt: skip
    check_embeds(findings, (*path, "embeds"), body.get("embeds"))
    check_components(findings, (*path, "components"), body.get("components"), cv2=cv2, files=files)
    check_allowed_mentions(findings, (*path, "allowed_mentions"), body.get("allowed_mentions"))
    check_nonce(findings, (*path, "nonce"), body)
    for index, each in enumerate(listed(findings, (*path, "attachments"), body.get("attachments"), MOST_FILES)):
        text(findings, (*path, "attachments", index, "description"), each.get("description"), 1024)


def check_allowed_mentions(findings: Findings, path: Path, allowed: object) -> None:
    if allowed is None or not is_object(findings, path, allowed):
        return
    assert isinstance(allowed, dict)
    only_known(findings, path, allowed, {"parse", "users", "roles", "replied_user"})
    parse = allowed.get("parse") or []
    for index, each in enumerate(parse):
        if each not in ("users", "roles", "everyone"):
            findings.add((*path, "parse", index), "BASE_TYPE_CHOICES", "Value must be one of {roles, users, everyone}.")
    for group in ("users", "roles"):
        named = allowed.get(group) or []
        if len(named) > 100:
            findings.add((*path, group), "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.")
        if len({str(each) for each in named}) < len(named):
            findings.add((*path, group), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        if named and group in parse:
            findings.add((*path, "parse"), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                         f'parse:["{group}"] and {group}: [ids...] are mutually exclusive.')  # fmt: skip


def check_nonce(findings: Findings, path: Path, body: Json) -> None:
    nonce = body.get("nonce")
    if isinstance(nonce, str):
        text(findings, path, nonce, 25)
    elif nonce is not None:
        number(findings, path, nonce, -(2**63), 2**63 - 1)
    if body.get("enforce_nonce") and nonce in (None, ""):
        findings.add(path, "BASE_TYPE_REQUIRED", "This field is required")


def is_too_heavy(content: str, embeds: list[Json], components: list[Json]) -> bool:
    """Whether Discord would answer 500 for the sheer number of bytes, CJK text being three a character."""
    shown = [each for each in walk(components) if each.get("type") == 10]
    if shown:
        return len(spoken_text(content, components).encode()) + 12 * len(shown) > MOST_CV2_BYTES
    return len(content.encode()) + sum(_bytes(each) for each in embeds) > MOST_LEGACY_BYTES


def _bytes(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict):
        return sum(_bytes(each) for each in value.values())
    if isinstance(value, list):
        return sum(_bytes(each) for each in value)
    return 0
