"""From the body of a request to a draft that may be said."""

import mimetypes
from typing import Any

from bot.stage.drafts import EVERYTHING, Draft
from bot.stage.messages import Attachment, Message, MessageFlag, walk
from bot.stage.refusals import Findings, Json, Plain, Refusal
from bot.stage.rest.call import Call
from bot.stage.rules.embeds import check_embeds
from bot.stage.rules.messages import EDITED, MAY_BE_EDITED, MAY_BE_SENT, MOST_FILES, SENT, check_message, is_too_heavy


def new_draft(
    call: Call,
    body: Json,
    channel_id: int,
    *,
    known: frozenset[str] = SENT,
    may_set: int = MAY_BE_SENT,
    parsed_by_default: tuple[str, ...] = EVERYTHING,
    path: tuple[str, ...] = (),
) -> Draft:
    """A first message from a body. `path` is where in the request the message stands."""
    findings = Findings()
    check_message(findings, path, body, known=known, may_set=may_set, files=_names(call, body))
    findings.refuse()
    draft = Draft(parsed_by_default=parsed_by_default)
    _fill(call, draft, body, channel_id)
    draft.flags = body.get("flags") or 0
    if draft.says_nothing and not body.get("sticker_ids") and not body.get("poll"):
        raise Refusal(50006)
    return draft


def edited_draft(
    call: Call,
    message: Message,
    body: Json,
    *,
    known: frozenset[str] = EDITED,
    may_set: int = MAY_BE_EDITED,
    path: tuple[str, ...] = (),
) -> Draft:
    """A message's parts with those replaced that the body names."""
    findings = Findings()
    was_cv2 = bool(message.flags & MessageFlag.IS_COMPONENTS_V2)
    kept = [each.filename for each in message.attachments]
    files = [*_names(call, body), *kept]
    check_message(findings, path, body, known=known, may_set=may_set, was_cv2=was_cv2, files=files)
    _check_turning(findings, path, message, body, was_cv2)
    findings.refuse()
    draft = Draft(message.content, list(message.embeds), list(message.components), list(message.attachments))
    draft.reference, draft.tts = message.reference, message.tts
    _fill(call, draft, body, message.channel_id)
    settable = MAY_BE_EDITED if body.get("flags") is not None else 0
    kept_flags = message.flags & ~(settable & ~MessageFlag.IS_COMPONENTS_V2)
    draft.flags = (kept_flags | (body.get("flags") or 0) & settable) & ~MessageFlag.LOADING
    if draft.says_nothing:
        raise Refusal(50006)
    return draft


def _check_turning(findings: Findings, path: tuple[str, ...], message: Message, body: Json, was_cv2: bool) -> None:
    """To become a message of components only, it has to give up its content and embeds in the same request."""
    turns = not was_cv2 and (body.get("flags") or 0) & MessageFlag.IS_COMPONENTS_V2
    for name, held in (("content", message.content), ("embeds", message.embeds)):
        if turns and held and name not in body:
            findings.add((*path, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                         f"The message still has {name}; set it to nothing in the same edit")  # fmt: skip


def _fill(call: Call, draft: Draft, body: Json, channel_id: int) -> None:
    if "content" in body:
        draft.content = body["content"] or ""
    if "embeds" in body:
        draft.embeds = check_embeds(Findings(), (), body["embeds"])
    if "components" in body:
        draft.components = body["components"] or []
    if "tts" in body:
        draft.tts = bool(body["tts"])
    draft.allowed_mentions = body.get("allowed_mentions")
    if is_too_heavy(draft.content, draft.embeds, draft.components):
        raise Heavy()
    _attach(call, draft, body, channel_id)
    _point_at_files(draft)


class Heavy(Plain):
    """Discord breaks under too many bytes of text. It is the client's doing, so it counts as a violation."""

    def __init__(self) -> None:
        super().__init__(500, "Internal Server Error")

    @property
    def is_violation(self) -> bool:
        return True


def _attach(call: Call, draft: Draft, body: Json, channel_id: int) -> None:
    described = {str(each.get("id")): each for each in body.get("attachments") or []}
    if "attachments" in body:
        draft.attachments = [each for each in draft.attachments if str(each.id) in described]
    for key, upload in call.files.items():
        index = key.removeprefix("files[").removesuffix("]")
        told = described.get(index, {})
        made = call.stage.clock.snowflake()
        name = str(told.get("filename") or upload.filename)
        url = f"{call.stage.url}/attachments/{channel_id}/{made}/{name}"
        kind = mimetypes.guess_type(name)[0] or upload.content_type
        draft.attachments.append(Attachment(made, name, upload.content, kind, url, told.get("description")))
    if len(draft.attachments) > MOST_FILES:
        raise Refusal(30015)


def _names(call: Call, body: Json) -> list[str]:
    told = [str(each.get("filename")) for each in body.get("attachments") or [] if isinstance(each, dict)]
    return [*told, *(upload.filename for upload in call.files.values())]


def _point_at_files(draft: Draft) -> None:
    """Makes `attachment://name` the address of the file that came with the message."""
    urls = {each.filename: each.url for each in draft.attachments}

    def resolve(holder: Any, name: str) -> None:
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, str) and value.startswith("attachment://"):
            holder[name] = urls.get(value.removeprefix("attachment://"), value)

    for embed in draft.embeds:
        for part, name in (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"), ("author", "icon_url")):
            resolve(embed.get(part), name)
    for each in walk(draft.components):
        for holder in (each, *(each.get("items") or ())):
            resolve(holder.get("media"), "url")
            resolve(holder.get("file"), "url")
