"""Who may do what in a channel: Discord's permission bits and how they add up."""

from collections.abc import Iterable
from enum import IntFlag


class Permission(IntFlag):
    """The bits the stage knows by name; others are carried along as they are."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


EVERYTHING = (1 << 53) - 1

EVERYONE_STARTS_WITH = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)

# What an invitation for text, announcement, forum and threads asks for.
A_BOT_IS_INVITED_WITH = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.SEND_MESSAGES_IN_THREADS
)

IN_A_DM = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.MENTION_EVERYONE
)

_WHEN_TIMED_OUT = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
_GO_WITH_SENDING = int(
    Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
)


def base(everyone: int, roles: Iterable[int], owner: bool) -> int:
    """What a member may do in the whole guild."""
    if owner:
        return EVERYTHING
    found = everyone
    for permissions in roles:
        found |= permissions
    return EVERYTHING if found & Permission.ADMINISTRATOR else found


def overwritten(
    found: int,
    everyone: tuple[int, int] | None,
    roles: Iterable[tuple[int, int]],
    member: tuple[int, int] | None,
) -> int:
    """A channel's overwrites, as (allow, deny): @everyone's first, then all roles' at once, then the member's own."""
    if found & Permission.ADMINISTRATOR:
        return EVERYTHING
    allow = deny = 0
    for each_allow, each_deny in roles:
        allow |= each_allow
        deny |= each_deny
    for step in (everyone, (allow, deny), member):
        if step is not None:
            found = (found & ~step[1]) | step[0]
    return found


def implied(found: int, *, thread: bool, timed_out: bool) -> int:
    """What falls away by itself: without sight everything, without sending all that goes with it."""
    if found & Permission.ADMINISTRATOR:
        return EVERYTHING
    if timed_out:
        found &= _WHEN_TIMED_OUT
    if not found & Permission.VIEW_CHANNEL:
        return 0
    if not found & (Permission.SEND_MESSAGES_IN_THREADS if thread else Permission.SEND_MESSAGES):
        found &= ~_GO_WITH_SENDING
    return found


def names(bits: int) -> list[str]:
    return [each.name for each in Permission if each.name and bits & each]
