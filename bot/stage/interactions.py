"""What a person did with the bot, from the click to the last follow-up."""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.stage.clock import Alarm, StageClock
from bot.stage.messages import Message
from bot.stage.people import User
from bot.stage.places import Channel, Event, Guild, Tell
from bot.stage.refusals import Json, Refusal

SECONDS_TO_ANSWER = 3.0
SECONDS_OF_TOKEN = 900.0
FOLLOWUPS_WITHOUT_BOT = 5

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5


@dataclass(slots=True, eq=False)
class Interaction:
    """One act of a person, and all that the bot made of it."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    guild: Guild | None
    data: Json
    opened_at: float
    nonce: str | None = None
    message: Message | None = None  # the one whose component was used
    command: Json | None = None
    payload: Json = field(default_factory=dict)  # as the gateway sent it
    parent: "Interaction | None" = None  # the one whose modal this submits
    owners: dict[str, str] = field(default_factory=dict)  # authorizing_integration_owners
    forced_ephemeral: bool = False
    state: str = "sent"
    deferred: bool = False
    ephemeral: bool = False
    response_type: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] | None = None
    modal: Json | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _finished: asyncio.Event = field(default_factory=asyncio.Event)
    _alarm: Alarm | None = None

    @property
    def messages(self) -> list[Message]:
        """All that the bot said: the first answer, then the follow-ups."""
        return [*([self.original] if self.original else []), *self.followups]

    @property
    def is_by_user_install_only(self) -> bool:
        return "0" not in self.owners

    async def answered(self, timeout: float = 3.0) -> "Interaction":  # noqa: ASYNC109 - a test's own patience
        """Waits for the first response of any type; raises TimeoutError when none came."""
        async with asyncio.timeout(timeout):
            await self._answered.wait()
        if self.state == "failed":
            raise TimeoutError("The application did not respond")
        return self

    async def finished(self, timeout: float = 3.0) -> "Interaction":  # noqa: ASYNC109
        """Waits until the answer is there: for a deferred one, until the thinking is over."""
        async with asyncio.timeout(timeout):
            await self._finished.wait()
        return await self.answered(timeout)


class Interactions:
    """All open interactions, by token."""

    def __init__(self, clock: StageClock, tell: Tell) -> None:
        self.clock = clock
        self.tell = tell
        self._by_token: dict[str, Interaction] = {}
        self._by_id: dict[int, Interaction] = {}

    def open(self, **what: Any) -> Interaction:
        """Begins an interaction; whoever opens it sends its payload to the bot."""
        made = Interaction(self.clock.snowflake(), secrets.token_urlsafe(64), opened_at=self.clock.time(), **what)
        self._by_token[made.token] = self._by_id[made.id] = made
        self._forget()
        made._alarm = self.clock.call_later(SECONDS_TO_ANSWER, lambda: self._too_late(made))
        self._told(made, "sent")
        return made

    def for_callback(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that may still be answered for the first time."""
        found = self._by_token.get(token)
        if found is None or str(found.id) != interaction_id or found.state == "failed":
            raise Refusal(10062)
        if found.response_type is not None:
            raise Refusal(40060)
        return found

    def for_webhook(self, application_id: str, token: str) -> Interaction:
        """The interaction that may be answered further: once it has been, and for fifteen minutes."""
        found = self._by_token.get(token)
        if found is None:
            raise Refusal(10015)
        if self.clock.time() > found.opened_at + SECONDS_OF_TOKEN:
            raise Refusal(50027)
        if found.response_type is None or found.payload.get("application_id") != application_id:
            raise Refusal(10015)
        return found

    def by_id(self, interaction_id: int) -> Interaction | None:
        return self._by_id.get(interaction_id)

    def answer(self, interaction: Interaction, response_type: int) -> None:
        """The first response has come."""
        interaction.response_type = response_type
        if interaction._alarm is not None:
            interaction._alarm.cancel()
        interaction._answered.set()

    def settle(self, interaction: Interaction, state: str, **more: Any) -> None:
        """Tells the person how it stands: deferred, answered, autocomplete, modal."""
        interaction.state = state
        if state != "deferred":
            interaction._finished.set()
        self._told(interaction, state, **more)

    def _too_late(self, interaction: Interaction) -> None:
        if interaction.response_type is None:
            interaction.state = "failed"
            interaction._answered.set()
            interaction._finished.set()
            self._told(interaction, "failed", error="The application did not respond")

    def _told(self, interaction: Interaction, state: str, **more: Any) -> None:
        body = {"id": str(interaction.id), "nonce": interaction.nonce, "state": state, "type": interaction.kind, **more}
        self.tell(Event("INTERACTION", body, only_for=interaction.user.id, for_bot=False))

    def _forget(self) -> None:
        """Drops what nobody can answer any more, once there is much of it."""
        if len(self._by_token) > 2000:
            oldest = self.clock.time() - SECONDS_OF_TOKEN - 60
            self._by_token = {key: each for key, each in self._by_token.items() if each.opened_at > oldest}
            self._by_id = {each.id: each for each in self._by_token.values()}
