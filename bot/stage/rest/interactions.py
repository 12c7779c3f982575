"""Routes of interactions: a person acts, the bot answers, edits its answer, follows up."""

from typing import Any

from bot.stage.acts import act
from bot.stage.drafts import USERS_ONLY, Draft
from bot.stage.interactions import AUTOCOMPLETE, COMPONENT, FOLLOWUPS_WITHOUT_BOT, MODAL, Interaction
from bot.stage.messages import Message, MessageFlag
from bot.stage.refusals import Findings, Json, Refusal
from bot.stage.rest import webhooks
from bot.stage.rest.call import ANYONE, PERSON, Call, Reply, Route
from bot.stage.rest.drafting import edited_draft, new_draft
from bot.stage.rules.fields import only_known
from bot.stage.rules.messages import EDITED, MAY_BE_EDITED, MAY_BE_SENT, WEBHOOK
from bot.stage.rules.modals import check_choices, check_modal

PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 1, 4, 5, 6, 7, 8, 9
ANSWER_FLAGS = MAY_BE_SENT | MessageFlag.EPHEMERAL
EDIT_FLAGS = MAY_BE_EDITED | MessageFlag.EPHEMERAL  # the latter is passed over


async def begin(call: Call) -> None:
    """What Discord's own client sends when a person acts. 204, and the rest comes as events."""
    act(call.stage, call.user, call.fields)


async def callback(call: Call) -> Any:
    found = call.stage.interactions.for_callback(call.where["interaction_id"], call.where["interaction_token"])
    body = call.fields
    kind = body.get("type")
    findings = Findings()
    only_known(findings, (), body, {"type", "data"})
    if kind not in _allowed(found):
        findings.add("type", "INTERACTION_CALLBACK_TYPE", f"A response of type {kind} cannot answer this interaction.")
    findings.refuse()
    data = body.get("data") or {}
    message = _carry_out(call, found, int(kind or 0), data)
    if not call.says("with_response"):
        return None
    return Reply(200, _told(found, int(kind or 0), message))


def _allowed(found: Interaction) -> tuple[int, ...]:
    """Which responses fit: choices only an autocomplete, a modal never a modal, updates only where a message is."""
    if found.kind == AUTOCOMPLETE:
        return (CHOICES,)
    updates = (DEFERRED_UPDATE, UPDATE) if found.message is not None else ()
    if found.kind == MODAL:
        return (MESSAGE, DEFERRED, *updates)
    return (MESSAGE, DEFERRED, SHOW_MODAL, *(updates if found.kind == COMPONENT else ()))


def _carry_out(call: Call, found: Interaction, kind: int, data: Json) -> Message | None:
    interactions = call.stage.interactions
    if kind == CHOICES:
        _offer(call, found, data)
        return None
    if kind == SHOW_MODAL:
        findings = Findings()
        check_modal(findings, ("data",), data)
        findings.refuse()
        interactions.answer(found, kind)
        found.modal = data
        interactions.settle(found, "modal", modal={**data, "id": str(found.id)})
        return None
    if kind == MESSAGE:
        draft = _answer_draft(call, found, data, ("data",))
        interactions.answer(found, kind)
        found.original = _say(call, found, draft)
    elif kind == DEFERRED:
        _think(call, found, data)
        return found.original
    elif kind == UPDATE:
        assert found.message is not None
        if found.message.id not in found.channel.messages:
            raise Refusal(10008)
        draft = edited_draft(call, found.message, data, known=EDITED, may_set=EDIT_FLAGS, path=("data",))
        interactions.answer(found, kind)
        found.original = found.message
        call.stage.world.edit(found.message, draft)
    else:
        interactions.answer(found, kind)
        found.original = found.message
        interactions.settle(found, "answered")
        return None
    interactions.settle(found, "answered", message=found.original.staged())
    return found.original


def _offer(call: Call, found: Interaction, data: Json) -> None:
    findings = Findings()
    only_known(findings, ("data",), data, {"choices"})
    focused = _focused(found.data.get("options") or [])
    kind = focused.get("type", 3) if focused else 3
    choices = check_choices(findings, ("data", "choices"), data.get("choices"), kind)
    findings.refuse()
    call.stage.interactions.answer(found, CHOICES)
    found.choices = choices
    call.stage.interactions.settle(found, "autocomplete", choices=choices)


def _focused(options: list[Json]) -> Json | None:
    for each in options:
        inner = _focused(each.get("options") or [])
        if each.get("focused") or inner:
            return inner or each
    return None


def _think(call: Call, found: Interaction, data: Json) -> None:
    """“… is thinking”: a message that will be filled in."""
    findings = Findings()
    flags = data.get("flags") or 0
    only_known(findings, ("data",), data, {"flags", "tts"})
    if flags & ~(MessageFlag.EPHEMERAL | MessageFlag.SUPPRESS_NOTIFICATIONS):
        findings.add(("data", "flags"), "MESSAGE_FLAGS_INVALID", "A deferral can only be ephemeral.")
    findings.refuse()
    call.stage.interactions.answer(found, DEFERRED)
    found.deferred = True
    found.original = _say(call, found, Draft(flags=flags | MessageFlag.LOADING))
    call.stage.interactions.settle(found, "deferred", message=found.original.staged())


