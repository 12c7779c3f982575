"""The stage put together: a Discord of our own that listens on loopback."""

from pathlib import Path
from typing import Any

from aiohttp import web

from bot.stage.acts import act
from bot.stage.backstage import Backstage, Request, Spec, Violation
from bot.stage.clock import StageClock
from bot.stage.commands import Commands
from bot.stage.faults import Fault, Faults
from bot.stage.gateway import Gateway
from bot.stage.home import at_home, undisguised
from bot.stage.interactions import Interaction, Interactions
from bot.stage.limits import Limits
from bot.stage.panel import Figures, Panel
from bot.stage.people import User
from bot.stage.places import Channel, Guild
from bot.stage.refusals import Json
from bot.stage.rest.doors import BASE, LARGEST_REQUEST, Doors
from bot.stage.window import Window
from bot.stage.world import World


class Stage:
    """A Discord on loopback. See the package's docstring for how it is used."""

    def __init__(
        self,
        port: int = 0,
        openapi: Path | Spec | None = None,
        pace: float = 1.0,
        *,
        host: str = "127.0.0.1",
        shards: int = 1,
        seed: int = 1,
        granted_intents: int = 0,
    ) -> None:
        self.clock = StageClock()
        self.world = World(self.clock)
        self.faults = Faults(seed)
        self.limits = Limits(self.clock, pace)
        self.backstage = Backstage(
            clock=self.clock,
            world=self.world,
            limits=self.limits,
            faults=self.faults,
            commands=Commands(self.clock, self.world.bot.id, self.world.tell),
            interactions=Interactions(self.clock, self.world.tell),
            shards=shards,
        )
        if isinstance(openapi, Path):
            from bot.stage.openapi import load  # needs jsonschema, which only tests have

            openapi = load(openapi)
        self.backstage.spec = openapi
        self.gateway = Gateway(self.backstage, granted_intents)
        self.figures = Figures(self.backstage, self.gateway)
        self.window = Window(self.backstage, self.gateway, self.figures)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listens. With port 0 the system chooses one; `url` and `api` tell it."""
        app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[at_home])
        app.on_response_prepare.append(undisguised)
        app.add_routes(self.window.routes())
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_route("*", BASE + "/{path:.*}", Doors(self.backstage).serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.backstage.url = self.url
        await self.window.start()

    async def stop(self) -> None:
        await self.window.stop()
        await self.gateway.stop()
        self.clock.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "Stage":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def api(self) -> str:
        return self.url + BASE

    @property
    def gateway_url(self) -> str:
        return self.backstage.ws_url

    @property
    def token(self) -> str:
        return self.world.bot.token

    @property
    def is_ready(self) -> bool:
        """The bot has identified, READY was sent, and its global commands are set."""
        return self.gateway.is_ready and self.backstage.commands.synced

    @property
    def violations(self) -> list[Violation]:
        return self.backstage.violations

    @property
    def requests(self) -> list[Request]:
        """The latest requests of the bot, oldest first."""
        return [each for each in self.backstage.requests if each.by == "bot"]

    @property
    def commands(self) -> Commands:
        return self.backstage.commands

    def add_panel(self, name: str, panel: Panel) -> None:
        """Hangs a panel on the page; it is asked anew for its JSON at most twice a second."""
        self.figures.panels[name] = panel

    def fault(self, kind: str, **how: Any) -> Fault:
        """Sets a fault, as `Faults.add` does; one of the gateway strikes at once."""
        made = self.faults.add(kind, **how)
        if made.on_gateway and kind != "refuse-handshake":
            self.gateway.strike(made)
        return made

    async def act(
        self,
        member: User,
        *,
        type: int,
        data: Json,
        channel_id: int | str | Channel,
        guild_id: int | str | Guild | None = None,
        message_id: int | str | None = None,
        nonce: str | None = None,
    ) -> Interaction:
        """A person acts, as by POST /interactions; raises the `Refusal` that the person would get."""
        place = channel_id.id if isinstance(channel_id, Channel) else channel_id
        body = {"type": type, "channel_id": str(place), "data": data, "message_id": message_id, "nonce": nonce}
        return act(self.backstage, member, body)

    async def call(self, member: User, channel: Channel, command: str, /, **options: Any) -> Interaction:
        """A person calls a slash command by name: `call(ada, channel, "desk feed add", url=…)`."""
        return await self.act(member, type=2, data=self._command_data(channel, command, options), channel_id=channel)

    async def complete(
        self, member: User, channel: Channel, command: str, focused: str, /, **options: Any
    ) -> Interaction:
        """A person is typing the option `focused` and waits for choices."""
        data = self._command_data(channel, command, options, focused)
        return await self.act(member, type=4, data=data, channel_id=channel)

    async def press(self, member: User, message: Any, custom_id: str, values: list[str] | None = None) -> Interaction:
        """A person presses a button, or chooses from a select."""
        data: Json = {"custom_id": custom_id}
        if values is not None:
            data["values"] = values
        return await self.act(member, type=3, data=data, channel_id=message.channel_id, message_id=message.id)

    async def submit(self, member: User, opened: Interaction, /, **fields: str) -> Interaction:
        """A person fills in the modal that `opened` brought: each field by its custom_id."""
        assert opened.modal is not None
        rows = [
            {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}
            for name, value in fields.items()
        ]
        data = {"id": str(opened.id), "custom_id": opened.modal["custom_id"], "components": rows}
        return await self.act(member, type=5, data=data, channel_id=opened.channel)

    def _command_data(self, channel: Channel, command: str, options: Json, focused: str | None = None) -> Json:
        names = command.split()
        found = self.commands.named(names[0], channel.guild.id if channel.guild else None)
        defined, steps = found.get("options") or [], []
        for name in names[1:]:
            step = next(each for each in defined if each["name"] == name)
            defined = step.get("options") or []
            steps.append({"type": step["type"], "name": name})
        kinds = {each["name"]: each["type"] for each in defined}
        given: list[Json] = [
            {"type": kinds.get(name, 3), "name": name, "value": _plain(value)}
            | ({"focused": True} if name == focused else {})
            for name, value in options.items()
        ]
        for step in reversed(steps):
            given = [step | {"options": given}]
        return {"id": found["id"], "name": found["name"], "type": 1, "version": found["version"], "options": given}


def _plain(value: Any) -> Any:
    """Channels, roles and persons are given by their ids."""
    return str(value.id) if hasattr(value, "id") else value
