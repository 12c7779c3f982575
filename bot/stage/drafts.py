"""What someone wants to say, before it is a message, and whom it would ping where."""

from dataclasses import dataclass, field

from bot.stage.messages import (
    MENTIONED_ALL,
    MENTIONED_ROLE,
    MENTIONED_USER,
    Attachment,
    MessageFlag,
    Pings,
    spoken_text,
    walk,
)
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel
from bot.stage.refusals import Json

EVERYTHING = ("everyone", "roles", "users")  # what a plain send parses when nothing is said
USERS_ONLY = ("users",)  # what interactions and webhooks parse then


@dataclass(slots=True)
class Draft:
    """The parts of a message body, checked and in Discord's own form."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    tts: bool = False
    allowed_mentions: Json | None = None
    parsed_by_default: tuple[str, ...] = EVERYTHING
    reference: Json | None = None

    @property
    def says_nothing(self) -> bool:
        return not (self.content.strip() or self.embeds or self.components or self.attachments)


def numbered(components: list[Json]) -> list[Json]:
    """Components as Discord gives them back: each with an id."""
    taken = {each["id"] for each in walk(components) if each.get("id")}
    following = 1
    for each in walk(components):
        for default in each.get("default_values") or ():
            default["id"] = str(default.get("id", ""))  # as a number it may be said, but no answer has it so
        if not each.get("id"):
            while following in taken:
                following += 1
            each["id"] = following
            taken.add(following)
    return components


def pings_of(draft: Draft, channel: Channel, author: User) -> tuple[Pings, list[User]]:
    """Whom this pings in that channel, and which users it names."""
    text = spoken_text(draft.content, draft.components)
    pings = Pings(silent=bool(draft.flags & MessageFlag.SUPPRESS_NOTIFICATIONS))
    guild = channel.guild
    around = [member.user for member in guild.members.values()] if guild else channel.recipients
    named = {int(found) for found in MENTIONED_USER.findall(text)}
    mentions = [user for user in around if user.id in named]
    pings.users = [user.id for user in mentions if _allowed(draft, "users", user.id)]
    if guild is not None:
        may_all = channel.lets(author, Permission.MENTION_EVERYONE)
        pings.everyone = bool(MENTIONED_ALL.search(text)) and may_all and _allowed(draft, "everyone", None)
        for found in dict.fromkeys(int(each) for each in MENTIONED_ROLE.findall(text)):
            role = guild.roles.get(found)
            if role and (role.mentionable or may_all) and _allowed(draft, "roles", role.id):
                pings.roles.append(role.id)
    pings.members = _come_down_to(pings, channel, author, around)
    return pings, mentions


def _allowed(draft: Draft, group: str, key: int | None) -> bool:
    allowed = draft.allowed_mentions
    if allowed is None:
        return group in draft.parsed_by_default
    if group in (allowed.get("parse") or ()):
        return True
    return key is not None and str(key) in {str(each) for each in allowed.get(group) or ()}


def _come_down_to(pings: Pings, channel: Channel, author: User, around: list[User]) -> list[int]:
    guild = channel.guild
    reached = []
    for user in around:
        if user is author or user.bot or not channel.seen_by(user):
            continue
        held = set(guild.members[user.id].roles) if guild else set()
        if pings.everyone or user.id in pings.users or held & set(pings.roles):
            reached.append(user.id)
    return reached