def _answer_draft(call: Call, found: Interaction, data: Json, path: tuple[str, ...] = ()) -> Draft:
    draft = new_draft(
        call,
        data,
        found.channel.id,
        known=WEBHOOK,
        may_set=ANSWER_FLAGS,
        parsed_by_default=USERS_ONLY,
        path=path,
    )
    if found.forced_ephemeral:
        draft.flags |= MessageFlag.EPHEMERAL
    return draft


def _say(call: Call, found: Interaction, draft: Draft) -> Message:
    if found.forced_ephemeral:
        draft.flags |= MessageFlag.EPHEMERAL
    draft.parsed_by_default = USERS_ONLY
    bot = call.stage.world.bot
    only_for = found.user.id if draft.flags & MessageFlag.EPHEMERAL else None
    return call.stage.world.post(
        found.channel,
        bot,
        draft,
        kind=20 if found.kind == 2 else 0,
        only_for=only_for,
        interaction=_metadata(found),
        application_id=bot.id,
        webhook_id=bot.id,
    )


def _metadata(found: Interaction) -> Json:
    body: Json = {
        "id": str(found.id),
        "type": found.kind,
        "user": found.user.json(),
        "authorizing_integration_owners": found.owners,
    }
    if found.command is not None:
        body |= {"name": _whole_name(found), "command_type": found.command["type"]}
    if found.kind == COMPONENT and found.message is not None:
        body["interacted_message_id"] = str(found.message.id)
    if found.parent is not None:
        body["triggering_interaction_metadata"] = _metadata(found.parent)
    return body


def _whole_name(found: Interaction) -> str:
    """With its group and subcommand: “desk feed add”."""
    names = [str(found.data["name"])]
    options = found.data.get("options") or []
    while options and options[0].get("type") in (1, 2):
        names.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(names)


def _told(found: Interaction, kind: int, message: Message | None) -> Json:
    body: Json = {"interaction": {"id": str(found.id), "type": found.kind}}
    if message is not None:
        body["interaction"] |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.is_loading,
            "response_message_ephemeral": message.only_for is not None,
        }
        body["resource"] = {"type": kind, "message": message.json()}
    return body


# the interaction's webhook: follow-ups, and the first answer as @original


async def follow_up(call: Call) -> Any:
    if _is_a_channels(call):
        return await webhooks.execute(call)
    found = call.stage.interactions.for_webhook(call.where["webhook_id"], call.where["webhook_token"])
    draft = _answer_draft(call, found, call.fields)
    loading = found.original is not None and found.original.is_loading and found.deferred
    if loading and found.original is not None:
        # The first follow-up after a deferral fills in the thinking message, and keeps its visibility.
        draft.flags = draft.flags & ~MessageFlag.EPHEMERAL | found.original.flags & MessageFlag.EPHEMERAL
        call.stage.world.edit(found.original, draft)
        call.stage.interactions.settle(found, "answered", message=found.original.staged())
        return Reply(200, found.original.json())
    if found.is_by_user_install_only and len(found.followups) >= FOLLOWUPS_WITHOUT_BOT:
        raise Refusal(40094)
    message = _say(call, found, draft)
    found.followups.append(message)
    return Reply(200, message.json())


def _own_message(call: Call) -> tuple[Interaction, Message]:
    found = call.stage.interactions.for_webhook(call.where["webhook_id"], call.where["webhook_token"])
    wanted = call.where.get("message_id", "@original")
    answers = {str(each.id): each for each in found.messages}
    if found.original is not None:
        answers["@original"] = found.original
    if found.message is not None:
        answers.setdefault(str(found.message.id), found.message)
    message = answers.get(wanted)
    if message is None or message.id not in found.channel.messages:
        raise Refusal(10008)
    return found, message


def _is_a_channels(call: Call) -> bool:
    """Whether the path means a channel's webhook; the application's own id stands for its interactions."""
    return call.where["webhook_id"] != str(call.stage.world.bot.id)


async def get_answer(call: Call) -> Json:
    if _is_a_channels(call):
        return await webhooks.get_message(call)
    return _own_message(call)[1].json()


async def edit_answer(call: Call) -> Json:
    if _is_a_channels(call):
        return await webhooks.edit_message(call)
    found, message = _own_message(call)
    was_loading = message.is_loading
    draft = edited_draft(call, message, call.fields, known=WEBHOOK, may_set=EDIT_FLAGS)
    draft.parsed_by_default = USERS_ONLY
    call.stage.world.edit(message, draft)
    if was_loading:
        call.stage.interactions.settle(found, "answered", message=message.staged())
    return message.json()


async def delete_answer(call: Call) -> None:
    if _is_a_channels(call):
        return await webhooks.delete_message(call)
    _, message = _own_message(call)
    call.stage.world.delete(message)
    return None


_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_OPEN = frozenset({ANYONE})
ROUTES = [
    Route("POST", "/interactions", begin, frozenset({PERSON}), exempt=True),
    Route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", callback, _OPEN, exempt=True),
    Route("POST", _HOOK, follow_up, _OPEN, exempt=True),
    *(
        Route(method, f"{_HOOK}/messages/{which}", answer, _OPEN, exempt=True)
        for which in ("@original", "{message_id}")
        for method, answer in (("GET", get_answer), ("PATCH", edit_answer), ("DELETE", delete_answer))
    ),
]
